"""The convention as a document: the data its PDF is made from, frozen when it is sent."""

from typing import Any

from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.models import Document, User
from alliances.services.documents import create_document

from .models import Convention, Signatory
from .parties import parties_of
from .selectors import party_kind
from .texts.services import text_of
from .texts.wording import field_values, fill

KIND = "convention"


def convention_data(convention: Convention) -> dict[str, Any]:
    """Everything the PDF says. Amounts are decimal texts in dollars, dates are ISO."""
    alliance = convention.alliance
    cycle = alliance.cycle
    text = text_of(convention)
    return {
        "body": fill(text.body, field_values(convention)),
        "template": text.template.version,
        "number": convention.number,
        "word": cycle.agreement_word,
        "territory": str(alliance.territory),
        "cycle": cycle.name,
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
            for signatory in parties_to_sign(convention)
        ],
    }


def parties_to_sign(convention: Convention) -> list[Signatory]:
    """The parties; of a draft, those that it would have if it were sent now, none if it cannot."""
    if convention.state != Convention.State.DRAFT:
        return list(convention.signatories.select_related("mrc"))
    try:
        return parties_of(convention)
    except Refusal:
        return []


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
