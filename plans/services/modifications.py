"""Opening a version of a plan: the first one, or a modification of what is in force."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.models import Comment, Milestone, MilestoneKind, User
from plans.models import Canvas, CanvasSection, OpenedSection, Plan, PlanVersion
from plans.selectors.threads import roots
from plans.wording import moment_words, what_happened, why_frozen

from .copies import copy_content
from .locking import locked
from .traces import record_act


def start_plan(milestone: Milestone, by: User) -> None:
    """When a convention is signed, gives the Alliance its plan, its deadline and its first draft:
    the portal does it, whoever recorded the last signature.

    A cycle without a canvas has no plan here.
    """
    if milestone.kind != MilestoneKind.CONVENTION_SIGNED:
        return
    canvas = Canvas.objects.filter(cycle=milestone.alliance.cycle_id).first()
    if canvas is None:
        return
    # Once: a later signature leaves the deadline, and the delays granted, as they are.
    plan, _created = Plan.objects.get_or_create(
        alliance=milestone.alliance,
        defaults={"canvas": canvas, "due_on": milestone.alliance.cycle.plan_due_on(milestone.on)},
    )
    if not plan.versions.exists():
        with acting_as_portal() as portal:
            open_version(plan, by=portal)


def _refuse_second(versions: list[PlanVersion]) -> None:
    opened = next((one for one in versions if one.state in PlanVersion.OPEN), None)
    if opened is not None:
        raise StaleAct(
            _("%(person)s a déjà ouvert la version %(number)s le %(moment)s.")
            % {
                "person": opened.created_by,
                "number": opened.number,
                "moment": moment_words(opened.created_at),
            }
        )


def _chosen(plan: Plan, sections: Iterable[CanvasSection]) -> list[CanvasSection]:
    chosen = list({section.pk: section for section in sections}.values())
    if not chosen:
        raise Refusal(_("Choisissez au moins une section à modifier."), field="sections")
    if any(section.canvas_id != plan.canvas_id for section in chosen):
        raise Refusal(
            _("Cette section ne fait pas partie du canevas de ce plan."), field="sections"
        )
    return chosen


@transaction.atomic
def open_version(
    plan: Plan,
    *,
    by: User,
    reason: str = "",
    sections: Iterable[CanvasSection] | None = None,
) -> PlanVersion:
    """Opens the next version, with the content of the one in force (guide 2024, §4.2).

    A modification opens only ``sections``: the database keeps the others as they are in force.
    Without ``sections``, the whole plan is written again. Refuses a second open version, a change
    that does not say why, and a modification of nothing.
    """
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle")
        .get(pk=plan.pk)
    )
    versions = list(plan.versions.select_related("created_by").order_by("number"))
    _refuse_second(versions)
    base = next((one for one in versions if one.state == PlanVersion.State.APPROVED), None)
    if base is not None and not reason.strip():
        raise Refusal(_("Dites pourquoi le plan change."), field="reason")
    chosen = _chosen(plan, sections) if base is not None and sections is not None else []
    version = PlanVersion.objects.create(
        plan=plan,
        number=versions[-1].number + 1 if versions else 1,
        reason=reason.strip(),
        created_by=by,
    )
    version.plan = plan
    if base is not None:
        copy_content(base, version)
    if chosen:
        OpenedSection.objects.bulk_create(_opened(version, one, by) for one in chosen)
        # Once it names what it modifies, the database holds its closed sections.
        version.base = base
        version.save(update_fields=["base"])
    record_act(
        version,
        by=by,
        verb="open_plan_version",
        summary=_("a ouvert la %(plan)s"),
        reason=version.reason,
        sections=[one.code for one in chosen],
    )
    return version


def _opened(version: PlanVersion, section: CanvasSection, by: User) -> OpenedSection:
    return OpenedSection(
        version=version, territory_id=version.territory_id, section=section, opened_by=by,
        opened_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def open_section(version: PlanVersion, section: CanvasSection, *, by: User) -> OpenedSection:
    """Opens one more section of a modification while it is written.

    Refuses a frozen version, a whole plan (everything is open), another canvas's section, and one
    that somebody has already opened.
    """
    version = locked(version)
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    if not version.is_modification:
        raise Refusal(_("Toutes les sections de cette version sont ouvertes."))
    _chosen(version.plan, [section])
    earlier = (
        OpenedSection.objects.filter(version=version, section=section)
        .select_related("opened_by")
        .first()
    )
    if earlier is not None:
        raise StaleAct(
            _("%(person)s a déjà ouvert cette section le %(moment)s.")
            % {"person": earlier.opened_by, "moment": moment_words(earlier.opened_at)}
        )
    opened = _opened(version, section, by)
    opened.save()
    record_act(
        version,
        by=by,
        verb="open_plan_section",
        summary=_("a ouvert la section %(code)s dans la %%(plan)s") % {"code": section.code},
        section=section.code,
    )
    return opened


@transaction.atomic
def abandon_version(version: PlanVersion, *, by: User) -> PlanVersion:
    """Gives up a draft that nobody transmitted: the version in force stays, the draft is kept as
    it is and another one may be opened.

    Refuses a version that was transmitted, and the first plan: nothing would be left to write.
    Its open remarks are closed with it.
    """
    version = locked(version)
    if version.state == PlanVersion.State.DRAFT:
        in_force = version.plan.versions.filter(state=PlanVersion.State.APPROVED)
        if not in_force.exists():
            raise Refusal(_("Aucun plan n’est en vigueur : cette version s’écrit jusqu’au bout."))
        version.abandon(by=by)
    else:
        raise StaleAct(what_happened(version))
    version.save()
    open_threads = roots(version).filter(resolved_at=None).values("pk")
    Comment.objects.filter(pk__in=open_threads).update(resolved_at=clock.now(), resolved_by=by)
    record_act(version, by=by, verb="abandon_plan_version", summary=_("a abandonné la %(plan)s"))
    return version
