"""The letter of approval: the data it is made from, frozen on the day of the act."""

from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from alliances.models import Document, User
from alliances.services.documents import Renderer, create_document, register_renderer
from alliances.services.notifications import people_with

from .models import PlanVersion, Priority
from .wording import title_of

APPROVAL = "plan_approval"


def register() -> None:
    register_renderer(
        APPROVAL, Renderer("documents/plan_approval.html", label=_lazy("Approbation du plan"))
    )


def approval_letter(
    version: PlanVersion, *, by: User, on: date, acting_for: User | None = None
) -> Document:
    """Freezes the letter that tells the Table its plan is approved, and queues its rendering.

    ``acting_for`` is the absent person whose delegation was used.
    """
    alliance = version.plan.alliance
    language = alliance.territory.default_language
    signers = people_with("submit_plan", alliance)
    priorities = Priority.objects.filter(version=version).values_list("title", flat=True)
    with translation.override(language):
        title = _("Approbation : %(plan)s") % {"plan": title_of(version)}
        for_the_minister = _("Pour la ministre, par délégation")
        if acting_for is not None:
            for_the_minister = _("Pour %(absent)s, par délégation de la ministre") % {
                "absent": acting_for
            }
    return create_document(
        APPROVAL,
        by=by,
        title=title,
        alliance=alliance,
        subject=version,
        dated_on=on,
        language=language,
        data={
            "recipient": {
                "name": alliance.table.name,
                "attention": signers[0].full_name if signers else "",
                "city": alliance.table.city,
            },
            "alliance": str(alliance),
            "version": version.number,
            "approved_on": on.isoformat(),
            "in_force_from": on.isoformat(),
            "approved_by": {"name": by.full_name, "title": for_the_minister},
            "priorities": list(priorities),
        },
    )
