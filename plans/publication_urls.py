from django.urls import path

from plans.views import compare, downloads

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/plan/"
VERSION = f"{ALLIANCE}<int:number>/"

urlpatterns = [
    path(f"{ALLIANCE}comparer/", compare.compare, name="plan_compare"),
    path(f"{ALLIANCE}comparer/pdf/", compare.compare_pdf, name="plan_compare_pdf"),
    path(f"{VERSION}pdf/", downloads.prepare, name="plan_pdf"),
    path(f"{VERSION}docx/", downloads.docx, name="plan_docx"),
    path(f"{VERSION}json/", downloads.json, name="plan_json"),
]
