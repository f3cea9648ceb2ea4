"""Addresses of networks and organisations."""

from django.urls import include, path

from partners import views

networks = [
    path("", views.NetworkList.as_view(), name="list"),
    path("<str:slug>/", views.NetworkDetail.as_view(), name="detail"),
]
organisations = [
    path("", views.OrganisationList.as_view(), name="list"),
    path("<str:slug>/", views.OrganisationDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("networks/", include((networks, "networks"))),
    path("organisations/", include((organisations, "organisations"))),
]
