"""URLs of the portal. Addresses are part of the product: an address that exists once stays."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from portal import feedback, views
from portal.metadata import share_images, sitemaps, well_known
from portal.storage.media import media
from portal.written_addresses import in_small_letters
from publishing.views import shared_draft

handler500 = "portal.errors.server_error"

urlpatterns = [
    path("admin/", include("portal.staff.urls")),
    # A web server in front of the portal may serve this folder itself.
    path("media/<path:path>", media),
    path("sitemap.xml", well_known.for_an_hour(sitemaps.index), name="sitemap"),
    path(
        "sitemap-<slug:section>.xml",
        well_known.for_an_hour(sitemaps.section),
        name="sitemap-section",
    ),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    *i18n_patterns(
        path("cover.png", share_images.site_picture, name="site-picture"),
        path("cities/<slug:slug>/cover.png", share_images.city_picture, name="city-picture"),
        path("news/<slug:slug>/cover.png", share_images.story_picture, name="story-picture"),
        path("", views.Home.as_view(), name="home"),
        path("", include("cities.urls")),
        path("", include("partners.urls")),
        path("", include("news.urls")),
        path("design/", views.Components.as_view(), name="components"),
        path("search/", views.SiteSearch.as_view(), name="search"),
        path("numbers/", views.NetworkInNumbers.as_view(), name="numbers"),
        path("shared/<str:token>/", shared_draft, name="shared-draft"),
        path("report/", feedback.ReportView.as_view(), name="report"),
        path("report/thanks/", feedback.ReportThanks.as_view(), name="report-thanks"),
        re_path(r"^(?=[^/]*[A-Z])", in_small_letters),
        path("<slug:slug>/", views.PageDetail.as_view(), name="page"),
        prefix_default_language=False,
    ),
]

if settings.DEBUG_TOOLBAR:
    from debug_toolbar.toolbar import debug_toolbar_urls

    # Before the last pattern, which matches any slug.
    urlpatterns = debug_toolbar_urls() + urlpatterns
