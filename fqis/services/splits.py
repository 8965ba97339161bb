"""Sharing an envelope: the Table's coordination prepares, its direction or the budget decides.

Guide 2017, « Plan de travail » (mechanism to manage the envelope); guide 2024, §2.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle, Mrc, User
from alliances.money import ZERO
from alliances.permissions import can, require
from alliances.roles import VIEW
from alliances.services import journal
from alliances.services.notifications import notify, people_with
from fqis.models import Envelope, EnvelopeShare, EnvelopeSplit, SubEnvelope
from fqis.selectors.commitments import amounts_of
from fqis.services.calls import check_calls_covered
from fqis.services.envelopes import lock_cycle
from fqis.wording import date_long, money, time_fr

PREPARE = ("manage_projects", "manage_envelope")
DECIDE = ("sign_for_table", "manage_envelope")
Use = EnvelopeShare.Use
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Part:
    """A sub-envelope to write: an MRC or a name; dollars or a percentage of the envelope."""

    mrc: Mrc | None = None
    name: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class Share:
    """What a use takes, in percent of the envelope, and why."""

    percent: Decimal
    justification: str = ""


def may_prepare(user: User, of: object) -> bool:
    return any(can(user, right, of) for right in PREPARE)


def may_decide(user: User, of: object) -> bool:
    return any(can(user, right, of) for right in DECIDE)


def _lock(envelope: Envelope) -> Envelope:
    return (
        Envelope.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle")
        .get(pk=envelope.pk)
    )


@transaction.atomic
def write_split(
    envelope: Envelope,
    *,
    by: User,
    parts: Sequence[Part],
    shares: dict[str, Share],
    revision: int | None = None,
) -> EnvelopeSplit:
    """Prepares how an envelope is shared; nothing is in force before it is decided.

    ``shares``: administration and mobilisation; projects take the rest. Refuses an envelope to
    confirm, parts above it, an MRC of another territory, a place twice, a share above the cycle's
    ceiling or without its reason, and a preparation changed since ``revision``.
    """
    require(by, VIEW, envelope)
    if not may_prepare(by, envelope):
        raise PermissionDenied
    envelope = _lock(envelope)
    draft = envelope.splits.filter(state=EnvelopeSplit.State.DRAFT).select_for_update().first()
    _check_revision(draft, revision)
    _check_parts(envelope, parts)
    _check_shares(envelope.alliance.cycle, shares)
    if draft is None:
        draft = EnvelopeSplit(envelope=envelope, created_by=by)
    draft.revision += 1
    draft.changed_at, draft.changed_by = clock.now(), by
    draft.save()
    _write_rows(draft, parts, shares)
    journal.record(
        by=by,
        verb="write_envelope_split",
        summary=_("a préparé le partage de l’enveloppe"),
        alliance=envelope.alliance,
        target=draft,
        url=envelope.alliance.url("envelope"),
    )
    return draft


def _check_revision(draft: EnvelopeSplit | None, revision: int | None) -> None:
    if revision is None or revision == (draft.revision if draft else 0):
        return
    if draft is None:
        raise StaleAct(_("Ce partage est décidé depuis. Relisez-le avant d’en préparer un autre."))
    raise StaleAct(
        _("%(who)s a changé ce partage le %(day)s à %(time)s. Relisez-le avant d’enregistrer.")
        % {
            "who": draft.changed_by,
            "day": date_long(draft.changed_at),
            "time": time_fr(draft.changed_at),
        }
    )


def _check_parts(envelope: Envelope, parts: Sequence[Part]) -> None:
    if envelope.amount is None:
        raise Refusal(_("L’enveloppe est à confirmer avant d’être partagée."))
    seen = set()
    for one in parts:
        if one.mrc is not None and one.mrc.territory_id != envelope.territory_id:
            raise Refusal(_("Cette MRC est d’un autre territoire."))
        place = (one.mrc.pk if one.mrc else None, one.name.strip().casefold())
        if place in seen:
            raise Refusal(_("%(place)s est deux fois dans le partage.") % {"place": one.name})
        seen.add(place)
    rows = [SubEnvelope(amount=one.amount, percent=one.percent) for one in parts]
    taken = sum(amounts_of(envelope.amount, rows), ZERO)
    if taken > envelope.amount:
        raise Refusal(
            _("Les sous-enveloppes font %(taken)s : %(over)s de plus que l’enveloppe.")
            % {"taken": money(taken), "over": money(taken - envelope.amount)}
        )


def _check_shares(cycle: Cycle, shares: dict[str, Share]) -> None:
    own = sum((one.percent for one in shares.values()), Decimal(0))
    for use, one in shares.items():
        if one.percent and not one.justification.strip():
            raise Refusal(_("Dites pourquoi cette part est nécessaire."), field=f"why_{use}")
    if own > HUNDRED:
        raise Refusal(_("L’administration et la mobilisation dépassent 100 %."))
    ceiling = cycle.own_share_ceiling
    if ceiling is not None and own > ceiling:
        raise Refusal(
            _("L’administration et la mobilisation font %(own)s %% : ce cycle permet %(most)s %%.")
            % {"own": f"{own.normalize():f}", "most": f"{ceiling.normalize():f}"}
        )


def _write_rows(draft: EnvelopeSplit, parts: Sequence[Part], shares: dict[str, Share]) -> None:
    draft.parts.all().delete()
    draft.shares.all().delete()
    try:
        with transaction.atomic():
            SubEnvelope.objects.bulk_create(
                SubEnvelope(
                    territory_id=draft.territory_id,
                    split=draft,
                    mrc=one.mrc,
                    name=one.name.strip(),
                    amount=one.amount,
                    percent=one.percent,
                )
                for one in parts
            )
    except IntegrityError as error:
        # Names that differ by an accent or a mark are one place: only the database reads them so.
        raise Refusal(
            _("Deux sous-régions portent presque le même nom : gardez-en une.")
        ) from error
    none = Share(Decimal(0))
    own = [(use, shares.get(use, none)) for use in (Use.ADMINISTRATION, Use.MOBILISATION)]
    rest = HUNDRED - sum((one.percent for _use, one in own), Decimal(0))
    EnvelopeShare.objects.bulk_create(
        EnvelopeShare(
            territory_id=draft.territory_id,
            split=draft,
            use=use,
            percent=one.percent,
            justification=one.justification.strip(),
        )
        for use, one in [*own, (Use.PROJECTS, Share(rest))]
    )


@transaction.atomic
def decide_split(split: EnvelopeSplit, *, by: User, revision: int | None = None) -> EnvelopeSplit:
    """Puts a prepared sharing in force; the former one is replaced and kept.

    Refuses one that is no longer prepared, changed since ``revision``, or above the envelope or
    the ceiling of today.
    """
    require(by, VIEW, split)
    if not may_decide(by, split):
        raise PermissionDenied
    envelope = _lock(split.envelope)
    split = EnvelopeSplit.objects.select_for_update(of=("self",)).get(pk=split.pk)
    if split.state != EnvelopeSplit.State.DRAFT:
        raise StaleAct(
            _("%(who)s a décidé ce partage le %(day)s à %(time)s.")
            % {
                "who": split.decided_by,
                "day": date_long(split.decided_at),
                "time": time_fr(split.decided_at),
            }
        )
    _check_revision(split, revision)
    _check_parts(envelope, [Part(one.mrc, one.name, one.amount, one.percent) for one in
                            split.parts.select_related("mrc")])  # fmt: skip
    _check_shares(
        envelope.alliance.cycle,
        {
            one.use: Share(one.percent, one.justification)
            for one in split.shares.exclude(use=Use.PROJECTS)
        },
    )
    for former in envelope.splits.filter(state=EnvelopeSplit.State.DECIDED):
        former.replace()
        former.save()
    split.decide(by=by)
    split.save()
    check_calls_covered(envelope.alliance)
    _tell(split, envelope, by=by)
    return split


def _tell(split: EnvelopeSplit, envelope: Envelope, *, by: User) -> None:
    alliance = envelope.alliance
    journal.record(
        by=by,
        verb="decide_envelope_split",
        summary=_("a décidé le partage de l’enveloppe"),
        alliance=alliance,
        target=split,
        url=alliance.url("envelope"),
    )
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : partage de l’enveloppe décidé") % {"alliance": alliance},
        body=_("%(who)s a décidé comment l’enveloppe se partage entre les MRC et les usages.")
        % {"who": by},
        url=alliance.url("envelope"),
        but=by,
    )


@transaction.atomic
def set_own_share_ceiling(cycle: Cycle, *, by: User, percent: Decimal | None) -> Cycle:
    """Says the most that administration and mobilisation may take of an envelope of this cycle, in
    percent; None for no ceiling (guide 2024, §2.2). Splits already decided stay."""
    require(by, "allocate")
    cycle = lock_cycle(cycle.pk)
    before = cycle.own_share_ceiling
    cycle.own_share_ceiling = percent
    cycle.save(update_fields=["own_share_ceiling"])
    journal.record(
        by=by,
        verb="set_own_share_ceiling",
        summary=_("a fixé le plafond d’administration et de mobilisation du cycle %(cycle)s")
        % {"cycle": cycle.slug},
        target=cycle,
        before=str(before) if before is not None else None,
        after=str(percent) if percent is not None else None,
    )
    return cycle
