"""The versements and the schedule of their convention: what an avenant may change, what follows.

Once a versement is recommended, its tranche is the money's: an avenant moves none of it.
"""

from collections import Counter
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.errors import Missing, Refusal
from alliances.models import Alliance, Milestone, User
from alliances.money import ZERO
from alliances.services import journal
from conventions.models import Avenant, AvenantTranche, Convention
from fqis.models import Envelope, Recovery, Versement
from fqis.services.envelopes import open_envelope
from fqis.services.payees import lock_notices, replace_notices
from fqis.wording import money, versement_name

State = Versement.State
UNDER_WAY = Q(
    state__in=[State.RECOMMENDED, State.AUTHORISED, State.ISSUED, State.PAID]
) | Q(state=State.HELD, held_from=State.RECOMMENDED)  # fmt: skip


def lock_schedule(convention: Convention) -> None:
    """Keeps the money of the Alliance still: its envelope, its notices, then its versements."""
    open_envelope(convention.alliance)
    lock_notices(convention.alliance_id)
    rows = Versement.objects.select_for_update(of=("self",)).order_by("pk")
    list(rows.filter(alliance=convention.alliance_id).values_list("pk"))


def fixed_tranches(convention: Convention) -> dict[int, str]:
    """Why each tranche whose versement is under way, shared, or diminished by a recovery no longer
    changes, by its id."""
    why = {
        State.RECOMMENDED: _("est recommandée"),
        State.HELD: _("est recommandée, puis retenue"),
        State.AUTHORISED: _("est autorisée"),
        State.ISSUED: _("est autorisée"),
        State.PAID: _("est payée"),
    }
    rows = Versement.objects.filter(tranche__convention=convention)
    live = Counter(rows.exclude(state=State.CANCELLED).values_list("tranche", flat=True))
    shared = {
        tranche: ngettext(
            "est partagée en %(n)s versement", "est partagée en %(n)s versements", count
        )
        % {"n": count}
        for tranche, count in live.items()
        if count > 1
    }
    under_way = rows.filter(UNDER_WAY).order_by("pk").values_list("tranche", "state")
    deducted = Recovery.objects.deducted().filter(deducted_from__tranche__convention=convention)
    return (
        {
            tranche: _("porte un recouvrement déduit")
            for tranche in deducted.values_list("deducted_from__tranche", flat=True)
        }
        | shared
        | {tranche: why[State(state)] for tranche, state in under_way}
    )


def missing_to_send(alliance: Alliance) -> list[Missing]:
    """A convention is sent once its envelope has its amount."""
    if Envelope.objects.filter(alliance=alliance).exclude(amount=None).exists():
        return []
    return [Missing(_("Le montant de l’enveloppe, à confirmer"), alliance.url("envelope"))]


def check_amount(convention: Convention, amount: Decimal) -> None:
    """Refuses any amount while the envelope is to confirm, one in dollars above it, less what other
    conventions took of it, and one that no longer covers the versements under way. A signed
    convention may keep its amount, or lower it."""
    if amount > convention.amount or not convention.is_signed:
        _check_envelope(convention, amount)
    committed = Versement.objects.filter(UNDER_WAY, tranche__convention=convention).total()
    if amount < committed:
        raise Refusal(
            _("Écrivez au moins %(amount)s : ces versements sont recommandés, autorisés ou payés.")
            % {"amount": money(committed)},
            field="amount",
        )


def _check_envelope(convention: Convention, amount: Decimal) -> None:
    envelope = Envelope.objects.filter(alliance=convention.alliance_id).first()
    if envelope is None or envelope.amount is None:
        raise Refusal(
            _("L’enveloppe de cette alliance est à confirmer : rien ne s’engage avant."),
            field="amount",
        )
    others = Versement.objects.filter(alliance=convention.alliance_id).committed()
    taken = others.exclude(tranche__convention=convention).total()
    if amount <= envelope.amount - taken:
        return
    if taken:
        raise Refusal(
            _("Il reste %(left)s dans l’enveloppe : la convention ne peut pas dépasser ce montant.")
            % {"left": money(max(envelope.amount - taken, ZERO))},
            field="amount",
        )
    raise Refusal(
        _("L’enveloppe est de %(amount)s : la convention ne peut pas la dépasser.")
        % {"amount": money(envelope.amount)},
        field="amount",
    )


def follow_avenant(alliance: Alliance, number: int, *, by: User) -> None:
    """Makes the versements that are not under way what the avenant made of their tranches: amount,
    year, what they wait for; gives up those of a tranche taken out, plans what a raise adds to a
    tranche whose versement was cancelled, and the notices to a party that is no longer paid."""
    open_envelope(alliance)
    avenant = Avenant.objects.get(convention__alliance=alliance, number=number)
    lines = [line for line in avenant.lines.exclude(tranche=None) if line.before != line.after]
    milestones = list(Milestone.objects.filter(alliance=alliance))
    for line in lines:
        versement = (
            Versement.objects.select_for_update(of=("self",))
            .select_related("tranche", "alliance__territory", "alliance__cycle")
            .filter(tranche=line.tranche_id)
            .exclude(state=State.CANCELLED)
            .first()
        )
        if versement is not None:
            _follow(versement, line, milestones, by=by)
        else:
            _plan_raise(alliance, line, by=by)
    if avenant.table_id is not None:
        replace_notices(alliance, avenant, by=by)


def _plan_raise(alliance: Alliance, line: AvenantTranche, *, by: User) -> None:
    """What was given up of the tranche stays given up; the raise can be versed."""
    assert line.tranche is not None
    assert line.was_amount is not None
    raised = line.tranche.amount - line.was_amount
    if line.after is None or raised <= 0:
        return
    versement = Versement.objects.create(
        alliance=alliance,
        tranche=line.tranche,
        fiscal_year=line.tranche.fiscal_year,
        amount=raised,
    )
    journal.record(
        by=by,
        verb="follow_avenant",
        summary=_("a prévu %(versement)s, que l’avenant no %(n)s ajoute")
        % {"versement": versement_name(versement), "n": line.avenant.number},
        alliance=alliance,
        target=versement,
        url=alliance.url("versement", versement.pk),
    )


def _follow(
    versement: Versement, line: AvenantTranche, milestones: list[Milestone], *, by: User
) -> None:
    before, tranche = versement_name(versement), versement.tranche
    words = {"versement": before, "n": line.avenant.number}
    if line.after is None:
        versement.cancel(
            by=by, reason=_("L’avenant no %(n)s retire cette tranche.") % {"n": words["n"]}
        )
        summary = _("a annulé %(versement)s, que l’avenant no %(n)s retire")
    else:
        assert line.was_amount is not None
        # What was given up of the tranche stays given up: a raise adds, a cut only limits.
        raised = max(tranche.amount - line.was_amount, ZERO)
        versement.amount = min(versement.amount + raised, tranche.amount)
        versement.fiscal_year = tranche.fiscal_year
        if not any(tranche.is_reached_by(one) for one in milestones):
            if versement.state == State.READY:
                versement.wait_again()
            elif versement.state == State.HELD and versement.held_from == State.READY:
                versement.held_from = State.PLANNED
        summary = _("a ajusté %(versement)s à l’avenant no %(n)s")
    versement.save()
    journal.record(
        by=by,
        verb="follow_avenant",
        summary=summary % words,
        alliance=versement.alliance,
        target=versement,
        url=versement.alliance.url("versement", versement.pk),
    )
