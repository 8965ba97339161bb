"""What the Table pays to a project, and the correction of a payment, with its trace."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.money import ZERO
from alliances.permissions import require
from fqis.models import Project, ProjectInstalment, ProjectPayment
from fqis.services.follow_up_rules import check_day, said
from fqis.services.projects import lock_project, record_on
from fqis.wording import already, date_long, money

Condition = ProjectInstalment.Condition


def paid_to(project: Project) -> Decimal:
    """What a project received so far, corrections counted, in dollars."""
    return project.payments.aggregate(total=Sum("amount"))["total"] or ZERO


def due_from(instalment: ProjectInstalment, signed_on: date) -> date | None:
    """The first day an instalment may be paid; None while its condition is not met."""
    if instalment.condition == Condition.SIGNATURE:
        return signed_on
    if instalment.condition == Condition.DATE:
        assert instalment.due_on is not None
        return max(instalment.due_on, signed_on)
    return instalment.met_on


@transaction.atomic
def record_payment(
    project: Project,
    *,
    by: User,
    on: date,
    amount: Decimal,
    instalment: ProjectInstalment | None = None,
    reference: str = "",
    key: UUID | None = None,
) -> ProjectPayment:
    """What the Table paid to the project against an instalment, in dollars; without one, the first
    that is due and has room.

    Refuses before acceptance (guide 2017, « Projets ») and signature, above the grant or the
    instalment (with what is left), before the condition, in the future. The same ``key`` again
    gives the payment already there.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if key is not None and (twin := project.payments.filter(key=key).first()):
        return twin
    payment = _pay(
        project,
        by=by,
        on=on,
        amount=amount,
        instalment=instalment,
        reference=reference,
        key=key or uuid4(),
    )
    record_on(
        project,
        by=by,
        verb="pay_project",
        summary=_("a consigné un paiement de %(amount)s au projet %%(project)s")
        % {"amount": money(amount)},
        amount=str(amount),
    )
    return payment


def _pay(
    project: Project,
    *,
    by: User,
    on: date,
    amount: Decimal,
    instalment: ProjectInstalment | None,
    reference: str,
    key: UUID,
) -> ProjectPayment:
    if project.amount_granted is None:
        raise Refusal(_("Ce projet n’est pas accepté : rien ne peut lui être payé."))
    if amount <= 0:
        raise Refusal(_("Le montant doit dépasser zéro."), field="amount")
    check_day(on, project.decided_on, what=_("la décision"))
    if project.agreed_on is None:
        raise Refusal(_("La convention du projet n’est pas signée : rien n’est dû."))
    check_day(on, project.agreed_on, what=_("la signature"))
    left = project.amount_granted - paid_to(project)
    if amount > left:
        raise Refusal(
            _("Ce paiement dépasse le montant accordé : il reste %(left)s à payer.")
            % {"left": money(left)},
            field="amount",
        )
    return ProjectPayment.objects.create(
        project=project,
        instalment=_instalment_for(project, on=on, amount=amount, chosen=instalment),
        on=on,
        amount=amount,
        reference=reference.strip()[:60],
        key=key,
        recorded_by=by,
    )


def _instalment_for(
    project: Project, *, on: date, amount: Decimal, chosen: ProjectInstalment | None
) -> ProjectInstalment:
    """``chosen``, or the first due that has room for ``amount``; refuses with what is wrong."""
    assert project.agreed_on is not None
    parts = list(
        ProjectInstalment.objects.select_for_update(of=("self",))
        .filter(agreement__project=project, agreement__state="signed")
        .order_by("rank")
    )
    paid = dict(project.payments.order_by().values_list("instalment").annotate(total=Sum("amount")))
    wanted = parts if chosen is None else [part for part in parts if part.pk == chosen.pk]
    if not wanted:
        raise Refusal(_("Choisissez un versement de cette convention."), field="instalment")
    refusal: Refusal | None = None
    for part in wanted:
        due = due_from(part, project.agreed_on)
        left = part.amount - paid.get(part.pk, ZERO)
        if due is None or due > on:
            refusal = refusal or Refusal(_not_due(part), field="instalment")
        elif amount > left:
            refusal = refusal or Refusal(
                _("Le versement %(rank)s n’a plus que %(left)s à payer.")
                % {"rank": part.rank, "left": money(left)},
                field="amount",
            )
        else:
            return part
    assert refusal is not None
    raise refusal


def _not_due(part: ProjectInstalment) -> str:
    if part.condition == Condition.DATE:
        return _("Le versement %(rank)s est prévu le %(day)s, pas avant.") % {
            "rank": part.rank,
            "day": date_long(part.due_on),
        }
    return _(
        "Le versement %(rank)s attend sa condition : consignez d’abord qu’elle est remplie."
    ) % {"rank": part.rank}


@transaction.atomic
def correct_project_payment(
    payment: ProjectPayment,
    *,
    by: User,
    reason: str,
    on: date | None = None,
    amount: Decimal | None = None,
) -> ProjectPayment:
    """Undoes a payment that was written wrong, and writes the right one when ``amount`` and ``on``
    are given; both stay readable, with the reason.

    Refuses one already corrected (who, when), a correction itself, and what ``record_payment``
    refuses of the right one.
    """
    require(by, "manage_projects", payment.project)
    project = lock_project(payment.project_id)
    held = ProjectPayment.objects.select_related("instalment").get(pk=payment.pk)
    if held.reverses_id is not None:
        raise Refusal(_("Cette ligne est déjà une correction."))
    twin = ProjectPayment.objects.select_related("recorded_by").filter(reverses=held).first()
    if twin is not None:
        raise already(twin.recorded_by, twin.recorded_at, _("corrigé"))
    reason = said(reason, "reason", _("Écrivez pourquoi ce paiement est corrigé."))
    if (amount is None) != (on is None):
        raise Refusal(
            _("Écrivez le bon montant et la bonne date, ou laissez les deux vides pour annuler."),
            field="amount" if amount is None else "on",
        )
    if amount == held.amount and on == held.on:
        raise StaleAct(_("Ce paiement est déjà de ce montant et de cette date."))
    undone = ProjectPayment.objects.create(
        project=project,
        instalment=held.instalment,
        on=held.on,
        amount=-held.amount,
        reference=held.reference,
        reverses=held,
        reason=reason,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    right = undone
    if amount is not None and on is not None:
        right = _pay(
            project,
            by=by,
            on=on,
            amount=amount,
            instalment=held.instalment,
            reference=held.reference,
            key=uuid4(),
        )
    record_on(
        project,
        by=by,
        verb="correct_project_payment",
        summary=_("a corrigé un paiement de %(amount)s du %(day)s, projet %%(project)s")
        % {"amount": money(held.amount), "day": date_long(held.on)},
        reason=reason,
        before={"amount": str(held.amount), "on": held.on.isoformat()},
        after={"amount": str(amount), "on": on.isoformat()} if amount and on else None,
    )
    return right
