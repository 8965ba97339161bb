"""A version's way from draft to approval (guide 2024, §4.1 step 5 and §4.2)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.models import MilestoneKind, User
from alliances.permissions import standing_in
from alliances.services.milestones import record_milestone
from alliances.templatetags.portal import date_long
from plans import notifications
from plans.completeness import check
from plans.documents import approval_letter, plan_document
from plans.models import PlanVersion, ReviewPoint
from plans.selectors.registers import registers_as_data
from plans.selectors.review import opinion_on, points_of, requirements_of
from plans.selectors.threads import corrections_of
from plans.wording import moment_words, title_of, what_happened

from .corrections import ask_corrections
from .locking import locked
from .traces import record_act


def decide(version: PlanVersion, act: Callable[[], None]) -> None:
    """Does the transition, or tells the second person who decided and when."""
    try:
        act()
    except TransitionNotAllowed:
        raise StaleAct(what_happened(version)) from None


def same_submission(version: PlanVersion, submitted_at: datetime | None) -> None:
    """Refuses to speak of a submission when the Table has transmitted another text since."""
    if submitted_at is not None and version.submitted_at != submitted_at:
        raise StaleAct(
            _("La Table a transmis un autre texte le %(moment)s. Relisez-le avant de décider.")
            % {"moment": moment_words(version.submitted_at or clock.now())}
        )


def _refuse_incomplete(version: PlanVersion) -> None:
    missing = check(version).missing
    if missing:
        raise Refusal(
            _("Il manque des éléments que le guide exige. Le plan n’est pas transmis."),
            missing=[
                Missing(f"{point.requirement.short} ({point.requirement.section.code})", point.url)
                for point in missing
            ],
        )


def _refuse_unanswered(version: PlanVersion, by: User) -> None:
    """The Table answers each correction of the last return before it transmits again."""
    pending = corrections_of(version, by).pending
    if pending:
        page = version.plan.alliance.url("plan_threads", version.number)
        raise Refusal(
            _("Répondez à chaque correction demandée. Le plan n’est pas transmis."),
            missing=[
                Missing(f"{one.place.label} : {one.comment}", f"{page}#remarque-{one.comment.pk}")
                for one in pending
            ],
        )


@transaction.atomic
def submit_version(version: PlanVersion, *, by: User) -> PlanVersion:
    """Transmits the plan to the DGSSAC, with its registers of that day. Refuses an incomplete one,
    with what it lacks, and one with a correction that the Table has not answered."""
    version = locked(version)
    if version.is_writable:
        _refuse_incomplete(version)
        _refuse_unanswered(version, by)
    decide(version, lambda: version.submit(by=by))
    version.registers = registers_as_data(version.plan.alliance, clock.today())
    version.save()
    record_act(version, by=by, verb="submit_plan", summary=_("a transmis la %(plan)s"))
    notifications.tell_submitted(version, by=by)
    return version


@transaction.atomic
def return_version(
    version: PlanVersion,
    *,
    by: User,
    reason: str,
    submitted_at: datetime | None = None,
    remarks: Mapping[int, str] | None = None,
) -> PlanVersion:
    """Sends the plan back to the Table. Refuses without a reason.

    The reason, what the checklist asks to correct and the ministry's open remarks become the
    corrections that the Table answers. ``remarks`` replaces the notes of the checklist, by
    requirement: an empty one is left out. ``submitted_at`` names the submission the person read:
    another one since then is refused.
    """
    version = locked(version)
    if not reason.strip():
        raise Refusal(_("Écrivez le motif du retour : la Table le reçoit."), field="reason")
    decide(version, lambda: version.send_back(by=by, reason=reason.strip()))
    same_submission(version, submitted_at)
    ask_corrections(version, by=by, remarks=remarks)
    version.save()
    record_act(
        version,
        by=by,
        verb="return_plan",
        summary=_("a retourné la %(plan)s à la Table"),
        reason=version.return_reason,
    )
    notifications.tell_returned(version, by=by)
    return version


def _refuse_unreviewed(version: PlanVersion) -> None:
    """Every point of the checklist is in order for this submission."""
    rows = points_of(version)
    page = version.plan.alliance.url("plan_review", version.number)
    missing = [
        Missing(f"{one.short} ({one.section.code})", f"{page}#point-{one.pk}")
        for one in requirements_of(version)
        if one.pk not in rows or rows[one.pk].verdict != ReviewPoint.Verdict.IN_ORDER
    ]
    if missing:
        raise Refusal(
            _("Déclarez chaque point de l’analyse conforme avant de valider le plan."),
            missing=missing,
        )


@transaction.atomic
def validate_version(
    version: PlanVersion, *, by: User, submitted_at: datetime | None = None, note: str = ""
) -> PlanVersion:
    """The DGSSAC finds the plan in order: the delegate of the minister may approve it.

    Refuses while a point of the checklist is not in order, and without the DGSQ's opinion unless
    ``note`` says why.
    """
    version = locked(version)
    note = note.strip()
    if version.state == PlanVersion.State.SUBMITTED:
        same_submission(version, submitted_at)
        _refuse_unreviewed(version)
        if not note and opinion_on(version) is None:
            raise Refusal(
                _("La DGSQ n’a pas donné son avis. Dites pourquoi vous validez sans lui."),
                field="note",
            )
    decide(version, lambda: version.validate(by=by, note=note))
    version.save()
    record_act(version, by=by, verb="validate_plan", summary=_("a validé la %(plan)s"), reason=note)
    notifications.tell_validated(version, by=by)
    return version


def _check_approval_day(version: PlanVersion, on: date, previous: PlanVersion | None) -> None:
    if on > clock.today():
        raise Refusal(_("La date d’approbation ne peut pas être dans le futur."), field="on")
    earliest = timezone.localtime(version.validated_at, timezone.get_default_timezone()).date()
    if on < earliest:
        raise Refusal(
            _("Cette version a été validée le %(day)s : l’approbation ne peut pas la précéder.")
            % {"day": date_long(earliest)},
            field="on",
        )
    if previous is not None and previous.in_force_from and on <= previous.in_force_from:
        raise Refusal(
            _("La version %(number)s vaut depuis le %(day)s : choisissez un jour suivant.")
            % {"number": previous.number, "day": date_long(previous.in_force_from)},
            field="on",
        )


def _refuse_own_validation(version: PlanVersion, by: User, acting_for: User | None) -> None:
    moment = moment_words(version.validated_at or clock.now())
    if version.validated_by_id == by.pk:
        raise Refusal(
            _("Vous avez validé cette version le %(moment)s : une autre personne doit l’approuver.")
            % {"moment": moment}
        )
    if acting_for is not None and version.validated_by_id == acting_for.pk:
        raise Refusal(
            _(
                "%(person)s a validé cette version le %(moment)s : personne ne l’approuve à sa"
                " place."
            )
            % {"person": acting_for, "moment": moment}
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

    Who stands in during an absence approves for the absent person, named in the journal and in
    the letter. Refuses the person who validated it, whoever stands in for them, and a day in the
    future or before the validation.
    """
    version = locked(version)
    on = on or clock.today()
    acting_for = standing_in(by, "approve_plan", version)
    if version.state == PlanVersion.State.VALIDATED:
        same_submission(version, submitted_at)
        _refuse_own_validation(version, by, acting_for)
    previous = version.plan.versions.filter(state=PlanVersion.State.APPROVED).first()
    decide(version, lambda: version.approve(by=by, on=on, acting_for=acting_for))
    _check_approval_day(version, on, previous)
    if previous is not None:
        previous.supersede(on=on)
        previous.save()
    version.document = approval_letter(version, by=by, on=on, acting_for=acting_for)
    version.save()
    plan_document(version, by=by)
    record_act(
        version,
        by=by,
        verb="approve_plan",
        summary=_("a approuvé la %(plan)s"),
        acting_for=acting_for.full_name if acting_for else "",
    )
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
