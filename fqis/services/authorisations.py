"""Authorising versements: a second person, within the tranche and the envelope, with a notice.

One order of locks for everybody: envelopes by id, versements by id, then the series of numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.models import Document, JournalEntry, User
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services import documents, journal
from alliances.services.notifications import notify, people_with, write_to
from fqis.documents import NOTICE_KIND, NOTICE_SERIES, notice_data, notice_facts
from fqis.models import Envelope, Recovery, Versement
from fqis.services.versements import changed, lock_versement, lockable
from fqis.wording import date_long, money, time_fr, versement_name

State = Versement.State
# Versements written by one statement: its size grows with their number.
BATCH = 250


@dataclass(frozen=True)
class Refused:
    """A versement that was not authorised, and the sentence that says why."""

    versement: Versement
    refusal: Refusal


@dataclass(frozen=True)
class Authorisation:
    """What came of a selection: who passed, who did not."""

    done: list[Versement]
    refused: list[Refused]

    @property
    def total(self) -> Decimal:
        return sum((versement.amount for versement in self.done), ZERO)


@transaction.atomic
def authorise_versement(versement: Versement, *, by: User) -> Versement:
    """Authorises one versement and freezes its notice. Refusals: see ``authorise_versements``."""
    result = authorise_versements([versement.pk], by=by)
    if result.refused:
        raise result.refused[0].refusal
    return result.done[0]


@transaction.atomic
def authorise_versements(ids: Iterable[int], *, by: User) -> Authorisation:
    """Authorises the versements of a selection, each wholly or not at all, amounts in dollars.

    Refuses the person who recommended, an envelope without amount or exceeded (with what is
    left), a tranche exceeded, and a versement that is no longer waiting (who and when). The
    broker may be down: the act holds, the notice comes later. The number of queries is the same
    for one versement and for a thousand.
    """
    waiting, limits = _lock(ids, by=by)
    passed: list[tuple[Versement, Decimal]] = []
    refused = []
    for versement in waiting:
        try:
            passed.append((versement, _check(versement, limits, by=by)))
        except Refusal as refusal:
            refused.append(Refused(versement, refusal))
        else:
            limits.take(versement)
    _write(passed, limits, by=by)
    return Authorisation([versement for versement, _committed in passed], refused)


@dataclass
class _Limits:
    """What the envelopes and the tranches of a selection still allow, in dollars; kept up to date
    as the selection is gone through. ``planned`` counts everything but the cancelled."""

    envelopes: dict[int, Envelope]
    committed: dict[int, Decimal]
    planned: dict[int, Decimal]

    def committed_of(self, versement: Versement) -> Decimal:
        return self.committed.get(versement.alliance_id, ZERO)

    def take(self, versement: Versement) -> None:
        self.committed[versement.alliance_id] = self.committed_of(versement) + versement.amount


def _lock(ids: Iterable[int], *, by: User) -> tuple[list[Versement], _Limits]:
    """The versements of a selection, the oldest recommendation first, and their limits, with the
    envelopes and then the versements locked in the order of their ids."""
    wanted = sorted(set(ids))
    found = Versement.objects.filter(pk__in=wanted)
    for versement in found.only("territory_id").order_by("pk"):
        require(by, "authorise_versement", versement)
    envelopes = {
        envelope.alliance_id: envelope
        for envelope in Envelope.objects.select_for_update(of=("self",))
        .filter(alliance__in=found.order_by().values("alliance_id"))
        .order_by("pk")
    }
    locked = list(lockable(found).order_by("pk"))
    tranches = {versement.tranche_id for versement in locked}
    limits = _Limits(envelopes, *_sums(set(envelopes), tranches))
    return sorted(locked, key=_by_recommendation), limits


def _by_recommendation(versement: Versement) -> tuple[bool, float, int]:
    moment = versement.recommended_at
    return (moment is None, moment.timestamp() if moment else 0, versement.pk)


def _sums(alliances: set[int], tranches: set[int]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What each envelope committed, and what each tranche holds. Three queries."""
    committed = (
        Versement.objects.filter(alliance__in=alliances).committed().order_by()
        .values_list("alliance").annotate(total=Sum("amount"))
    )  # fmt: skip
    planned = (
        Versement.objects.filter(tranche__in=tranches).exclude(state=State.CANCELLED).order_by()
        .values_list("tranche").annotate(total=Sum("amount"))
    )  # fmt: skip
    deducted = (
        Recovery.objects.deducted().filter(deducted_from__tranche__in=tranches).order_by()
        .values_list("deducted_from__tranche").annotate(total=Sum("amount"))
    )  # fmt: skip
    held = dict(planned)
    for tranche, amount in deducted:
        held[tranche] = held.get(tranche, ZERO) + amount
    return dict(committed), held


def _check(versement: Versement, limits: _Limits, *, by: User) -> Decimal:
    """What the envelope already committed; refuses what this person or these amounts may not."""
    if versement.state in (State.PLANNED, State.READY):
        raise Refusal(_("Ce versement n’est pas recommandé."))
    if versement.state != State.RECOMMENDED:
        raise changed(versement)
    if versement.recommended_by_id == by.pk:
        raise Refusal(
            _(
                "Vous avez recommandé ce versement le %(day)s à %(time)s : une autre personne"
                " doit l’autoriser."
            )
            % {
                "day": date_long(versement.recommended_at),
                "time": time_fr(versement.recommended_at),
            }
        )
    envelope = limits.envelopes.get(versement.alliance_id)
    if envelope is None or envelope.amount is None:
        raise Refusal(_("L’enveloppe de cette alliance est à confirmer avant tout versement."))
    committed = limits.committed_of(versement)
    left = envelope.amount - committed
    if versement.amount > left:
        raise Refusal(
            _("Ce versement de %(amount)s dépasse l’enveloppe : il en reste %(left)s.")
            % {"amount": money(versement.amount), "left": money(left)}
        )
    over = limits.planned[versement.tranche_id] - versement.tranche.amount
    if over > 0:
        raise Refusal(
            _("Ce versement de %(amount)s dépasse sa tranche : il en reste %(left)s.")
            % {"amount": money(versement.amount), "left": money(versement.amount - over)}
        )
    return committed


def _write(passed: list[tuple[Versement, Decimal]], limits: _Limits, *, by: User) -> None:
    """The notices with their numbers, the versements and the journal."""
    facts = notice_facts([versement for versement, _committed in passed])
    drafts = []
    for versement, committed in passed:
        envelope, language = limits.envelopes[versement.alliance_id], _language(versement)
        with words_of(versement.alliance.cycle, language):
            drafts.append(
                documents.Draft(
                    _("Avis de versement"),
                    notice_data(versement, envelope, committed, by=by, facts=facts),
                    versement.alliance,
                    versement,
                    language,
                )
            )
    notices = documents.create_documents(NOTICE_KIND, drafts, by=by, series=NOTICE_SERIES)
    done = [versement for versement, _committed in passed]
    for versement, notice in zip(done, notices, strict=True):
        versement.authorise(by=by, notice=notice)
    Versement.objects.bulk_update(
        done, ["state", "authorised_at", "authorised_by", "notice"], batch_size=BATCH
    )
    journal.record_all(_entry(versement, by=by) for versement in done)


def _language(versement: Versement) -> str:
    return versement.alliance.territory.default_language


def _entry(versement: Versement, *, by: User) -> JournalEntry:
    alliance, notice = versement.alliance, versement.notice
    return journal.entry(
        by=by,
        verb="authorise_versement",
        summary=_("a autorisé %(versement)s, avis %(notice)s")
        % {"versement": versement_name(versement), "notice": notice and notice.number},
        alliance=alliance,
        target=versement,
        right="authorise_versement",
        url=alliance.url("versement", versement.pk),
        amount=str(versement.amount),
        recommended_by=versement.recommended_by_id,
    )


@transaction.atomic
def issue_versement(notice: Document) -> None:
    """The notice is rendered: the versement is issued and people are told. Run by the worker."""
    found = Versement.objects.filter(notice=notice).values_list("pk", flat=True).first()
    if found is None:
        return
    versement = lock_versement(found)
    if versement.state != State.AUTHORISED:
        return
    versement.issue()
    versement.save()
    alliance = versement.alliance
    journal.record(
        by=User.objects.portal(),
        verb="issue_versement",
        summary=_("a émis l’avis %(notice)s") % {"notice": notice.number},
        alliance=alliance,
        target=versement,
        url=alliance.url("versement", versement.pk),
    )
    _tell(versement, notice)


def _tell(versement: Versement, notice: Document) -> None:
    """The notice itself to the Table and to the DGSQ, and to the fiduciary; a word to who pays."""
    alliance = versement.alliance
    words = {"notice": notice.number, "versement": versement_name(versement), "alliance": alliance}
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : avis de versement %(notice)s") % words,
        body=_("L’avis %(notice)s confirme %(versement)s. Le paiement suit.") % words,
        url=alliance.url("versement", versement.pk),
        attachment=notice,
    )
    if alliance.fiduciary is not None:
        with words_of(alliance.cycle, alliance.territory.default_language):
            theirs = words | {"versement": versement_name(versement)}
            write_to(
                alliance.fiduciary,
                alliance=alliance,
                subject=_("%(alliance)s : avis de versement %(notice)s") % theirs,
                body=_("L’avis %(notice)s confirme %(versement)s. Le paiement suit.") % theirs,
                attachment=notice,
            )
    notify(
        people_with("confirm_payment", alliance),
        alliance=alliance,
        subject=_("%(alliance)s : avis %(notice)s à payer") % words,
        body=_("L’avis %(notice)s est émis : %(versement)s est à payer.") % words,
        url=alliance.url("versement", versement.pk),
    )
