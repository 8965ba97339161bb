"""Versements: planned with the convention, ready with their milestone, recommended, held, paid.

Authorising is in ``authorisations``. The envelope's row is the lock of an Alliance's money: who
takes it and a versement takes the envelope first.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import Alliance, Milestone, MilestoneKind, User
from alliances.permissions import can, require
from alliances.services import journal
from alliances.services.notifications import notify, people_with
from conventions.models import Convention, Tranche
from fqis.models import PaymentLine, Recovery, Versement
from fqis.services.envelopes import open_envelope
from fqis.services.schedule import follow_avenant
from fqis.wording import already, date_long, in_future, local_day, money, versement_name

State = Versement.State


def lockable(versements: QuerySet[Versement]) -> QuerySet[Versement]:
    """``versements`` with what an act reads of them; reading it locks their rows, and no other."""
    return versements.select_for_update(of=("self",)).select_related(
        "alliance__territory",
        "alliance__cycle",
        "alliance__table",
        "alliance__fiduciary",
        "tranche__convention",
        "recommended_by",
        "authorised_by",
        "payment_confirmed_by",
        "held_by",
        "cancelled_by",
    )


def lock_versement(pk: int) -> Versement:
    return lockable(Versement.objects.all()).get(pk=pk)


def on_milestone(milestone: Milestone, by: User) -> None:
    """What follows a milestone: the versements of a signed convention exist, and those whose
    tranche waited for it are ready. The portal opens the schedule by itself, and follows the one
    an avenant changed."""
    with acting_as_portal() as portal:
        if milestone.kind == MilestoneKind.AVENANT_SIGNED:
            follow_avenant(milestone.alliance, milestone.sequence, by=portal)
        plan_versements(milestone.alliance, by=portal)
    make_reached_ready(milestone.alliance, by=by)


@transaction.atomic
def plan_versements(alliance: Alliance, *, by: User) -> list[Versement]:
    """One planned versement for each tranche of the signed convention that has none."""
    open_envelope(alliance)
    tranches = Tranche.objects.filter(
        convention__alliance=alliance,
        convention__state=Convention.State.SIGNED,
        versements=None,
    ).order_by("rank")
    planned = [
        Versement.objects.create(
            alliance=alliance,
            tranche=tranche,
            fiscal_year=tranche.fiscal_year,
            amount=tranche.amount,
        )
        for tranche in tranches
    ]
    if planned:
        journal.record(
            by=by,
            verb="plan_versements",
            summary=ngettext(
                "a ouvert l’échéancier des versements (%(n)s tranche)",
                "a ouvert l’échéancier des versements (%(n)s tranches)",
                len(planned),
            )
            % {"n": len(planned)},
            alliance=alliance,
            url=alliance.url("finances"),
        )
    return planned


@transaction.atomic
def make_reached_ready(alliance: Alliance, *, by: User) -> list[Versement]:
    """Makes ready each planned versement whose tranche's milestone is recorded."""
    milestones = list(Milestone.objects.filter(alliance=alliance))
    planned = (
        Versement.objects.filter(alliance=alliance, state=State.PLANNED)
        .select_related("tranche")
        .order_by("pk")
    )
    return [
        make_ready(versement, by=by)
        for versement in planned
        if any(versement.tranche.is_reached_by(milestone) for milestone in milestones)
    ]


@transaction.atomic
def make_ready(versement: Versement, *, by: User) -> Versement:
    """The condition of the tranche is met: the versement can be recommended. Safe to run again."""
    versement = lock_versement(versement.pk)
    if versement.state != State.PLANNED:
        return versement
    versement.make_ready()
    versement.save()
    alliance = versement.alliance
    journal.record(
        by=by,
        verb="ready_versement",
        summary=_("a rempli la condition qu’attendait %(versement)s")
        % {"versement": versement_name(versement)},
        alliance=alliance,
        target=versement,
        url=alliance.url("versement", versement.pk),
    )
    if versement.tranche.waits_for != MilestoneKind.REPORT_ACCEPTED:
        # The adviser who recommended the report recommended its versement.
        ask_for_recommendation(versement, by=by)
    return versement


def ask_for_recommendation(versement: Versement, *, by: User) -> None:
    """Tells those who may recommend it that the condition is met."""
    alliance = versement.alliance
    notify(
        people_with(versement.recommending_right, alliance),
        alliance=alliance,
        subject=_("%(alliance)s : versement à recommander") % {"alliance": alliance},
        body=_("%(condition)s : vous pouvez recommander %(versement)s.")
        % {
            "condition": versement.tranche.condition_label,
            "versement": versement_name(versement),
        },
        url=alliance.url("versement", versement.pk),
        but=by,
    )


def may_recommend(user: User, versement: Versement) -> bool:
    return can(user, versement.recommending_right, versement)


@transaction.atomic
def recommend_versement(
    versement: Versement,
    *,
    by: User,
    amount: Decimal | None = None,
    note: str = "",
    recommended_at: datetime | None = None,
) -> Versement:
    """Recommends a ready versement, of ``amount`` dollars or of its planned amount.

    Refuses whom its condition does not name, one that is not ready, an amount above the
    tranche, and a lower one without a reason. ``recommended_at``: when the adviser recommended,
    if the report was accepted later (guide 2024, §3.1: the DGSQ informs the DGSSAC of the
    versements to make).
    """
    versement = lock_versement(versement.pk)
    require(by, versement.recommending_right, versement)
    if versement.state != State.READY:
        raise _not_ready(versement)
    if amount is not None and amount != versement.amount:
        _check_amount(versement, amount, note)
        versement.amount = amount
    versement.recommend(by=by, note=note.strip())
    if recommended_at is not None:
        versement.recommended_at = min(recommended_at, clock.now())
    versement.save()
    alliance = versement.alliance
    journal.record(
        by=by,
        verb="recommend_versement",
        summary=_("a recommandé %(versement)s") % {"versement": versement_name(versement)},
        alliance=alliance,
        target=versement,
        reason=versement.recommendation,
        right=versement.recommending_right,
        url=alliance.url("versement", versement.pk),
    )
    notify(
        people_with("authorise_versement", alliance),
        alliance=alliance,
        subject=_("%(alliance)s : versement à autoriser") % {"alliance": alliance},
        body=_("%(who)s a recommandé %(versement)s.")
        % {"who": by, "versement": versement_name(versement)},
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


def _not_ready(versement: Versement) -> Refusal:
    if versement.state == State.PLANNED:
        return Refusal(
            _("Ce versement attend encore : %(condition)s.")
            % {"condition": versement.tranche.condition_label}
        )
    return changed(versement)


def changed(versement: Versement) -> Refusal:
    """Who brought the versement to its present state, and when."""
    match versement.state:
        case State.HELD:
            return already(versement.held_by, versement.held_at, _("retenu"))
        case State.CANCELLED:
            return already(versement.cancelled_by, versement.cancelled_at, _("annulé"))
        case State.PAID:
            return already(
                versement.payment_confirmed_by, versement.payment_confirmed_at, _("confirmé payé")
            )
        case State.AUTHORISED | State.ISSUED:
            return already(versement.authorised_by, versement.authorised_at, _("autorisé"))
        case State.RECOMMENDED:
            return already(versement.recommended_by, versement.recommended_at, _("recommandé"))
    return Refusal(
        _("Ce versement est « %(state)s » : cet acte n’est pas possible.")
        % {"state": State(versement.state).label}
    )


def _check_amount(versement: Versement, amount: Decimal, note: str) -> None:
    if amount <= 0:
        raise Refusal(_("Le montant du versement doit dépasser zéro."), field="amount")
    # Two parts of one tranche may be recommended at once: the second one reads after the first.
    Tranche.objects.select_for_update(of=("self",)).get(pk=versement.tranche_id)
    others = (
        Versement.objects.filter(tranche=versement.tranche)
        .exclude(pk=versement.pk)
        .exclude(state=State.CANCELLED)
        .total()
    )
    deducted = Recovery.objects.deducted().filter(deducted_from__tranche=versement.tranche).total()
    left = versement.tranche.amount - others - deducted
    if amount > left:
        raise Refusal(
            _("Le montant dépasse la tranche : il en reste %(left)s.") % {"left": money(left)},
            field="amount",
        )
    if amount < versement.amount and not note.strip():
        raise Refusal(
            _("Dites pourquoi le montant est inférieur à celui qui était prévu."), field="note"
        )


@transaction.atomic
def confirm_payment(versement: Versement, *, by: User, paid_on: date, reference: str) -> Versement:
    """Confirms that the money left, with the date and the reference of the payment system.

    Refuses the person who authorised, a date before the authorisation or in the future, a missing
    or already used reference, and a payment that was rejected and not sent again.
    """
    require(by, "confirm_payment", versement)
    versement = lock_versement(versement.pk)
    line = PaymentLine.objects.filter(versement=versement).order_by("-pk").first()
    check_payable(versement, line, by=by, paid_on=paid_on)
    reference = _check_reference(versement, reference)
    versement.pay(by=by, on=paid_on, reference=reference)
    try:
        with transaction.atomic():
            versement.save()
    except IntegrityError as error:
        raise used_reference() from error
    alliance = versement.alliance
    journal.record(
        by=by,
        verb="confirm_payment",
        summary=_("a confirmé que %(versement)s est payé, référence %(reference)s")
        % {"versement": versement_name(versement), "reference": reference},
        alliance=alliance,
        target=versement,
        right="confirm_payment",
        url=alliance.url("versement", versement.pk),
        paid_on=paid_on.isoformat(),
    )
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : versement payé") % {"alliance": alliance},
        body=_("%(amount)s ont été payés le %(day)s. Avis %(notice)s, référence %(reference)s.")
        % {
            "amount": money(versement.amount),
            "day": date_long(paid_on),
            "notice": versement.notice and versement.notice.number,
            "reference": reference,
        },
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


def check_payable(
    versement: Versement, line: PaymentLine | None, *, by: User, paid_on: date
) -> None:
    """Refuses a payment by ``by`` on ``paid_on``; ``line`` is the last one of the versement. No
    query: the same questions before an answer file is applied, and as it is."""
    if versement.state == State.AUTHORISED:
        raise Refusal(_("L’avis est en préparation. Réessayez dans une minute."))
    if versement.state != State.ISSUED:
        raise changed(versement)
    if versement.authorised_by_id == by.pk:
        raise Refusal(
            _("Vous avez autorisé ce versement : une autre personne doit confirmer le paiement.")
        )
    if line is not None and line.rejected_on is not None:
        raise Refusal(
            _("Ce paiement est rejeté depuis le %(day)s : il repart dans un autre lot.")
            % {"day": date_long(line.rejected_on)}
        )
    assert versement.authorised_at is not None
    authorised_on = local_day(versement.authorised_at)
    if in_future(paid_on):
        raise Refusal(_("La date du paiement est dans le futur."), field="paid_on")
    if paid_on < authorised_on:
        raise Refusal(
            _("Le paiement ne peut précéder l’autorisation du %(day)s.")
            % {"day": date_long(authorised_on)},
            field="paid_on",
        )


def _check_reference(versement: Versement, reference: str) -> str:
    cleaned = reference.strip()
    if not cleaned:
        raise Refusal(_("Écrivez la référence du paiement."), field="reference")
    if Versement.objects.filter(payment_reference=cleaned).exclude(pk=versement.pk).exists():
        raise used_reference()
    return cleaned


def used_reference() -> Refusal:
    return Refusal(_("Cette référence a déjà servi à un autre paiement."), field="reference")
