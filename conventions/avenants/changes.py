"""What an avenant may change, checked before anything is written (guide 2024, §4.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Organisation
from alliances.templatetags.portal import date_long, french_ordinal
from conventions import watch
from conventions.models import Avenant, AvenantTranche, Convention, Tranche
from conventions.terms import TrancheSpec, check_terms


class Parties(NamedTuple):
    """Who answers for the Alliance: the Table, and the fiduciary it needs or not."""

    table: Organisation
    fiduciary: Organisation | None


class Row(NamedTuple):
    """A tranche of the new schedule: the id of the one it changes, None when it is added."""

    tranche_id: int | None
    spec: TrancheSpec


@dataclass(frozen=True)
class Changes:
    """What an avenant writes; None where it leaves the convention alone. Amount in dollars; rows
    in the order they are paid, a tranche that is not among them is taken out."""

    ends_on: date | None = None
    amount: Decimal | None = None
    rows: Sequence[Row] | None = None
    parties: Parties | None = None

    @property
    def is_empty(self) -> bool:
        return self == Changes()


def spec_of(tranche: Tranche) -> TrancheSpec:
    return TrancheSpec(
        tranche.fiscal_year, tranche.amount, tranche.waits_for, tranche.waits_for_year
    )


def rows_of(tranches: Iterable[Tranche]) -> list[Row]:
    return [Row(tranche.pk, spec_of(tranche)) for tranche in tranches]


def changes_of(avenant: Avenant) -> Changes:
    """What an avenant that is written changes."""
    rows = [
        Row(line.tranche_id, TrancheSpec(*line.after[1:]))
        for line in avenant.lines.all()
        if line.after is not None
    ]
    parties = Parties(avenant.table, avenant.fiduciary) if avenant.table is not None else None
    return Changes(avenant.ends_on, avenant.amount, rows or None, parties)


def lines_of(avenant: Avenant, rows: Sequence[Row]) -> list[AvenantTranche]:
    """The schedule before and after, not yet saved: the rows, then the tranches taken out."""
    was = {tranche.pk: tranche for tranche in avenant.convention.tranches.all()}
    lines = []
    for rank, row in enumerate(rows, start=1):
        line = AvenantTranche(avenant=avenant, rank=rank, **row.spec._asdict())
        if row.tranche_id is not None:
            _write_before(line, was.pop(row.tranche_id))
        lines.append(line)
    for tranche in was.values():
        line = AvenantTranche(avenant=avenant)
        _write_before(line, tranche)
        lines.append(line)
    for line in lines:
        line.territory_id = avenant.territory_id
    return lines


def _write_before(line: AvenantTranche, tranche: Tranche) -> None:
    line.tranche, line.was_rank = tranche, tranche.rank
    line.was_fiscal_year, line.was_amount = tranche.fiscal_year, tranche.amount
    line.was_waits_for, line.was_waits_for_year = tranche.waits_for, tranche.waits_for_year


def check_changes(convention: Convention, changes: Changes, *, on: date | None = None) -> Changes:
    """The changes, without what is the same as before, as they would hold from ``on`` (today
    unless said). Refuses an avenant that changes nothing,
    an end that does not follow the present one, is out of the cycle or inside the next convention,
    tranches that do not sum to the amount, a tranche the money holds, parties that cannot be."""
    tranches = list(convention.tranches.all())
    if changes.rows is not None:
        changes = replace(changes, rows=_known_rows(tranches, changes.rows))
    changes = _without_the_same(convention, tranches, changes)
    if changes.is_empty:
        raise Refusal(_("Cet avenant ne change rien. Changez au moins une valeur."))
    _check_end(convention, changes, on or clock.today())
    if changes.amount is not None:
        watch.check_amount(convention, changes.amount)
    _check_schedule(convention, tranches, changes)
    if changes.parties is not None:
        _check_parties(convention, changes.parties)
    return changes


def _known_rows(tranches: list[Tranche], rows: Sequence[Row]) -> list[Row]:
    """The rows, each naming a tranche of the convention once, or none."""
    named = [row.tranche_id for row in rows if row.tranche_id is not None]
    if len(named) != len(set(named)) or set(named) - {tranche.pk for tranche in tranches}:
        raise Refusal(
            _("L’échéancier a changé pendant que vous écriviez. Reprenez-le."), field="tranches"
        )
    return [
        row if row.spec.waits_for_year == 0 or row.spec.waits_for == "report_accepted"
        else Row(row.tranche_id, row.spec._replace(waits_for_year=0))
        for row in rows
    ]  # fmt: skip


def _without_the_same(convention: Convention, tranches: list[Tranche], changes: Changes) -> Changes:
    alliance = convention.alliance
    same = {
        "ends_on": changes.ends_on == convention.ends_on,
        "amount": changes.amount == convention.amount,
        "rows": changes.rows is not None and list(changes.rows) == rows_of(tranches),
        "parties": changes.parties == Parties(alliance.table, alliance.fiduciary),
    }
    return replace(changes, **{name: None for name, is_same in same.items() if is_same})


def _check_end(convention: Convention, changes: Changes, on: date) -> None:
    if changes.ends_on is None:
        if convention.ends_on < on:
            raise Refusal(
                _("La convention a pris fin le %(day)s : un avenant peut seulement la prolonger.")
                % {"day": date_long(convention.ends_on)}
            )
        return
    if changes.ends_on < convention.ends_on:
        raise Refusal(
            _("La nouvelle fin doit suivre le %(day)s, fin actuelle de la convention.")
            % {"day": date_long(convention.ends_on)},
            field="ends_on",
        )
    following = (
        Convention.objects.filter(
            territory_id=convention.territory_id,
            state__in=["sent", "signed", "ended"],
            starts_on__gt=convention.ends_on,
            starts_on__lte=changes.ends_on,
        )
        .order_by("starts_on")
        .first()
    )
    if following is not None:
        raise overlap(following)


def overlap(following: Convention) -> Refusal:
    return Refusal(
        _("La convention %(number)s commence le %(day)s : la fin peut aller jusqu’au %(last)s.")
        % {
            "number": following.number,
            "day": date_long(following.starts_on),
            "last": date_long(following.starts_on - timedelta(days=1)),
        },
        field="ends_on",
    )


def _check_schedule(convention: Convention, tranches: list[Tranche], changes: Changes) -> None:
    if changes.amount is not None and changes.rows is None:
        raise Refusal(
            _("Le montant change : les tranches doivent totaliser le nouveau montant."),
            field="tranches",
        )
    rows = rows_of(tranches) if changes.rows is None else changes.rows
    check_terms(
        convention.alliance,
        amount=changes.amount if changes.amount is not None else convention.amount,
        starts_on=convention.starts_on,
        ends_on=changes.ends_on or convention.ends_on,
        tranches=[row.spec for row in rows],
    )
    if changes.rows is None:
        return
    after = {row.tranche_id: (rank, row.spec) for rank, row in enumerate(rows, start=1)}
    fixed = watch.fixed_tranches(convention)
    for tranche in tranches:
        if tranche.pk in fixed and after.get(tranche.pk) != (tranche.rank, spec_of(tranche)):
            raise Refusal(
                _("La %(rank)s tranche %(why)s : elle garde son rang, son exercice, son montant et"
                  " son jalon.")
                % {"rank": french_ordinal(tranche.rank), "why": fixed[tranche.pk]},
                field="tranches",
            )  # fmt: skip


def _check_parties(convention: Convention, parties: Parties) -> None:
    territory = convention.alliance.territory
    for name, party in (("table", parties.table), ("fiduciary", parties.fiduciary)):
        if party is None:
            continue
        if party.territory_id != territory.pk:
            raise Refusal(_("Choisissez une organisation de ce territoire."), field=name)
        if not party.is_eligible:
            raise Refusal(
                _("%(who)s n’est pas admissible au FQIS.") % {"who": party.name}, field=name
            )
    if parties.fiduciary == parties.table:
        raise Refusal(_("Le fiduciaire est une autre organisation."), field="fiduciary")
    without = parties.fiduciary is None and not territory.manages_own_envelope
    if without and not parties.table.is_registered:
        raise Refusal(
            _("Nommez un fiduciaire : %(table)s n’est pas inscrite au REQ.")
            % {"table": parties.table.name},
            field="fiduciary",
        )
