from django.urls import path

from . import views
from .avenants import views as avenants

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/convention/"
AVENANTS = f"{ALLIANCE}avenants/"

urlpatterns = [
    path(ALLIANCE, views.convention, name="convention"),
    path(f"{ALLIANCE}nouvelle/", views.convention_new, name="convention_new"),
    path(f"{ALLIANCE}modifier/", views.convention_edit, name="convention_edit"),
    path(f"{ALLIANCE}envoyer/", views.convention_send, name="convention_send"),
    path(f"{ALLIANCE}signatures/<int:pk>/", views.convention_sign, name="convention_sign"),
    path(f"{ALLIANCE}en-vigueur/", avenants.convention_on, name="convention_on"),
    path(f"{AVENANTS}nouveau/", avenants.avenant_new, name="avenant_new"),
    path(f"{AVENANTS}<int:number>/", avenants.avenant, name="avenant"),
    path(f"{AVENANTS}<int:number>/modifier/", avenants.avenant_edit, name="avenant_edit"),
    path(f"{AVENANTS}<int:number>/envoyer/", avenants.avenant_send, name="avenant_send"),
    path(f"{AVENANTS}<int:number>/retirer/", avenants.avenant_withdraw, name="avenant_withdraw"),
    path(f"{AVENANTS}signatures/<int:pk>/", avenants.avenant_sign, name="avenant_sign"),
]
