"""The addresses across territories, and those of the shared practices."""

from django.urls import path

from plans.views import board, practices, search

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/plan/"

urlpatterns = [
    path("plans/", board.board, name="plan_board"),
    path("plans/section/", board.sections, name="plan_sections"),
    path("plans/section/<str:code>/", board.section_across, name="plan_across"),
    path("plans/recherche/", search.search, name="plan_search"),
    path("pratiques/", practices.practices, name="practices"),
    path("pratiques/<int:pk>/", practices.practice, name="practice"),
    path("pratiques/<int:pk>/modifier/", practices.edit, name="practice_edit"),
    path("pratiques/<int:pk>/retirer/", practices.withdraw, name="practice_withdraw"),
    path(f"{ALLIANCE}pratiques/", practices.shareable, name="practices_share"),
    path(f"{ALLIANCE}pratiques/<uuid:lineage>/", practices.share, name="practice_share"),
]
