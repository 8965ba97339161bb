"""The convention as a document: the data its PDF is made from, frozen when it is sent."""

from typing import Any

from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.models import Document, User
from alliances.services.documents import create_document

from .models import Convention
from .selectors import party_kind

KIND = "convention"


def convention_data(convention: Convention) -> dict[str, Any]:
    """Everything the PDF says. Amounts are decimal texts in dollars, dates are ISO."""
    alliance = convention.alliance
    cycle = alliance.cycle
    return {
        "number": convention.number,
        "word": cycle.agreement_word,
        "territory": str(alliance.territory),
        "cycle": cycle.name,
        "measure": cycle.measure,
        "plan_word": cycle.plan_word,
        "plan_due_months": cycle.plan_due_months,
        "plan_due_latest": cycle.plan_due_latest.isoformat() if cycle.plan_due_latest else "",
        "table": alliance.table.name,
        "table_neq": alliance.table.neq,
        "city": alliance.table.city,
        "amount": str(convention.amount),
        "starts_on": convention.starts_on.isoformat(),
        "ends_on": convention.ends_on.isoformat(),
        "tranches": [
            {
                "rank": tranche.rank,
                "fiscal_year": str(tranche.year),
                "amount": str(tranche.amount),
                "condition": tranche.condition_label,
            }
            for tranche in convention.tranches.all()
        ],
        "parties": [
            {"kind": party_kind(alliance, signatory), "name": signatory.name}
            for signatory in convention.signatories.select_related("mrc")
        ],
    }


def freeze(convention: Convention, *, by: User) -> Document:
    """Queues the PDF that the parties sign, in the language of the territory."""
    language = convention.alliance.territory.default_language
    with words_of(convention.alliance.cycle, language):
        return create_document(
            KIND,
            by=by,
            title=_("Convention %(number)s") % {"number": convention.number},
            data=convention_data(convention),
            alliance=convention.alliance,
            subject=convention,
            language=language,
        )
