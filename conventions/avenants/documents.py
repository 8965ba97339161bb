"""The avenant as a document: the data its PDF is made from, frozen when it is sent."""

from typing import Any

from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.fiscal import FiscalYear
from alliances.models import Document, User
from alliances.services.documents import create_document
from conventions.models import Avenant, AvenantTranche, Tranche
from conventions.selectors import party_kind

from .parties import parties_of

KIND = "avenant"
Terms = tuple[int, int, Any, str, int]


def condition_of(terms: Terms) -> str:
    """« Reddition 2025-2026 acceptée »: what a tranche of a schedule waits for."""
    return Tranche(waits_for=terms[3], waits_for_year=terms[4]).condition_label


def _tranche(terms: Terms | None) -> dict[str, Any] | None:
    if terms is None:
        return None
    return {
        "rank": terms[0],
        "fiscal_year": str(FiscalYear(terms[1])),
        "amount": str(terms[2]),
        "condition": condition_of(terms),
    }


def line_data(line: AvenantTranche) -> dict[str, Any]:
    """One tranche before and after; None where it is not there."""
    return {
        "before": _tranche(line.before),
        "after": _tranche(line.after),
        "changed": line.before != line.after,
    }


def avenant_data(avenant: Avenant) -> dict[str, Any]:
    """Everything the PDF says. Amounts are decimal texts in dollars, dates are ISO; what does not
    change is None."""
    convention = avenant.convention
    alliance = convention.alliance
    return {
        "number": avenant.number,
        "convention": convention.number,
        "word": alliance.cycle.agreement_word,
        "convention_signed_on": convention.signed_on and convention.signed_on.isoformat(),
        "territory": str(alliance.territory),
        "cycle": alliance.cycle.name,
        "reason": avenant.reason,
        "starts_on": convention.starts_on.isoformat(),
        "was_ends_on": avenant.was_ends_on.isoformat(),
        "was_amount": str(avenant.was_amount),
        "ends_on": avenant.ends_on.isoformat() if avenant.ends_on else None,
        "amount": str(avenant.amount) if avenant.amount is not None else None,
        "new_amount": str(avenant.new_amount),
        "table": avenant.table.name if avenant.table else None,
        "was_table": avenant.was_table.name,
        "fiduciary": avenant.fiduciary.name if avenant.fiduciary else "",
        "was_fiduciary": avenant.was_fiduciary.name if avenant.was_fiduciary else "",
        "lines": [line_data(line) for line in avenant.lines.all()],
        "parties": [
            {"kind": party_kind(alliance, party), "name": party.name}
            for party in parties_of(avenant)
        ],
    }


def freeze(avenant: Avenant, *, by: User) -> Document:
    """Queues the PDF that the parties sign, in the language of the territory."""
    alliance = avenant.convention.alliance
    language = alliance.territory.default_language
    with words_of(alliance.cycle, language):
        return create_document(
            KIND,
            by=by,
            title=_("Avenant no %(n)s à la convention %(number)s")
            % {"n": avenant.number, "number": avenant.convention.number},
            data=avenant_data(avenant),
            alliance=alliance,
            subject=avenant,
            language=language,
        )
