"""Where a version starts from."""

from django.urls import path

from plans.views import start, word

START = "alliances/<slug:territory>/<slug:cycle>/plan/<int:number>/commencer/"

urlpatterns = [
    path(START, start.start, name="plan_start"),
    path(f"{START}reprendre/<slug:from_cycle>/<int:from_number>/", start.take, name="plan_take"),
    path(f"{START}word/", word.word, name="plan_word"),
    path(f"{START}word/placer/", word.place, name="plan_word_place"),
    path(f"{START}word/passage/<int:rank>/", word.piece, name="plan_word_piece"),
    path(f"{START}word/terminer/", word.finish, name="plan_word_finish"),
]
