"""Home, the Alliances, the national board, the annual reports."""

from django.urls import path

from reporting.views import (
    alliances,
    exports,
    figures,
    home,
    national,
    reports,
    reviews,
    roll_up,
)

_ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("national/", national.national, name="national"),
    path("national/indicateurs/", roll_up.national_indicators, name="national_indicators"),
    path("alliances/", alliances.alliance_list, name="alliance_list"),
    path("redditions/", reviews.report_queue, name="report_queue"),
    path(_ALLIANCE, alliances.alliance_overview, name="alliance"),
    path(f"{_ALLIANCE}documents/dossier-complet/", exports.alliance_export, name="alliance_export"),
    path(
        f"{_ALLIANCE}documents/dossier-complet/<int:pk>/",
        exports.alliance_export_file,
        name="alliance_export_file",
    ),
    path(f"{_ALLIANCE}redditions/", reports.report_list, name="reports"),
    path(f"{_ALLIANCE}redditions/<str:year>/", reports.report_page, name="report"),
    path(f"{_ALLIANCE}redditions/<str:year>/commencer/", reports.report_open, name="report_open"),
    path(f"{_ALLIANCE}redditions/<str:year>/enregistrer/", reports.report_save, name="report_save"),
    path(f"{_ALLIANCE}redditions/<str:year>/delai/", reports.report_extend, name="report_extend"),
    path(
        f"{_ALLIANCE}redditions/<str:year>/transmettre/",
        reports.report_submit,
        name="report_submit",
    ),
    path(f"{_ALLIANCE}redditions/<str:year>/analyse/", reviews.report_review, name="report_review"),
    path(
        f"{_ALLIANCE}redditions/<str:year>/chiffres/<slug:key>/",
        figures.report_figure,
        name="report_figure",
    ),
]
