from django.urls import path

from . import views
from .avenants import views as avenants
from .empowerment import views as empowerment_views
from .scans import views as scan_views
from .texts import views as text_views

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/convention/"
AVENANTS = f"{ALLIANCE}avenants/"
SCAN = f"{ALLIANCE}papiers/<int:pk>/"
TEMPLATE = "national/conventions/<slug:cycle>/<slug:language>/"

urlpatterns = [
    path(ALLIANCE, views.convention, name="convention"),
    path(f"{ALLIANCE}nouvelle/", views.convention_new, name="convention_new"),
    path(f"{ALLIANCE}modifier/", views.convention_edit, name="convention_edit"),
    path(f"{ALLIANCE}envoyer/", views.convention_send, name="convention_send"),
    path(f"{ALLIANCE}signatures/<int:pk>/", views.convention_sign, name="convention_sign"),
    path(
        f"{ALLIANCE}signatures/<int:pk>/relancer/",
        views.convention_remind,
        name="convention_remind",
    ),
    path(f"{ALLIANCE}en-vigueur/", avenants.convention_on, name="convention_on"),
    path(f"{AVENANTS}nouveau/", avenants.avenant_new, name="avenant_new"),
    path(f"{AVENANTS}<int:number>/", avenants.avenant, name="avenant"),
    path(f"{AVENANTS}<int:number>/modifier/", avenants.avenant_edit, name="avenant_edit"),
    path(f"{AVENANTS}<int:number>/envoyer/", avenants.avenant_send, name="avenant_send"),
    path(f"{AVENANTS}<int:number>/retirer/", avenants.avenant_withdraw, name="avenant_withdraw"),
    path(f"{AVENANTS}signatures/<int:pk>/", avenants.avenant_sign, name="avenant_sign"),
    path(
        f"{AVENANTS}signatures/<int:pk>/relancer/", avenants.avenant_remind, name="avenant_remind"
    ),
    path(f"{ALLIANCE}texte/", text_views.convention_text, name="convention_text"),
    path(f"{ALLIANCE}docx/", text_views.convention_docx, name="convention_docx"),
    path(f"{ALLIANCE}habilitation/", empowerment_views.convention_empowerment, name="empowerment"),
    path(f"{ALLIANCE}papiers/", scan_views.scan_list, name="scans"),
    path(f"{ALLIANCE}papiers/deposer/", scan_views.scan_deposit, name="scan_deposit"),
    path(SCAN, scan_views.scan, name="scan"),
    path(f"{SCAN}blanches/", scan_views.scan_blanks, name="scan_blanks"),
    path(f"{SCAN}pages/<int:position>/", scan_views.scan_page, name="scan_page"),
    path(f"{SCAN}pages/<int:position>/image.png", scan_views.scan_image, name="scan_image"),
    path("national/conventions/", text_views.template_list, name="convention_templates"),
    path(TEMPLATE, text_views.template, name="convention_template"),
    path(f"{TEMPLATE}publier/", text_views.template_publish, name="convention_template_publish"),
]
