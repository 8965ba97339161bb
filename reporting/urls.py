"""Home, the Alliances, the national board, the annual reports."""

from django.urls import path

from reporting.views import alliances, home, national, reports

_ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("national/", national.national, name="national"),
    path("alliances/", alliances.alliance_list, name="alliance_list"),
    path("redditions/", reports.report_queue, name="report_queue"),
    path(_ALLIANCE, alliances.alliance_overview, name="alliance"),
    path(f"{_ALLIANCE}redditions/", reports.report_list, name="reports"),
]
