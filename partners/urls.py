"""Addresses of networks and organisations."""

from django.urls import include, path, re_path

from partners import downloads, views
from publishing.downloads import TABLES

networks = [
    path("", views.NetworkList.as_view(), name="list"),
    re_path(TABLES, downloads.NetworkDownload.as_view(), name="download"),
    path("<str:slug>/", views.NetworkDetail.as_view(), name="detail"),
]
organisations = [
    path("", views.OrganisationList.as_view(), name="list"),
    re_path(TABLES, downloads.OrganisationDownload.as_view(), name="download"),
    path("<str:slug>/", views.OrganisationDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("networks/", include((networks, "networks"))),
    path("organisations/", include((organisations, "organisations"))),
]
