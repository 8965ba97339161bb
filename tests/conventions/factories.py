"""Conventions for the tests, made through the services so that every rule holds."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.models import Alliance, User
from conventions import services
from conventions.empowerment.services import record_resolution
from conventions.models import Convention, Resolution, Signatory
from conventions.terms import TrancheSpec
from fqis.models import Envelope, EnvelopeAmount
from tests.factories import person

DRAFTED = datetime(2024, 11, 4, 9, 0, tzinfo=ZoneInfo("America/Montreal"))
SIGNED_ON = date(2024, 11, 29)
AMOUNT = Decimal("1000000.00")
TRANCHES = [
    TrancheSpec(2024, Decimal("200000.00"), "convention_signed"),
    TrancheSpec(2025, Decimal("200000.00"), "plan_approved"),
    TrancheSpec(2026, Decimal("200000.00"), "report_accepted", 2025),
    TrancheSpec(2027, Decimal("200000.00"), "report_accepted", 2026),
    TrancheSpec(2028, Decimal("200000.00"), "report_accepted", 2027),
]


def draft_convention(alliance: Alliance, *, by: User | None = None, **terms: Any) -> Convention:
    """A draft of five equal tranches, written on 4 November 2024."""
    terms = {
        "amount": AMOUNT,
        "starts_on": date(2024, 11, 1),
        "ends_on": date(2029, 3, 31),
        "tranches": TRANCHES,
    } | terms
    with clock.at(DRAFTED):
        return services.create_convention(alliance, by=by or person("analyst"), **terms)


A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def with_resolution(
    alliance: Alliance, *, by: User | None = None, at: datetime = DRAFTED
) -> Resolution:
    """The resolution that empowers the Table, adopted two weeks before it is deposited, once."""
    found = Resolution.objects.in_force(alliance)
    if found is not None:
        return found
    with clock.at(at):
        return record_resolution(
            alliance,
            by=by or person("analyst"),
            adopted_on=at.date() - timedelta(days=14),
            file=SimpleUploadedFile("resolution.pdf", A_PDF),
        )


def with_envelope(alliance: Alliance, amount: Decimal, *, quality: str = "fictional") -> Envelope:
    """The envelope of an Alliance, given ``amount`` dollars by a decision, whatever it had."""
    envelope, _is_new = Envelope.objects.get_or_create(alliance=alliance)
    if envelope.amount == amount:
        return envelope
    at = max(clock.now(), envelope.confirmed_at or clock.now())
    said: dict[str, Any] = {
        "amount": amount,
        "quality": quality,
        "source": "Tests",
        "decided_on": at.date(),
        "reference": "Lettre d’essai",
        "confirmed_at": at,
        "confirmed_by": person("delegate"),
    }
    EnvelopeAmount.objects.create(
        envelope=envelope,
        before=envelope.amount,
        state=EnvelopeAmount.State.CONFIRMED,
        proposed_by=person("budget"),
        proposed_at=at,
        **said,
    )
    Envelope.objects.filter(pk=envelope.pk).update(**said)
    return Envelope.objects.select_related("alliance__territory", "alliance__cycle").get(
        pk=envelope.pk
    )


def room_for(alliance: Alliance, amount: Decimal) -> None:
    """An envelope that covers a convention of ``amount`` dollars, when it does not yet."""
    known = Envelope.objects.filter(alliance=alliance).values_list("amount", flat=True).first()
    if known is None or known < amount:
        with_envelope(alliance, amount)


def sent_convention(alliance: Alliance, *, by: User | None = None, **terms: Any) -> Convention:
    by = by or person("analyst")
    with_resolution(alliance, by=by)
    room_for(alliance, terms.get("amount", AMOUNT))
    with clock.at(DRAFTED):
        return services.send_convention(draft_convention(alliance, by=by, **terms), by=by)


def sign(signatory: Signatory, *, by: User | None = None, on: date = SIGNED_ON) -> Signatory:
    """The signature of one party, by somebody who may record it."""
    is_ministry = signatory.kind == Signatory.Kind.MINISTRY
    by = by or person("delegate" if is_ministry else "analyst")
    return services.record_signature(signatory, by=by, signed_on=on, signer="Une personne")


def signed_convention(
    alliance: Alliance, *, by: User | None = None, on: date = SIGNED_ON, **terms: Any
) -> Convention:
    """A convention that every party signed: its milestone is recorded."""
    analyst = by or person("analyst")
    delegate = person("delegate")
    convention = sent_convention(alliance, by=analyst, **terms)
    with clock.at(datetime(on.year, on.month, on.day, 12, tzinfo=DRAFTED.tzinfo)):
        for signatory in convention.signatories.all():
            is_ministry = signatory.kind == Signatory.Kind.MINISTRY
            sign(signatory, by=delegate if is_ministry else analyst, on=on)
    return Convention.objects.for_pages().get(pk=convention.pk)


def signed_entente(alliance: Alliance) -> Convention:
    """An entente of the cycle 2017-2024, from 1 October 2018 to 31 March 2023, all signed."""
    analyst, delegate = person("analyst"), person("delegate")
    signed_on = datetime(2018, 10, 15, 9, 0, tzinfo=DRAFTED.tzinfo)
    tranches = [
        TrancheSpec(2018, Decimal("300000.00"), "convention_signed"),
        TrancheSpec(2019, Decimal("700000.00"), "plan_approved"),
    ]
    with_resolution(alliance, by=analyst, at=signed_on)
    room_for(alliance, AMOUNT)
    with clock.at(signed_on):
        entente = services.create_convention(
            alliance,
            by=analyst,
            amount=AMOUNT,
            starts_on=date(2018, 10, 1),
            ends_on=date(2023, 3, 31),
            tranches=tranches,
        )
        entente = services.send_convention(entente, by=analyst)
        for signatory in entente.signatories.all():
            is_ministry = signatory.kind == Signatory.Kind.MINISTRY
            sign(signatory, by=delegate if is_ministry else analyst, on=signed_on.date())
    return Convention.objects.for_pages().get(pk=entente.pk)
