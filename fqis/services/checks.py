"""The admissibility of a request: each norm answered by a person, then analysed or turned down."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Cycle, User
from alliances.permissions import require
from alliances.services import journal
from fqis.models import Decision, EligibilityCheck, Project
from fqis.selectors.checks import Finding, findings_of
from fqis.services.envelopes import lock_cycle
from fqis.services.projects import decide_project, decided_before, lock_project, record_on
from fqis.wording import already

Kind = EligibilityCheck.Kind
State = Project.State


def _lock_to_check(project: Project) -> Project:
    project = lock_project(project.pk)
    if project.state != State.RECEIVED:
        raise decided_before(project)
    return project


@transaction.atomic
def answer_check(
    project: Project,
    *,
    by: User,
    kind: str,
    is_met: bool | None,
    reason: str = "",
    seen: str | None = None,
) -> EligibilityCheck:
    """Answers one norm, or answers it again. Without a reason the portal's own finding is kept as
    the reason, when the answer agrees with it. ``seen``: the moment of the answer the person had
    on their screen, empty for none.

    Refuses a request already analysed, an answer without its reason, and one that does not take up
    what somebody else answered meanwhile (who, and when).
    """
    require(by, "manage_projects", project)
    project = _lock_to_check(project)
    if kind not in Kind.values:
        raise Refusal(_("Ce contrôle n’existe pas."), field="kind")
    if is_met is None:
        raise Refusal(_("Répondez oui ou non."), field="is_met")
    before = project.checks.filter(kind=kind).select_related("checked_by").first()
    if seen is not None and seen != (before.checked_at.isoformat() if before else ""):
        raise already(
            before.checked_by if before else None,
            before.checked_at if before else clock.now(),
            _("vérifié"),
        )
    finding = next(one for one in findings_of(project) if one.kind == kind)
    check, _made = EligibilityCheck.objects.update_or_create(
        project=project, kind=kind, defaults=_answer(project, finding, by, is_met, reason)
    )
    record_on(
        project,
        by=by,
        verb="answer_check",
        summary=_("a répondu « %(answer)s » au contrôle « %(check)s » du projet %%(project)s")
        % {"answer": _("oui") if is_met else _("non"), "check": finding.label},
        reason=check.reason,
        kind=kind,
        is_met=is_met,
    )
    return check


def _answer(
    project: Project, finding: Finding, by: User, is_met: bool, reason: str
) -> dict[str, object]:
    text = reason.strip()
    if not text and finding.answer != is_met:
        if finding.answer is None:
            raise Refusal(_("Écrivez le motif de votre réponse."), field="reason")
        raise Refusal(
            _("Le portail trouve l’inverse : écrivez pourquoi vous répondez autrement."),
            field="reason",
        )
    return {
        "territory_id": project.territory_id,
        "is_met": is_met,
        "computed": finding.answer,
        "reason": text or finding.said,
        "checked_at": clock.now(),
        "checked_by": by,
    }


@transaction.atomic
def analyse_project(project: Project, *, by: User, because: str = "") -> Project:
    """The request respects every norm: it may be analysed and decided (guide 2017, « Projets »).

    With ``because``, the norms nobody answered yet are met for that reason, and what the portal
    finds by itself is confirmed. Refuses a norm without an answer, one that is not met, and one
    that the portal finds broken.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.RECEIVED:
        raise decided_before(project)
    answered = dict(project.checks.values_list("kind", "is_met"))
    missing = [one for one in findings_of(project) if one.kind not in answered]
    if missing and not because.strip():
        raise Refusal(
            _("Répondez d’abord à : %(checks)s.")
            % {"checks": ", ".join(one.label for one in missing)},
            field="because",
        )
    broken = [one.label for one in missing if one.answer is False]
    broken += [str(Kind(kind).label) for kind, is_met in answered.items() if not is_met]
    if broken:
        raise Refusal(
            _("Ce projet n’est pas admissible : %(checks)s.") % {"checks": ", ".join(broken)},
            field="because",
        )
    EligibilityCheck.objects.bulk_create(
        EligibilityCheck(
            project=project,
            kind=one.kind,
            **_answer(project, one, by, True, "" if one.answer else because),
        )
        for one in missing
    )
    try:
        project.analyse()
    except TransitionNotAllowed:
        raise decided_before(project) from None
    project.save()
    record_on(
        project,
        by=by,
        verb="analyse_project",
        summary=_("a jugé admissible le projet %(project)s"),
        reason=because.strip() if missing else "",
    )
    return project


@transaction.atomic
def reject_project(project: Project, *, by: User, reason: str = "") -> Project:
    """Turns down a request that breaks a norm: its reasons are those of the norms that are not
    met, and what the person adds. Refuses when every norm answered is met."""
    require(by, "decide_projects", project)
    project = _lock_to_check(project)
    failed = [
        f"{check.get_kind_display()} : {check.reason}"
        for check in project.checks.all()
        if not check.is_met
    ]
    if not failed:
        raise Refusal(_("Aucun contrôle n’est échoué : dites d’abord lequel, et pourquoi."))
    return decide_project(
        project,
        by=by,
        outcome=Decision.Outcome.INADMISSIBLE,
        on=clock.today(),
        reason="\n".join([*failed, reason.strip()]).strip(),
    )


@transaction.atomic
def set_public_funding_limit(cycle: Cycle, *, by: User, percent: Decimal | None) -> Cycle:
    """Says the most that public money may pay of a project's cost in this cycle, in percent; None
    while it is to confirm. Checks already answered stay. Refuses what is not above 0, up to 100."""
    require(by, "allocate")
    if percent is not None and not 0 < percent <= 100:
        raise Refusal(_("Un pourcentage va de plus de 0 à 100."), field="percent")
    cycle = lock_cycle(cycle.pk)
    before = cycle.public_funding_limit
    cycle.public_funding_limit = percent
    cycle.save(update_fields=["public_funding_limit"])
    journal.record(
        by=by,
        verb="set_public_funding_limit",
        summary=_("a fixé le cumul permis de l’aide publique du cycle %(cycle)s")
        % {"cycle": cycle.slug},
        target=cycle,
        before=str(before) if before is not None else None,
        after=str(percent) if percent is not None else None,
    )
    return cycle
