"""What people do with a convention: prepare it, send it, sign it.

Guide 2024, §4.1; guide 2017, « Mise en œuvre », step 3.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.models import Alliance, MilestoneKind, User
from alliances.permissions import can
from alliances.services import journal
from alliances.services.documents import deposit_document
from alliances.services.milestones import record_milestone
from alliances.templatetags.portal import moment, money

from . import documents, notifications, watch
from .empowerment.services import check_empowered
from .models import Convention, Signatory, Tranche
from .parties import parties_of
from .selectors import parties_label
from .signing import check_signature
from .succession import check_place
from .terms import TrancheSpec, check_terms
from .texts.services import text_of

Tranches = Sequence[tuple[int, Decimal, str, int] | TrancheSpec]


def _require(by: User, right: str, of: object) -> None:
    if not can(by, right, of):
        raise Refusal(_("Votre rôle ne permet pas cet acte sur cette convention."))


def _locked(convention: Convention) -> Convention:
    return Convention.objects.for_acts().select_for_update(of=("self",)).get(pk=convention.pk)


def _new_number(alliance: Alliance, starts_on: date) -> str:
    """``C-04-2024``, ``E-04-2018`` for an entente; a second one of the same year takes
    ``C-04-2024-2``."""
    territory = alliance.territory
    code = territory.region_code or territory.abbreviation.upper()
    base = f"{alliance.cycle.agreement_word[0].upper()}-{code}-{starts_on.year}"
    taken = set(Convention.objects.filter(number__startswith=base).values_list("number", flat=True))
    number, suffix = base, 1
    while number in taken:
        suffix += 1
        number = f"{base}-{suffix}"
    return number


def _write_tranches(convention: Convention, specs: list[TrancheSpec]) -> None:
    convention.tranches.all().delete()
    Tranche.objects.bulk_create(
        Tranche(
            convention=convention,
            territory_id=convention.territory_id,
            rank=rank,
            **spec._asdict(),
        )
        for rank, spec in enumerate(specs, start=1)
    )


@transaction.atomic
def create_convention(
    alliance: Alliance,
    *,
    by: User,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    tranches: Tranches,
) -> Convention:
    """Writes a draft. Amounts in dollars; tranches in the order they are paid.

    Its text is the one published for the cycle. Refuses what ``check_terms`` refuses, a second
    current convention for the Alliance, and a cycle without a published text.
    """
    _require(by, "prepare_convention", alliance)
    terms = check_terms(
        alliance, amount=amount, starts_on=starts_on, ends_on=ends_on, tranches=tranches
    )
    alliance = Alliance.objects.for_pages().select_for_update(of=("self",)).get(pk=alliance.pk)
    current = alliance.conventions.current().select_related("created_by").first()
    if current is not None:
        raise StaleAct(
            _("%(who)s a déjà créé la convention %(number)s le %(when)s.")
            % {
                "who": current.created_by,
                "number": current.number,
                "when": moment(current.created_at),
            }
        )
    convention = Convention.objects.create(
        alliance=alliance,
        number=_new_number(alliance, starts_on),
        amount=terms.amount,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        created_by=by,
    )
    _write_tranches(convention, terms.tranches)
    text_of(convention)
    journal.record(
        by=by,
        verb="create_convention",
        summary=_("a préparé la convention %(number)s de %(amount)s")
        % {"number": convention.number, "amount": money(terms.amount)},
        alliance=alliance,
        target=convention,
        url=alliance.url("convention"),
    )
    return convention


def _refuse_old_page(convention: Convention, revision: int | None) -> None:
    if convention.state != Convention.State.DRAFT:
        raise StaleAct(
            _("%(who)s a déjà envoyé la convention %(number)s le %(when)s. Elle ne change plus.")
            % {
                "who": convention.sent_by,
                "number": convention.number,
                "when": moment(convention.sent_at),
            }
        )
    if revision is not None and revision != convention.revision:
        raise StaleAct(
            _("%(who)s a modifié ce brouillon le %(when)s. Relisez-le avant de continuer.")
            % {"who": convention.changed_by, "when": moment(convention.changed_at)}
        )


@transaction.atomic
def update_convention(
    convention: Convention,
    *,
    by: User,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    tranches: Tranches,
    revision: int | None = None,
) -> Convention:
    """Rewrites a draft. ``revision`` is the one the person read.

    Refuses what ``check_terms`` refuses, a convention already sent, and a draft that somebody
    else changed meanwhile.
    """
    _require(by, "prepare_convention", convention)
    convention = _locked(convention)
    _refuse_old_page(convention, revision)
    terms = check_terms(
        convention.alliance,
        amount=amount,
        starts_on=starts_on,
        ends_on=ends_on,
        tranches=tranches,
    )
    convention.amount = terms.amount
    convention.starts_on, convention.ends_on = terms.starts_on, terms.ends_on
    convention.changed_at, convention.changed_by = clock.now(), by
    convention.revision += 1
    convention.save()
    _write_tranches(convention, terms.tranches)
    journal.record(
        by=by,
        verb="update_convention",
        summary=_("a modifié le brouillon de la convention %(number)s")
        % {"number": convention.number},
        alliance=convention.alliance,
        target=convention,
        url=convention.alliance.url("convention"),
    )
    return convention


@transaction.atomic
def send_convention(convention: Convention, *, by: User, revision: int | None = None) -> Convention:
    """Sends a draft for signature: its parties are listed, its PDF queued, the signers told.

    Refuses a convention already sent, a draft changed since it was read, an envelope to confirm or
    exceeded, and what ``check_place``, ``check_empowered`` and ``parties_of`` refuse (guide 2024,
    §4.1-2).
    """
    _require(by, "prepare_convention", convention)
    convention = _locked(convention)
    _refuse_old_page(convention, revision)
    check_place(convention)
    # Who is empowered must not change between the check and the list of the parties.
    alliances = Alliance.objects.for_pages().select_for_update(of=("self",))
    convention.alliance = alliances.get(pk=convention.alliance_id)
    check_empowered(convention.alliance)
    watch.check_amount(convention, convention.amount)
    text_of(convention)
    Signatory.objects.bulk_create(parties_of(convention))
    convention.send(by=by)
    convention.document = documents.freeze(convention, by=by)
    convention.save()
    journal.record(
        by=by,
        verb="send_convention",
        summary=_("a envoyé la convention %(number)s en signature") % {"number": convention.number},
        alliance=convention.alliance,
        target=convention,
        url=convention.alliance.url("convention"),
    )
    notifications.tell_sent(convention, by=by)
    return convention


@transaction.atomic
def record_signature(
    signatory: Signatory,
    *,
    by: User,
    signed_on: date,
    signer: str,
    file: UploadedFile | None = None,
) -> Signatory:
    """Records that a party signed; with the last one the convention is signed.

    Refuses a role that does not sign for this party, a party that already signed, a day in the
    future or before the convention was drafted, a missing name, and a file that is not what its
    name says. Without a file, the party's last scanned sheet is the one that was signed.
    """
    convention = _locked(signatory.convention)
    signatory = convention.signatories.select_related("recorded_by").get(pk=signatory.pk)
    signatory.convention = convention
    check_signature(
        signatory,
        by=by,
        signed_on=signed_on,
        signer=signer,
        is_open=convention.state == Convention.State.SENT,
        drafted_on=clock.day_of(convention.created_at),
    )
    alliance = convention.alliance
    if file is not None:
        signatory.document = deposit_document(
            file,
            by=by,
            alliance=alliance,
            title=_("Convention %(number)s signée, %(party)s")
            % {"number": convention.number, "party": signatory.name},
            kind="signed_convention",
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
        verb="record_signature",
        summary=_("a consigné la signature de la convention %(number)s : %(party)s")
        % {"number": convention.number, "party": signatory.name},
        alliance=alliance,
        target=signatory,
        url=alliance.url("convention"),
        signed_on=signed_on.isoformat(),
    )
    if not convention.signatories.missing().exists():
        signatory.convention = complete_signatures(convention, by=by)
    return signatory


@transaction.atomic
def complete_signatures(convention: Convention, *, by: User) -> Convention:
    """Declares the convention signed, on the day of the last signature.

    Refuses a convention that a party has not signed, and names who is missing (guide 2017,
    « Mise en œuvre », step 3: ministry, mandated body and every MRC of the region); and one above
    its envelope, which may have changed since it was sent.
    """
    convention = _locked(convention)
    missing = list(convention.signatories.missing())
    if missing:
        alliance = convention.alliance
        raise Refusal(
            _("La convention n’est pas signée : il manque %(names)s.")
            % {"names": ", ".join(party.name for party in missing)},
            missing=[
                Missing(party.name, alliance.url("convention_sign", party.pk)) for party in missing
            ],
        )
    check_place(convention)
    watch.lock(convention)
    watch.check_amount(convention, convention.amount)
    last = convention.signatories.order_by("-signed_on").values_list("signed_on", flat=True)[0]
    assert last is not None
    try:
        convention.complete_signatures(on=last)
    except TransitionNotAllowed:
        raise StaleAct(_("Cette convention n’est pas en signature.")) from None
    convention.save()
    alliance = convention.alliance
    journal.record(
        by=by,
        verb="sign_convention",
        summary=_("a reçu la dernière signature de la convention %(number)s")
        % {"number": convention.number},
        alliance=alliance,
        target=convention,
        url=alliance.url("convention"),
    )
    record_milestone(
        alliance,
        MilestoneKind.CONVENTION_SIGNED,
        by=by,
        on=last,
        detail=parties_label(convention),
        url=alliance.url("convention"),
        evidence=convention.document,
    )
    notifications.tell_signed(convention, by=by)
    return convention
