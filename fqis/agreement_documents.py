"""The agreement of a project as a PDF: what is frozen when it is prepared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from alliances import clock
from alliances.money import money_in_words
from fqis.models import ProjectAgreement, ProjectInstalment

if TYPE_CHECKING:
    from fqis.services.agreements import Part

AGREEMENT_KIND = "convention_projet"
SIGNED_KIND = "convention_projet_signee"
EXPENSE_KIND = "depense_projet"
CHANGE_KIND = "modification_projet"
CONSENSUS_KIND = "consensus_projet"
PHOTO_KIND = "photo_projet"


def agreement_data(agreement: ProjectAgreement, parts: Iterable["Part"]) -> dict[str, Any]:
    """Everything the agreement says, frozen: primitives only, amounts in dollars."""
    project = agreement.project
    alliance = project.alliance
    table, carrier = alliance.table, project.organisation
    assert project.decided_on is not None
    return {
        "dated_on": clock.today().isoformat(),
        "alliance": str(alliance),
        "project": {
            "number": project.number,
            "title": project.title,
            "description": project.description,
            "priority": project.priority.title if project.priority else "",
            "decided_on": project.decided_on.isoformat(),
        },
        "table": {"name": table.name, "neq": table.neq, "city": table.city},
        "carrier": {"name": carrier.name, "neq": carrier.neq, "city": carrier.city},
        "parties": [carrier.name, table.name],
        "recipient": {
            "name": carrier.name,
            "neq": carrier.neq,
            "attention": "",
            "city": carrier.city,
        },
        "amount": str(agreement.amount),
        "amount_words": money_in_words(agreement.amount),
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
        "conditions": agreement.conditions,
        "parts": [
            {
                "rank": rank,
                "amount": str(part.amount),
                "condition": str(ProjectInstalment.Condition(part.condition).label),
                "due_on": part.due_on.isoformat() if part.due_on else "",
                "words": part.words.strip(),
            }
            for rank, part in enumerate(parts, start=1)
        ],
        "budget": [
            {"label": str(line), "amount": str(line.amount), "asked": str(line.asked)}
            for line in project.budget.all()
        ],
    }
