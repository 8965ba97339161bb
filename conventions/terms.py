"""The terms of a convention, checked before anything is written (guide 2024, §4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, MilestoneKind
from alliances.templatetags.portal import date_long, money


class TrancheSpec(NamedTuple):
    """A tranche to write: its fiscal year by the year it starts in, its amount in dollars, the
    kind of milestone it waits for, and the fiscal year of the report when it waits for one."""

    fiscal_year: int
    amount: Decimal
    waits_for: str
    waits_for_year: int = 0


@dataclass(frozen=True)
class Terms:
    """An amount in dollars, two dates, tranches in the order they are paid."""

    amount: Decimal
    starts_on: date
    ends_on: date
    tranches: list[TrancheSpec]

    @property
    def years(self) -> tuple[FiscalYear, FiscalYear]:
        """The first fiscal year of a tranche, and the last: a report on the final year is
        accepted, and paid, in the year that follows."""
        return FiscalYear.of(self.starts_on), FiscalYear.of(self.ends_on).next()


def check_terms(
    alliance: Alliance,
    *,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    tranches: Sequence[tuple[int, Decimal, str, int] | TrancheSpec],
) -> Terms:
    """The terms, ready to be written. Refuses an amount of zero, dates out of order or out of the
    cycle, a tranche without what it waits for, a first one under what prepares the plan, and
    tranches that do not sum to the amount."""
    specs = [TrancheSpec(*spec) for spec in tranches]
    for index, spec in enumerate(specs):
        if spec.waits_for != MilestoneKind.REPORT_ACCEPTED:
            specs[index] = spec._replace(waits_for_year=0)
    terms = Terms(amount, starts_on, ends_on, specs)
    if amount <= 0:
        raise Refusal(_("Le montant de la convention doit dépasser zéro."), field="amount")
    _check_dates(alliance, terms)
    if not specs:
        raise Refusal(_("Ajoutez au moins une tranche."), field="tranches")
    for rank, spec in enumerate(specs, start=1):
        _check_tranche(terms, rank, spec)
    _check_order(specs)
    _check_preparation(alliance, specs[0])
    _check_sum(terms)
    return terms


def _check_dates(alliance: Alliance, terms: Terms) -> None:
    cycle = alliance.cycle
    if terms.ends_on <= terms.starts_on:
        raise Refusal(_("La fin de la convention doit suivre son début."), field="ends_on")
    if terms.starts_on < cycle.starts_on:
        raise Refusal(
            _("La convention commence au plus tôt le %(day)s, premier jour du cycle.")
            % {"day": date_long(cycle.starts_on)},
            field="starts_on",
        )
    if terms.ends_on > cycle.closes_on:
        raise Refusal(
            _("La convention finit au plus tard le %(day)s, dernier jour du cycle.")
            % {"day": date_long(cycle.closes_on)},
            field="ends_on",
        )


def _check_tranche(terms: Terms, rank: int, spec: TrancheSpec) -> None:
    first, last = terms.years
    words = {"rank": rank, "year": FiscalYear(spec.fiscal_year)}
    problem = ""
    if spec.amount <= 0:
        problem = _("Tranche %(rank)s : le montant doit dépasser zéro.")
    elif not first.start <= spec.fiscal_year <= last.start:
        problem = _("Tranche %(rank)s : l’exercice %(year)s est hors de la convention.")
    elif spec.waits_for not in MilestoneKind.awaited():
        problem = _("Tranche %(rank)s : dites ce que la tranche attend.")
    elif spec.waits_for == MilestoneKind.REPORT_ACCEPTED:
        if not spec.waits_for_year:
            problem = _("Tranche %(rank)s : dites l’exercice de la reddition attendue.")
        elif not first.start <= spec.waits_for_year < spec.fiscal_year:
            problem = _(
                "Tranche %(rank)s : la reddition attendue porte sur un exercice de la convention,"
                " avant %(year)s."
            )
    if problem:
        raise Refusal(problem % words, field="tranches")


def _check_order(specs: list[TrancheSpec]) -> None:
    for rank, (previous, spec) in enumerate(pairwise(specs), start=2):
        if spec.fiscal_year < previous.fiscal_year:
            raise Refusal(
                _("Tranche %(rank)s : les tranches suivent l’ordre des exercices.")
                % {"rank": rank},
                field="tranches",
            )


def _check_preparation(alliance: Alliance, first: TrancheSpec) -> None:
    """Guide 2017, « Mise en œuvre », step 4: the first versement includes what makes the plan."""
    preparation = alliance.cycle.plan_preparation_amount
    if preparation is not None and first.amount < preparation:
        raise Refusal(
            _("La première tranche comprend au moins %(amount)s pour préparer le plan.")
            % {"amount": money(preparation)},
            field="tranches",
        )


def _check_sum(terms: Terms) -> None:
    total = sum((spec.amount for spec in terms.tranches), Decimal(0))
    gap = terms.amount - total
    if gap == 0:
        return
    if gap > 0:
        message = _(
            "Les tranches totalisent %(total)s et la convention %(amount)s : il manque %(gap)s."
        )
    else:
        message = _(
            "Les tranches totalisent %(total)s et la convention %(amount)s : il y a %(gap)s de"
            " trop."
        )
    words = {"total": money(total), "amount": money(terms.amount), "gap": money(abs(gap))}
    raise Refusal(message % words, field="tranches")
