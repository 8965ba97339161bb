"""The plan's documents: the letter of approval, the whole plan, two versions compared; each frozen
on the day it is made."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from alliances.cycle_words import words_of
from alliances.models import Document, User
from alliances.services.documents import Renderer, create_document, register_renderer
from alliances.services.notifications import people_with

from .changes import modified_by, report
from .models import PlanVersion, Priority
from .publication import is_final, publication_data, says_the_same
from .selectors.content import PlanContent, as_data, content_of, fingerprint
from .wording import last_act, title_of

APPROVAL = "plan_approval"
WHOLE = "plan_full"
COMPARISON = "plan_comparison"


def register() -> None:
    register_renderer(
        APPROVAL, Renderer("documents/plan_approval.html", label=_lazy("Approbation du plan"))
    )
    register_renderer(WHOLE, Renderer("documents/plan_full.html", label=_lazy("Plan complet")))
    register_renderer(
        COMPARISON,
        Renderer("documents/plan_comparison.html", label=_lazy("Comparaison de versions")),
    )


def document_of(version: PlanVersion) -> Document | None:
    """The last PDF of the whole version; of one approved, the one made at approval."""
    return (
        Document.objects.filter(
            kind=WHOLE, subject_label=PlanVersion._meta.label_lower, subject_id=version.pk
        )
        .exclude(state=Document.State.FAILED)
        .defer("data")
        .order_by("-created_at", "-pk")
        .first()
    )


@transaction.atomic
def plan_document(version: PlanVersion, *, by: User) -> Document:
    """The PDF of the whole version: the one there is when it says the same, else a new one.

    What is approved has one document for ever. Two people who ask at once get the same.
    """
    version = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related(
            "plan__alliance__territory",
            "plan__alliance__cycle",
            "plan__alliance__table",
            "approved_by",
            "approved_for",
        )
        .get(pk=version.pk)
    )
    alliance = version.plan.alliance
    language = alliance.territory.default_language
    existing = document_of(version)
    with words_of(alliance.cycle, language):
        data = publication_data(version)
        title = _("%(plan)s, %(alliance)s") % {"plan": title_of(version), "alliance": alliance}
    # A document prepared while the version was a draft says so; approval makes another.
    is_kept = existing is not None and existing.data["is_draft"] == data["is_draft"]
    if (
        existing is not None
        and is_kept
        and (is_final(version) or says_the_same(existing.data, data))
    ):
        return existing
    return create_document(
        WHOLE,
        by=by,
        title=title,
        alliance=alliance,
        subject=version,
        dated_on=version.in_force_from,
        language=language,
        data=data,
    )


def _side(version: PlanVersion, content: PlanContent) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": str(version.get_state_display()),
        "act": last_act(version),
        "fingerprint": fingerprint(content),
        "content": as_data(content),
    }


@transaction.atomic
def comparison_document(old: PlanVersion, new: PlanVersion, *, by: User) -> Document:
    """The PDF of what changes from ``old`` to ``new``, two versions of one plan: the one there is
    when both still say the same, else a new one. Both contents are frozen; the worker compares."""
    PlanVersion.objects.select_for_update(of=("self",)).get(pk=new.pk)
    alliance = new.plan.alliance
    language = alliance.territory.default_language
    with words_of(alliance.cycle, language):
        data = {
            "alliance": str(alliance),
            "plan": alliance.cycle.plan_word,
            "from": _side(old, content_of(old)),
            "to": _side(new, content_of(new)),
            "reason": new.reason,
        }
        title = _("Comparaison : %(alliance)s, versions %(old)s et %(new)s") % {
            "alliance": alliance,
            "old": old.number,
            "new": new.number,
        }
    existing = (
        Document.objects.filter(
            kind=COMPARISON,
            subject_label=PlanVersion._meta.label_lower,
            subject_id=new.pk,
            data__from__number=old.number,
        )
        .exclude(state=Document.State.FAILED)
        .order_by("-created_at", "-pk")
        .first()
    )
    if existing is not None and existing.data == data:
        return existing
    return create_document(
        COMPARISON,
        by=by,
        title=title,
        alliance=alliance,
        subject=new,
        language=language,
        data=data,
    )


def _modifications(version: PlanVersion) -> dict[str, Any]:
    """The annex of the letter: what changed since the version it replaces, before and after."""
    approved = version.plan.versions.filter(in_force_from__isnull=False)
    before = modified_by(version, approved)
    if before is None:
        return {}
    before.plan = version.plan
    found = report(content_of(before), content_of(version))
    return {
        "from": before.number,
        "reason": version.reason,
        "entries": [entry.as_data() for entry in found.entries],
    }


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
    with words_of(alliance.cycle, language):
        modifications = _modifications(version)
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
            "modifications": modifications,
        },
    )
