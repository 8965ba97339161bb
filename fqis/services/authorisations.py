"""Authorising versements: a second person, within the tranche and the envelope, with a notice.

One order of locks for everybody: envelopes by id, versements by id, then the series of numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Document, User
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services import documents, journal
from alliances.services.notifications import notify, people_with, write_to
from fqis.documents import NOTICE_KIND, NOTICE_SERIES, notice_data
from fqis.models import Envelope, Versement
from fqis.services.versements import changed, lock_versement
from fqis.wording import date_long, money, time_fr, versement_name

State = Versement.State


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
    broker may be down: the act holds, the notice comes later.
    """
    wanted = sorted(set(ids))
    found = Versement.objects.filter(pk__in=wanted)
    for versement in found.only("territory_id").order_by("pk"):
        require(by, "authorise_versement", versement)
    alliances = found.order_by().values("alliance_id")
    envelopes = {
        envelope.alliance_id: envelope
        for envelope in Envelope.objects.select_for_update(of=("self",))
        .filter(alliance_id__in=alliances)
        .order_by("pk")
    }
    list(found.select_for_update(of=("self",)).order_by("pk"))
    done, refused = [], []
    for pk in found.order_by("recommended_at", "pk").values_list("pk", flat=True):
        versement = lock_versement(pk)
        try:
            with transaction.atomic():
                done.append(_authorise(versement, envelopes.get(versement.alliance_id), by=by))
        except Refusal as refusal:
            refused.append(Refused(lock_versement(pk), refusal))
    return Authorisation(done, refused)


def _authorise(versement: Versement, envelope: Envelope | None, *, by: User) -> Versement:
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
    committed = _check_limits(versement, envelope)
    assert envelope is not None
    alliance = versement.alliance
    language = alliance.territory.default_language
    with translation.override(language):
        data = notice_data(versement, envelope, committed, by=by)
        title = _("Avis de versement")
    notice = documents.create_document(
        NOTICE_KIND,
        by=by,
        title=title,
        data=data,
        alliance=alliance,
        subject=versement,
        series=NOTICE_SERIES,
        language=language,
    )
    versement.authorise(by=by, notice=notice)
    versement.save()
    journal.record(
        by=by,
        verb="authorise_versement",
        summary=_("a autorisé %(versement)s, avis %(notice)s")
        % {"versement": versement_name(versement), "notice": notice.number},
        alliance=alliance,
        target=versement,
        url=alliance.url("versement", versement.pk),
        amount=str(versement.amount),
        recommended_by=versement.recommended_by_id,
    )
    return versement


def _check_limits(versement: Versement, envelope: Envelope | None) -> Decimal:
    """What the envelope already committed; refuses what would exceed it or the tranche."""
    if envelope is None or envelope.amount is None:
        raise Refusal(_("L’enveloppe de cette alliance est à confirmer avant tout versement."))
    committed = Versement.objects.filter(alliance=versement.alliance).committed().total()
    left = envelope.amount - committed
    if versement.amount > left:
        raise Refusal(
            _("Ce versement de %(amount)s dépasse l’enveloppe : il en reste %(left)s.")
            % {"amount": money(versement.amount), "left": money(left)}
        )
    others = (
        Versement.objects.filter(tranche=versement.tranche).exclude(pk=versement.pk)
        .exclude(state=State.CANCELLED)
        .total()
    )  # fmt: skip
    room = versement.tranche.amount - others
    if versement.amount > room:
        raise Refusal(
            _("Ce versement de %(amount)s dépasse sa tranche : il en reste %(left)s.")
            % {"amount": money(versement.amount), "left": money(room)}
        )
    return committed


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
        with translation.override(alliance.territory.default_language):
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
