"""The points that the DGSQ checks in a report, each with what the portal knows of it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import Alliance
from alliances.templatetags.portal import count, money
from reporting.models import ReviewEntry
from reporting.selectors.figures import Figures, figure_row
from reporting.selectors.statement import Statement

POINTS = ["norms", "priorities", "variances", "seats", "balance", "results"]


@dataclass(frozen=True)
class CheckLine:
    """A question, what the portal knows, and the last answer if there is one."""

    point: str
    question: str
    note: str
    entry: ReviewEntry | None


def checks_of(
    alliance: Alliance,
    figures: Figures,
    statement: Statement,
    entries: dict[str, ReviewEntry],
    *,
    year: str,
    outside: int,
    threshold: int,
) -> list[CheckLine]:
    """The points in the order of the screen; ``outside`` variances pass ``threshold`` percent."""
    held = figures.seats_of_people_in_poverty
    shares = figure_row(alliance, figures, year, "indicator_2_2")
    said = {
        "norms": (
            _("Les dépenses suivent les normes du FQIS"),
            _("%(amount)s payés aux projets") % {"amount": money(statement.projects)},
        ),
        "priorities": (
            _("Chaque projet répond à une priorité du plan"),
            _("Indicateur 2.2 : %(share)s") % {"share": shares.text},
        ),
        "variances": (
            _("Les écarts de plus de %(threshold)s %% sont expliqués") % {"threshold": threshold},
            ngettext("%(n)s écart", "%(n)s écarts", outside) % {"n": count(outside)},
        ),
        "seats": (
            _("Des personnes en situation de pauvreté siègent à la gouvernance"),
            ngettext(
                "%(held)s siège sur %(seats)s",
                "%(held)s sièges sur %(seats)s",
                held,
            )
            % {"held": held, "seats": figures.seats},
        ),
        "balance": (
            _("Le solde de fermeture est justifié"),
            money(statement.closing),
        ),
        "results": (
            _("Les résultats des projets sont reçus"),
            _("%(n)s en retard") % {"n": count(figures.projects_late)},
        ),
    }
    return [CheckLine(point, *said[point], entries.get(point)) for point in POINTS]
