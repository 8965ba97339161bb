"""The grid a committee starts from: what the guides ask of a project, with weights."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Line:
    label: str | Promise
    help: str | Promise
    weight: int


DEFAULT_GRID = [
    Line(
        _("Lutte contre la pauvreté et l’exclusion sociale"),
        _("Le projet agit sur la pauvreté, là où elle se concentre (guide de 2017, « Projets »)."),
        25,
    ),
    Line(
        _("Réponse aux priorités et aux besoins du territoire"),
        _("Il répond à une priorité du plan et à un besoin dit par le milieu (2024, §4.2)."),
        25,
    ),
    Line(
        _("Concertation intersectorielle"),
        _("Il découle de la concertation et réunit plusieurs secteurs (2024, §4.2)."),
        20,
    ),
    Line(
        _("Mise en commun et effet de levier"),
        _("Ressources partagées, autres fonds associés (2017, « Projets » ; 2024, §2.2)."),
        15,
    ),
    Line(
        _("Caractère novateur ou structurant"),
        _("Expérience, recherche ou changement qui dure (2017, « Projets » ; 2024, §2.2)."),
        15,
    ),
]
