"""Every address of the portal. French, and each says where you are."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("compte/", include("alliances.account_urls")),
    path("", include("alliances.urls")),
    path("", include("conventions.urls")),
    path("", include("plans.urls")),
    path("", include("fqis.urls")),
    path("", include("reporting.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("composants/", include("alliances.component_urls")))

handler400 = "alliances.views.errors.bad_request"
handler403 = "alliances.views.errors.forbidden"
handler404 = "alliances.views.errors.not_found"
handler500 = "alliances.views.errors.server_error"
