from django.urls import path

from . import views

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/convention/"

urlpatterns = [
    path(ALLIANCE, views.convention, name="convention"),
    path(f"{ALLIANCE}nouvelle/", views.convention_new, name="convention_new"),
    path(f"{ALLIANCE}modifier/", views.convention_edit, name="convention_edit"),
    path(f"{ALLIANCE}envoyer/", views.convention_send, name="convention_send"),
    path(f"{ALLIANCE}signatures/<int:pk>/", views.convention_sign, name="convention_sign"),
]
