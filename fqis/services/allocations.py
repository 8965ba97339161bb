"""The split of a cycle's total: figures, scenarios, the minister's decision (guide 2017)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, Territory, User
from alliances.permissions import require
from alliances.services import journal
from fqis.allocation import Claim, Outcome, Rule, allocate
from fqis.models import Allocation, AllocationFigure, AllocationLine, Envelope
from fqis.models.envelopes import Decided
from fqis.services.envelopes import give_amount, lock_cycle, open_envelope
from fqis.wording import date_long, in_future, money, time_fr

PREPARE, CONFIRM = "allocate", "confirm_allocation"
PUBLISHED = [
    Envelope.Quality.PUBLISHED,
    Envelope.Quality.CONFLICTING,
    Envelope.Quality.ROUNDED,
]


@dataclass(frozen=True)
class Figure:
    """One figure to write: its territory, its kind, its value, its year and its source."""

    place: Territory
    kind: str
    value: Decimal
    year: str
    source: str

    @property
    def kind_label(self) -> str:
        return str(AllocationFigure.Kind(self.kind).label)


def _locked(pk: int, *, revision: int | None = None) -> Allocation:
    allocation = (
        Allocation.objects.select_for_update(of=("self",))
        .select_related("cycle", "changed_by", "confirmed_by")
        .get(pk=pk)
    )
    if allocation.state == Allocation.State.CONFIRMED:
        raise StaleAct(
            _("%(who)s a confirmé cette répartition le %(day)s à %(time)s. Elle ne change plus.")
            % {
                "who": allocation.confirmed_by,
                "day": date_long(allocation.confirmed_at),
                "time": time_fr(allocation.confirmed_at),
            }
        )
    if revision is not None and allocation.revision != revision:
        raise StaleAct(
            _("%(who)s a changé ce scénario le %(day)s à %(time)s. Relisez-le avant d’enregistrer.")
            % {
                "who": allocation.changed_by,
                "day": date_long(allocation.changed_at),
                "time": time_fr(allocation.changed_at),
            }
        )
    return allocation


@transaction.atomic
def write_figures(cycle: Cycle, figures: Iterable[Figure], *, by: User) -> int:
    """Writes the figures of a cycle's split, and computes its open scenarios again.

    Refuses once the cycle's split is confirmed. Returns how many figures were written.
    """
    require(by, PREPARE)
    lock_cycle(cycle.pk)
    _check_open(cycle)
    written = [
        AllocationFigure(
            cycle=cycle,
            place=one.place,
            kind=one.kind,
            value=one.value,
            year=one.year.strip(),
            source=one.source.strip(),
            written_by=by,
            written_at=clock.now(),
        )
        for one in figures
    ]
    AllocationFigure.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["cycle", "place", "kind"],
        update_fields=["value", "year", "source", "written_at", "written_by"],
    )
    for allocation in Allocation.objects.filter(cycle=cycle).select_for_update().order_by("pk"):
        compute(allocation)
        _mark(allocation, by=by)
    journal.record(
        by=by,
        verb="write_allocation_figures",
        summary=_("a écrit %(n)s chiffres de la répartition %(cycle)s")
        % {"n": len(written), "cycle": cycle.slug},
        target=cycle,
    )
    return len(written)


def _mark(allocation: Allocation, *, by: User) -> None:
    """Who saw the scenario before this change does not confirm it unseen."""
    allocation.revision += 1
    allocation.changed_at, allocation.changed_by = clock.now(), by
    allocation.save()


def _check_open(cycle: Cycle) -> None:
    confirmed = Allocation.objects.filter(cycle=cycle, state=Allocation.State.CONFIRMED).first()
    if confirmed is not None:
        raise Refusal(
            _("La répartition %(cycle)s est confirmée depuis le %(day)s. Elle ne change plus.")
            % {"cycle": cycle.slug, "day": date_long(confirmed.decided_on)}
        )


@transaction.atomic
def create_scenario(
    cycle: Cycle, name: str, *, by: User, like: Allocation | None = None
) -> Allocation:
    """A new scenario of the cycle's split, from the published total, or like another one.

    Published envelopes are fixed at once, and never change. Refuses a name already used, a cycle
    without a published total, one whose split is confirmed, and the likeness of another cycle.
    """
    require(by, PREPARE)
    name = name.strip()
    lock_cycle(cycle.pk)
    _check_open(cycle)
    if not name:
        raise Refusal(_("Nommez le scénario."), field="name")
    if Allocation.objects.filter(cycle=cycle, name=name).exists():
        raise Refusal(_("Un scénario de ce cycle porte déjà ce nom."), field="name")
    if like and like.cycle_id != cycle.pk:
        raise Refusal(_("Ce scénario est d’un autre cycle."), field="cycle")
    total = like.total if like else cycle.envelope_total
    if total is None:
        raise Refusal(_("Le total de ce cycle n’est pas encore publié."), field="cycle")
    allocation = Allocation.objects.create(
        cycle=cycle,
        name=name,
        total=total,
        increase=like.increase if like else Decimal(0),
        idms_share=like.idms_share if like else Decimal(50),
        created_by=by,
        changed_by=by,
    )
    fixed = published_envelopes(cycle)
    if like:
        fixed = {
            line.place_id: (line.fixed, line.fixed_reason)
            for line in like.lines.all()
            if line.fixed is not None
        } | fixed
    AllocationLine.objects.bulk_create(
        AllocationLine(
            allocation=allocation,
            place=place,
            fixed=fixed.get(place.pk, (None, ""))[0],
            fixed_reason=fixed.get(place.pk, (None, ""))[1],
        )
        for place in Territory.objects.filter(
            pk__in=Alliance.objects.filter(cycle=cycle).values("territory")
        )
    )
    compute(allocation)
    journal.record(
        by=by,
        verb="create_allocation",
        summary=_("a ouvert le scénario « %(name)s » de la répartition %(cycle)s")
        % {"name": name, "cycle": cycle.slug},
        target=allocation,
    )
    return allocation


def published_envelopes(cycle: Cycle) -> dict[int, tuple[Decimal | None, str]]:
    """The envelopes a source published: their amount is not for a scenario to change."""
    found = Envelope.objects.filter(alliance__cycle=cycle, quality__in=PUBLISHED)
    return {
        one.territory_id: (one.amount, _("Montant publié : %(source)s") % {"source": one.source})
        for one in found
    }


def claims_of(allocation: Allocation) -> list[Claim]:
    """What the formula knows of each territory; three queries at most."""
    figures: dict[int, dict[str, Decimal]] = {}
    for place, kind, value in AllocationFigure.objects.filter(
        cycle=allocation.cycle_id
    ).values_list("place_id", "kind", "value"):
        figures.setdefault(place, {})[kind] = value
    return [
        Claim(line.place_id, fixed=line.fixed, **figures.get(line.place_id, {}))
        for line in allocation.lines.order_by("place__rank")
    ]


def outcome_of(allocation: Allocation) -> Outcome:
    rule = Rule(allocation.total, allocation.increase, allocation.idms_share)
    return allocate(claims_of(allocation), rule)


def compute(allocation: Allocation) -> Outcome:
    """Writes on each line what the scenario gives it."""
    outcome = outcome_of(allocation)
    shares = {share.key: share for share in outcome.shares}
    lines = list(allocation.lines.all())
    for line in lines:
        share = shares[line.place_id]
        line.former, line.floor = share.former, share.floor
        line.idms_part, line.density_part = share.idms_part, share.density_part
    AllocationLine.objects.bulk_update(lines, ["former", "floor", "idms_part", "density_part"])
    return outcome


@transaction.atomic
def change_scenario(
    allocation: Allocation,
    *,
    by: User,
    total: Decimal,
    increase: Decimal,
    idms_share: Decimal,
    fixed: dict[int, tuple[Decimal, str]],
    revision: int | None = None,
) -> Outcome:
    """Changes the parameters of a scenario and computes it. ``fixed``: by territory, an amount in
    dollars outside the formula and its reason; a published envelope stays whatever is sent.

    Refuses a confirmed scenario, one somebody else changed since ``revision``, a fixed amount
    without a reason.
    """
    require(by, PREPARE)
    allocation = _locked(allocation.pk, revision=revision)
    kept = dict(published_envelopes(allocation.cycle))
    for place, (_amount, reason) in fixed.items():
        if not reason.strip() and place not in kept:
            raise Refusal(_("Dites pourquoi ce montant est fixé."), field=f"reason_{place}")
    allocation.total, allocation.increase, allocation.idms_share = total, increase, idms_share
    _mark(allocation, by=by)
    lines = list(allocation.lines.all())
    for line in lines:
        chosen = kept.get(line.place_id) or fixed.get(line.place_id)
        line.fixed, line.fixed_reason = chosen if chosen is not None else (None, "")
        line.fixed_reason = line.fixed_reason.strip()
    AllocationLine.objects.bulk_update(lines, ["fixed", "fixed_reason"])
    return compute(allocation)


@transaction.atomic
def confirm_allocation(
    allocation: Allocation, *, by: User, on: date, reference: str, revision: int | None = None
) -> Allocation:
    """The minister decided: the scenario becomes the cycle's split and gives each envelope its
    amount. Published envelopes stay as published.

    Refuses the person who prepared it, a day to come, a missing reference, a split that is short,
    incomplete or above the cycle's total, an amount published since, and an envelope under what is
    already committed.
    """
    require(by, CONFIRM)
    cycle = lock_cycle(allocation.cycle_id)
    allocation = _locked(allocation.pk, revision=revision)
    if allocation.changed_by_id == by.pk:
        raise Refusal(_("Vous avez préparé ce scénario : une autre personne le confirme."))
    if in_future(on):
        raise Refusal(_("La date de la décision est dans le futur."), field="decided_on")
    if not reference.strip():
        raise Refusal(_("Écrivez la référence de la décision."), field="reference")
    _check_open(cycle)
    outcome = compute(allocation)
    _check_complete(outcome)
    _check_whole(allocation, cycle, outcome)
    allocation.confirm(by=by, on=on, reference=reference.strip())
    allocation.save()
    journal.record(
        by=by,
        verb="confirm_allocation",
        summary=_("a confirmé la répartition %(cycle)s : %(total)s")
        % {"cycle": allocation.cycle.slug, "total": money(allocation.total)},
        target=allocation,
        reason=allocation.reference,
        decided_on=on.isoformat(),
    )
    _give_envelopes(allocation, outcome, by=by)
    return allocation


def _check_complete(outcome: Outcome) -> None:
    if outcome.missing:
        raise Refusal(_("Des chiffres manquent : la répartition n’est pas complète."))
    if outcome.shortage:
        raise Refusal(
            _("Il manque %(amount)s pour que personne ne passe sous son plancher.")
            % {"amount": money(outcome.shortage)}
        )
    if outcome.left:
        raise Refusal(
            _("Il reste %(amount)s que la formule ne donne à personne.")
            % {"amount": money(outcome.left)}
        )


def _check_whole(allocation: Allocation, cycle: Cycle, outcome: Outcome) -> None:
    """The scenario still answers the cycle: its total, its territories, its published amounts."""
    if cycle.envelope_total is not None and allocation.total > cycle.envelope_total:
        raise Refusal(
            _("Le total à répartir dépasse celui du cycle, %(total)s.")
            % {"total": money(cycle.envelope_total)}
        )
    amounts = {share.key: share.amount for share in outcome.shares}
    places = Territory.objects.filter(
        pk__in=Alliance.objects.filter(cycle=cycle).values("territory")
    )
    absent = [place.name for place in places.order_by("rank") if place.pk not in amounts]
    if absent:
        raise Refusal(
            _("Ce scénario ne compte pas : %(names)s. Ouvrez-en un nouveau.")
            % {"names": ", ".join(absent)}
        )
    if any(amounts[place] != one[0] for place, one in published_envelopes(cycle).items()):
        raise Refusal(_("Un montant est publié depuis : calculez de nouveau le scénario."))


def _give_envelopes(allocation: Allocation, outcome: Outcome, *, by: User) -> None:
    assert allocation.decided_on is not None
    assert allocation.confirmed_at is not None
    words = {"day": date_long(allocation.decided_on), "reference": allocation.reference}
    decision = Decided(
        allocation.decided_on,
        allocation.reference,
        _("Répartition confirmée le %(day)s, %(reference)s") % words,
        allocation.confirmed_at,
    )
    amounts = {share.key: share.amount for share in outcome.shares}
    alliances = Alliance.objects.filter(cycle=allocation.cycle).select_related("territory", "cycle")
    # One order of locks for everybody: see ``authorisations``.
    list(
        Envelope.objects.filter(alliance__cycle=allocation.cycle)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for alliance in alliances.order_by("territory__rank"):
        envelope = open_envelope(alliance)
        if envelope.quality in PUBLISHED or alliance.territory_id not in amounts:
            continue
        try:
            give_amount(envelope, by=by, amount=amounts[alliance.territory_id], decision=decision)
        except Refusal as refusal:
            raise Refusal(f"{alliance.territory} : {refusal}") from None
