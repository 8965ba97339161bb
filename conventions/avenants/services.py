"""What people do with an avenant: prepare it, send it, sign it, withdraw it.

Guide 2024, §4.1 (the extension of 2024); ``docs/adr/0011-avenants.md``. The convention's row is the
lock of its avenants: who takes it and an avenant takes the convention first.
"""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.models import User
from alliances.permissions import can
from alliances.services import journal
from alliances.services.documents import deposit_document
from alliances.templatetags.portal import moment
from conventions import watch
from conventions.models import Avenant, AvenantSignatory, AvenantTranche, Convention
from conventions.signing import check_signature

from . import documents, notifications
from .application import apply_avenant
from .changes import Changes, changes_of, check_changes, lines_of
from .parties import parties_of

State = Avenant.State


def _require(by: User, of: object) -> None:
    if not can(by, "prepare_convention", of):
        raise Refusal(_("Votre rôle ne permet pas cet acte sur cette convention."))


def _lock_convention(convention: Convention) -> Convention:
    return Convention.objects.for_acts().select_for_update(of=("self",)).get(pk=convention.pk)


def _locked(avenant: Avenant) -> Avenant:
    """The avenant with its convention, both locked, the convention first."""
    convention = _lock_convention(avenant.convention)
    locked = Avenant.objects.for_acts().select_for_update(of=("self",)).get(pk=avenant.pk)
    locked.convention = convention
    return locked


def _record(avenant: Avenant, *, by: User, verb: str, summary: str, reason: str = "") -> None:
    convention = avenant.convention
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"n": avenant.number, "number": convention.number},
        alliance=convention.alliance,
        target=avenant,
        reason=reason,
        # A draft is the ministry's own: who reads the journal may not open it.
        url=convention.alliance.url("avenant", avenant.number)
        if avenant.sent_at
        else convention.alliance.url("convention"),
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")
    return text.strip()


def _write(avenant: Avenant, changes: Changes) -> None:
    """The values the avenant starts from, then those it writes."""
    convention = avenant.convention
    alliance = convention.alliance
    avenant.was_ends_on, avenant.was_amount = convention.ends_on, convention.amount
    avenant.was_table, avenant.was_fiduciary = alliance.table, alliance.fiduciary
    avenant.ends_on, avenant.amount = changes.ends_on, changes.amount
    avenant.table = changes.parties.table if changes.parties else None
    avenant.fiduciary = changes.parties.fiduciary if changes.parties else None
    avenant.save()
    avenant.lines.all().delete()
    if changes.rows is not None:
        AvenantTranche.objects.bulk_create(lines_of(avenant, changes.rows))


@transaction.atomic
def create_avenant(convention: Convention, *, by: User, reason: str, changes: Changes) -> Avenant:
    """Writes the draft of an avenant to a signed convention.

    Refuses a convention that is not signed, an avenant while another is open, a missing reason,
    and what ``check_changes`` refuses.
    """
    _require(by, convention)
    convention = _lock_convention(convention)
    if convention.state != Convention.State.SIGNED:
        raise Refusal(_("Seule une convention signée, ni finie ni résiliée, reçoit un avenant."))
    current = convention.avenants.open().select_related("created_by").first()
    if current is not None:
        raise StaleAct(
            _("%(who)s a déjà préparé l’avenant no %(n)s le %(when)s. Un seul à la fois.")
            % {
                "who": current.created_by,
                "n": current.number,
                "when": moment(current.created_at),
            }
        )
    avenant = Avenant(convention=convention, reason=_reason(reason), created_by=by)
    # Numbers go on through the Alliance: two conventions never have the same « avenant no 1 ».
    of_alliance = Avenant.objects.filter(convention__alliance=convention.alliance_id)
    avenant.number = max(of_alliance.values_list("number", flat=True), default=0) + 1
    _write(avenant, check_changes(convention, changes))
    _record(
        avenant,
        by=by,
        verb="create_avenant",
        summary=_("a préparé l’avenant no %(n)s à la convention %(number)s"),
        reason=avenant.reason,
    )
    return avenant


def _refuse_old_page(avenant: Avenant, revision: int | None) -> None:
    if avenant.state == State.WITHDRAWN:
        raise StaleAct(
            _("%(who)s a retiré l’avenant no %(n)s le %(when)s.")
            % {
                "who": avenant.withdrawn_by,
                "n": avenant.number,
                "when": moment(avenant.withdrawn_at),
            }
        )
    if avenant.state != State.DRAFT:
        raise StaleAct(
            _("%(who)s a déjà envoyé l’avenant no %(n)s le %(when)s. Il ne change plus.")
            % {"who": avenant.sent_by, "n": avenant.number, "when": moment(avenant.sent_at)}
        )
    if revision is not None and revision != avenant.revision:
        raise StaleAct(
            _("%(who)s a modifié ce brouillon le %(when)s. Relisez-le avant de continuer.")
            % {"who": avenant.changed_by, "when": moment(avenant.changed_at)}
        )


@transaction.atomic
def update_avenant(
    avenant: Avenant, *, by: User, reason: str, changes: Changes, revision: int | None = None
) -> Avenant:
    """Changes a draft. Refuses one that is sent or withdrawn, one somebody changed since
    ``revision``, and what ``check_changes`` refuses."""
    _require(by, avenant)
    avenant = _locked(avenant)
    _refuse_old_page(avenant, revision)
    avenant.reason = _reason(reason)
    avenant.revision += 1
    avenant.changed_at, avenant.changed_by = clock.now(), by
    _write(avenant, check_changes(avenant.convention, changes))
    _record(
        avenant,
        by=by,
        verb="update_avenant",
        summary=_("a modifié l’avenant no %(n)s à la convention %(number)s"),
    )
    return avenant


@transaction.atomic
def send_avenant(avenant: Avenant, *, by: User, revision: int | None = None) -> Avenant:
    """Sends a draft to the parties, with its PDF; it no longer changes.

    Refuses one that is sent or withdrawn, one somebody changed since ``revision``, and what became
    impossible since it was written (a tranche paid meanwhile, another end of the cycle).
    """
    _require(by, avenant)
    avenant = _locked(avenant)
    _refuse_old_page(avenant, revision)
    check_changes(avenant.convention, changes_of(avenant))
    AvenantSignatory.objects.bulk_create(parties_of(avenant))
    avenant.send(by=by)
    avenant.document = documents.freeze(avenant, by=by)
    avenant.save()
    _record(
        avenant,
        by=by,
        verb="send_avenant",
        summary=_("a envoyé l’avenant no %(n)s à la convention %(number)s en signature"),
    )
    notifications.tell_sent(avenant, by=by)
    return avenant


@transaction.atomic
def withdraw_avenant(avenant: Avenant, *, by: User, reason: str) -> Avenant:
    """Withdraws an avenant before its last signature; the convention stays as it is.

    Refuses one that is signed or already withdrawn, and a missing reason.
    """
    _require(by, avenant)
    avenant = _locked(avenant)
    was_sent = avenant.state == State.SENT
    if avenant.state == State.SIGNED:
        raise StaleAct(
            _("L’avenant no %(n)s est signé par toutes les parties : il est appliqué.")
            % {"n": avenant.number}
        )
    try:
        avenant.withdraw(by=by, reason=_reason(reason))
    except TransitionNotAllowed:
        _refuse_old_page(avenant, None)
    avenant.save()
    _record(
        avenant,
        by=by,
        verb="withdraw_avenant",
        summary=_("a retiré l’avenant no %(n)s à la convention %(number)s"),
        reason=avenant.withdrawn_reason,
    )
    if was_sent:
        notifications.tell_withdrawn(avenant, by=by)
    return avenant


@transaction.atomic
def record_avenant_signature(
    signatory: AvenantSignatory,
    *,
    by: User,
    signed_on: date,
    signer: str,
    file: UploadedFile | None = None,
) -> AvenantSignatory:
    """Records that a party signed an avenant; with the last one the avenant is applied.

    Refuses what the signature of a convention refuses, a signature after the end of a convention
    that the avenant does not extend, and a last one when the avenant can no longer be applied.
    Without a file, the party's last scanned sheet is the one that was signed.
    """
    avenant = _locked(signatory.avenant)
    signatory = avenant.signatories.select_related("recorded_by").get(pk=signatory.pk)
    signatory.avenant = avenant
    check_signature(
        signatory,
        by=by,
        signed_on=signed_on,
        signer=signer,
        is_open=avenant.state == State.SENT,
        drafted_on=clock.day_of(avenant.created_at),
    )
    if avenant.ends_on is None and signed_on > avenant.was_ends_on:
        raise Refusal(
            _("La convention était finie ce jour-là : l’avenant ne peut plus se signer."),
            field="signed_on",
        )
    convention = avenant.convention
    if file is not None:
        signatory.document = deposit_document(
            file,
            by=by,
            alliance=convention.alliance,
            title=_("Avenant no %(n)s à la convention %(number)s signé, %(party)s")
            % {"n": avenant.number, "number": convention.number, "party": signatory.name},
            kind="signed_avenant",
            subject=signatory,
        )
    else:
        sheet = signatory.sheets.exclude(document=None).order_by("-filed_at", "-pk").first()
        signatory.document = sheet.document if sheet else None
    signatory.signed_on, signatory.signer = signed_on, signer.strip()
    signatory.recorded_at, signatory.recorded_by = clock.now(), by
    signatory.save()
    journal.record(
        by=by,
        verb="record_avenant_signature",
        summary=_("a consigné la signature de l’avenant no %(n)s : %(party)s")
        % {"n": avenant.number, "party": signatory.name},
        alliance=convention.alliance,
        target=signatory,
        url=convention.alliance.url("avenant", avenant.number),
        signed_on=signed_on.isoformat(),
    )
    if not avenant.signatories.missing().exists():
        signatory.avenant = complete_avenant(avenant, by=by)
    return signatory


@transaction.atomic
def complete_avenant(avenant: Avenant, *, by: User) -> Avenant:
    """Declares the avenant signed on the day of the last signature, and applies it whole.

    Refuses one that a party has not signed, naming who is missing, one whose changes the money no
    longer allows: it must be withdrawn; and another payee while a notice is out for payment.
    """
    avenant = _locked(avenant)
    convention = avenant.convention
    missing = list(avenant.signatories.missing())
    if missing:
        url = convention.alliance.url
        raise Refusal(
            _("L’avenant n’est pas signé : il manque %(names)s.")
            % {"names": ", ".join(party.name for party in missing)},
            missing=[Missing(party.name, url("avenant_sign", party.pk)) for party in missing],
        )
    last = avenant.signatories.order_by("-signed_on").values_list("signed_on", flat=True)[0]
    assert last is not None
    watch.lock(convention)
    check_changes(convention, changes_of(avenant), on=last)
    if avenant.table_id is not None:
        watch.check_payee(convention)
    try:
        avenant.complete_signatures(on=last)
    except TransitionNotAllowed:
        raise StaleAct(_("Cet avenant n’est pas en signature.")) from None
    avenant.save()
    apply_avenant(avenant, by=by)
    notifications.tell_signed(avenant, by=by)
    return avenant
