"""A version's way from draft to approval (guide 2024, §4.1 step 5 and §4.2)."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.models import Milestone, MilestoneKind, User
from alliances.services import journal
from alliances.services.milestones import record_milestone
from alliances.templatetags.portal import date_long
from plans import notifications
from plans.completeness import check
from plans.documents import approval_letter
from plans.models import Canvas, Plan, PlanVersion
from plans.wording import moment_words, title_of, what_happened

from .copies import copy_content
from .locking import locked


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
    plan, _created = Plan.objects.get_or_create(
        alliance=milestone.alliance, defaults={"canvas": canvas}
    )
    plan.due_on = milestone.alliance.cycle.plan_due_on(milestone.on)
    plan.save(update_fields=["due_on"])
    if not plan.versions.exists():
        with acting_as_portal() as portal:
            open_version(plan, by=portal)


@transaction.atomic
def open_version(plan: Plan, *, by: User, reason: str = "") -> PlanVersion:
    """Opens the next version, with the content of the one in force.

    Refuses a second open version, and a modification that does not say why.
    """
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle")
        .get(pk=plan.pk)
    )
    versions = list(plan.versions.select_related("created_by").order_by("number"))
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
    base = next((one for one in versions if one.state == PlanVersion.State.APPROVED), None)
    if base is not None and not reason.strip():
        raise Refusal(_("Dites pourquoi le plan change."), field="reason")
    version = PlanVersion.objects.create(
        plan=plan,
        number=versions[-1].number + 1 if versions else 1,
        reason=reason.strip(),
        created_by=by,
    )
    version.plan = plan
    if base is not None:
        copy_content(base, version)
    journal.record(
        by=by,
        verb="open_plan_version",
        summary=_("a ouvert %(plan)s") % {"plan": title_of(version)},
        alliance=plan.alliance,
        target=version,
        reason=version.reason,
        url=plan.alliance.url("plan"),
    )
    return version


def _decide(version: PlanVersion, act: Callable[[], None]) -> None:
    """Does the transition, or tells the second person who decided and when."""
    try:
        act()
    except TransitionNotAllowed:
        raise StaleAct(what_happened(version)) from None


def _record(version: PlanVersion, *, by: User, verb: str, summary: str, reason: str = "") -> None:
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"plan": title_of(version)},
        alliance=alliance,
        target=version,
        reason=reason,
        url=alliance.url("plan_version", version.number),
    )


@transaction.atomic
def submit_version(version: PlanVersion, *, by: User) -> PlanVersion:
    """Transmits the plan to the DGSSAC. Refuses an incomplete one, with what it lacks."""
    version = locked(version)
    if version.is_writable:
        missing = check(version).missing
        if missing:
            raise Refusal(
                _("Il manque des éléments que le guide exige. Le plan n’est pas transmis."),
                missing=[
                    Missing(
                        f"{point.requirement.short} ({point.requirement.section.code})", point.url
                    )
                    for point in missing
                ],
            )
    _decide(version, lambda: version.submit(by=by))
    version.save()
    _record(version, by=by, verb="submit_plan", summary=_("a transmis %(plan)s"))
    notifications.tell_submitted(version, by=by)
    return version


def _same_submission(version: PlanVersion, submitted_at: datetime | None) -> None:
    if submitted_at is not None and version.submitted_at != submitted_at:
        raise StaleAct(
            _("La Table a transmis un autre texte le %(moment)s. Relisez-le avant de décider.")
            % {"moment": moment_words(version.submitted_at or clock.now())}
        )


@transaction.atomic
def return_version(
    version: PlanVersion, *, by: User, reason: str, submitted_at: datetime | None = None
) -> PlanVersion:
    """Sends the plan back to the Table. Refuses without a reason.

    ``submitted_at`` names the submission the person read: another one since then is refused.
    """
    version = locked(version)
    if not reason.strip():
        raise Refusal(_("Écrivez le motif du retour : la Table le reçoit."), field="reason")
    _decide(version, lambda: version.send_back(by=by, reason=reason.strip()))
    _same_submission(version, submitted_at)
    version.save()
    _record(
        version,
        by=by,
        verb="return_plan",
        summary=_("a retourné %(plan)s à la Table"),
        reason=version.return_reason,
    )
    notifications.tell_returned(version, by=by)
    return version


@transaction.atomic
def validate_version(
    version: PlanVersion, *, by: User, submitted_at: datetime | None = None
) -> PlanVersion:
    """The DGSSAC finds the plan in order: the delegate of the minister may approve it."""
    version = locked(version)
    _decide(version, lambda: version.validate(by=by))
    _same_submission(version, submitted_at)
    version.save()
    _record(version, by=by, verb="validate_plan", summary=_("a validé %(plan)s"))
    notifications.tell_validated(version, by=by)
    return version


def _check_approval_day(version: PlanVersion, on: date, previous: PlanVersion | None) -> None:
    if on > clock.today():
        raise Refusal(_("La date d’approbation ne peut pas être dans le futur."), field="on")
    earliest = timezone.localtime(version.validated_at, timezone.get_default_timezone()).date()
    if on < earliest:
        raise Refusal(
            _("Cette version a été validée le %(day)s : l’approbation ne peut pas la précéder.")
            % {"day": date_long(earliest)},
            field="on",
        )
    if previous is not None and previous.in_force_from and on <= previous.in_force_from:
        raise Refusal(
            _("La version %(number)s vaut depuis le %(day)s : choisissez un jour suivant.")
            % {"number": previous.number, "day": date_long(previous.in_force_from)},
            field="on",
        )


@transaction.atomic
def approve_version(
    version: PlanVersion,
    *,
    by: User,
    on: date | None = None,
    submitted_at: datetime | None = None,
) -> PlanVersion:
    """Approves the plan for the minister, in force ``on`` that day; replaces the one in force.

    Refuses the person who validated it, and a day in the future or before the validation.
    """
    version = locked(version)
    on = on or clock.today()
    if version.state == PlanVersion.State.VALIDATED:
        _same_submission(version, submitted_at)
        if version.validated_by_id == by.pk:
            raise Refusal(
                _("Vous avez validé cette version le %(moment)s : une autre personne l’approuve.")
                % {"moment": moment_words(version.validated_at or clock.now())}
            )
    previous = version.plan.versions.filter(state=PlanVersion.State.APPROVED).first()
    _decide(version, lambda: version.approve(by=by, on=on))
    _check_approval_day(version, on, previous)
    if previous is not None:
        previous.supersede(on=on)
        previous.save()
    version.document = approval_letter(version, by=by, on=on)
    version.save()
    _record(version, by=by, verb="approve_plan", summary=_("a approuvé %(plan)s"))
    record_milestone(
        version.plan.alliance,
        MilestoneKind.PLAN_APPROVED,
        by=by,
        on=on,
        sequence=version.number,
        detail=title_of(version),
        url=version.plan.alliance.url("plan"),
        evidence=version.document,
    )
    notifications.tell_approved(version, by=by)
    return version
