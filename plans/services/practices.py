"""Offering an action to the other territories, telling it better, taking it back.

Nobody is notified: others find it (guide 2024, §4.2).
"""

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.permissions import require
from alliances.services import journal
from plans.models import Action, Plan, PlanVersion, PriorityTheme, SharedPractice
from plans.wording import moment_words


class PracticeFields(TypedDict, total=False):
    """Plain text: what was done, what it gave, whom to write to."""

    title: str
    summary: str
    result: str
    contact: str


def _told(fields: PracticeFields) -> PracticeFields:
    told: PracticeFields = {name: value.strip() for name, value in fields.items()}  # type: ignore
    if "title" in told and not told["title"]:
        raise Refusal(_("Donnez un titre à la pratique."), field="title")
    if "summary" in told and not told["summary"]:
        raise Refusal(_("Dites ce qui a été fait."), field="summary")
    return told


@transaction.atomic
def share_practice(action: Action, *, by: User, **fields: Unpack[PracticeFields]) -> SharedPractice:
    """Shares an action of the version in force with everybody who signs in.

    Refuses an action of another version, one that is shared already, and a practice without a
    title or without what was done.
    """
    require(by, "edit_plan", action)
    version = PlanVersion.objects.select_related(
        "plan__alliance__territory", "plan__alliance__cycle"
    ).get(pk=action.version_id)
    Plan.objects.select_for_update().get(pk=version.plan_id)
    version.refresh_from_db(fields=["state"])
    if version.state != PlanVersion.State.APPROVED:
        raise Refusal(
            _("Cette action ne figure pas dans la version en vigueur : il n’y a rien à partager.")
        )
    alliance = version.plan.alliance
    if SharedPractice.objects.filter(
        alliance=alliance, lineage=action.lineage, withdrawn_at=None
    ).exists():
        raise StaleAct(_("Cette action est déjà partagée."))
    told = _told({"title": "", "summary": "", **fields})
    themes = PriorityTheme.objects.filter(priority__objectives=action.objective_id)
    practice = SharedPractice.objects.create(
        alliance=alliance,
        cycle=alliance.cycle,
        version=version,
        lineage=action.lineage,
        population=action.population,
        themes=list(
            themes.order_by("national_priority__rank").values_list(
                "national_priority__code", flat=True
            )
        ),
        shared_at=clock.now(),
        shared_by=by,
        **told,
    )
    _record(
        practice, by=by, verb="share_practice", summary=_("a partagé la pratique « %(title)s »")
    )
    return practice


@transaction.atomic
def update_practice(
    practice: SharedPractice, *, by: User, **fields: Unpack[PracticeFields]
) -> SharedPractice:
    """Tells a shared practice better. Refuses one that was withdrawn."""
    practice = _shared(practice, by)
    for name, value in _told(fields).items():
        setattr(practice, name, value)
    practice.save()
    _record(
        practice, by=by, verb="update_practice", summary=_("a modifié la pratique « %(title)s »")
    )
    return practice


@transaction.atomic
def withdraw_practice(practice: SharedPractice, *, by: User) -> SharedPractice:
    """Takes a practice back: only its own territory and the ministry still read it."""
    practice = _shared(practice, by)
    practice.withdrawn_at, practice.withdrawn_by = clock.now(), by
    practice.save()
    _record(
        practice, by=by, verb="withdraw_practice", summary=_("a retiré la pratique « %(title)s »")
    )
    return practice


def _shared(practice: SharedPractice, by: User) -> SharedPractice:
    """The practice as it is now, held until the transaction ends."""
    require(by, "edit_plan", practice)
    practice = (
        SharedPractice.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "withdrawn_by")
        .get(pk=practice.pk)
    )
    if practice.withdrawn_at is not None:
        raise StaleAct(
            _("%(person)s a retiré cette pratique le %(moment)s.")
            % {"person": practice.withdrawn_by, "moment": moment_words(practice.withdrawn_at)}
        )
    return practice


def _record(practice: SharedPractice, *, by: User, verb: str, summary: str) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"title": practice.title})[:300],
        alliance=practice.alliance,
        target=practice,
        url=practice.get_absolute_url(),
    )
