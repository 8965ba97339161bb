"""The ledger: every movement, running balances, as of any day of Québec."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from alliances import clock
from alliances.models import Document
from fqis import services
from fqis.models import Versement
from fqis.selectors.ledger import Movement, balances, movements
from tests.factories import person

from .factories import paid_versement, project_in, recommended_versement
from .pages import text

pytestmark = pytest.mark.django_db
MONTREAL = ZoneInfo("America/Montreal")


def at(*moment: int) -> Any:
    return clock.at(datetime(*moment, tzinfo=MONTREAL))  # type: ignore[misc, arg-type]


def lines(versement: Versement, until: date | None = None) -> list[Movement]:
    return movements(versement.alliance, until or clock.today())[::-1]


def test_every_movement_with_its_author_and_both_balances() -> None:
    versement = paid_versement()
    recovery = services.propose_recovery(
        versement, by=person("analyst"), kind="balance", amount=Decimal(500), reason="Reste."
    )
    services.decide_recovery(recovery, by=person("budget"))
    services.receive_recovery(
        recovery, by=person("payments"), received_on=clock.today(), reference="REMB-1"
    )
    found = {line.kind: line for line in lines(versement)}
    assert set(found) == {"opening", "authorised", "paid", "recovered"}
    assert found["authorised"].envelope == Decimal("-200000.00")
    assert found["authorised"].envelope_left == Decimal("800000.00")
    assert found["paid"].held == Decimal("200000.00")
    assert found["recovered"].held == Decimal("-500.00")
    assert "AV-2026-0001" in found["authorised"].detail
    assert "FIN-laval" in found["paid"].detail
    assert all(line.actor for kind, line in found.items() if kind != "opening")
    sums = balances(versement.alliance, clock.today())
    assert (sums.envelope_left, sums.in_hand) == (Decimal("800000.00"), Decimal("199500.00"))


def test_what_is_paid_to_a_project_leaves_the_hands_of_the_table() -> None:
    project = project_in("agreed")
    by = person("coordination", "laval")
    services.record_payment(project, by=by, on=clock.today(), amount=Decimal(700))
    found = movements(project.alliance, clock.today())
    assert (found[0].kind, found[0].held, found[0].actor) == (
        "project",
        Decimal("-700.00"),
        str(by),
    )
    assert found[0].url == project.alliance.url("project", project.number)


def test_an_annulled_notice_gives_its_amount_back() -> None:
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    services.cancel_versement(versement, by=person("analyst"), reason="Erreur.")
    kinds = [(line.kind, line.envelope_left) for line in lines(versement)]
    assert kinds == [
        ("opening", Decimal("1000000.00")),
        ("authorised", Decimal("800000.00")),
        ("cancelled", Decimal("1000000.00")),
    ]


def test_a_changed_envelope_is_a_movement_of_its_day() -> None:
    versement = recommended_versement()
    with at(2026, 12, 10, 9):
        proposal = services.propose_amount(
            versement.alliance.envelope,
            by=person("budget"),
            amount=Decimal("1100000.00"),
            quality="confirmed",
            source="Lettre.",
            on=clock.today(),
            reference="L-1",
        )
        services.confirm_amount(proposal, by=person("delegate"))
    alliance = versement.alliance
    assert balances(alliance, date(2026, 12, 9)).allotted == Decimal("1000000.00")
    assert balances(alliance, date(2026, 12, 10)).allotted == Decimal("1100000.00")


def test_an_act_of_31_march_at_night_stays_in_its_fiscal_year() -> None:
    """23 h 30 in Québec is already 1 April in Greenwich."""
    with at(2027, 3, 31, 23, 30):
        versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    with at(2027, 4, 1, 0, 10):
        later = services.authorise_versement(recommended_versement("jamesie"), by=person("budget"))
        found = {line.kind: line for line in lines(versement)}
        assert found["authorised"].day == date(2027, 3, 31)
        assert "authorised" in {line.kind for line in lines(versement, date(2027, 3, 31))}
    assert versement.notice is not None and later.notice is not None
    assert (versement.notice.number, versement.notice.dated_on) == (
        "AV-2026-0001",
        date(2027, 3, 31),
    )
    assert later.notice.number == "AV-2027-0001"


def test_a_number_belongs_to_the_year_of_its_date() -> None:
    from .test_rules import broken

    notice = services.authorise_versement(recommended_versement(), by=person("budget")).notice
    assert notice is not None
    row = {
        field.attname: getattr(notice, field.attname)
        for field in Document._meta.concrete_fields
        if not field.primary_key
    }
    row |= {"code": "ABCDEFGH", "sequence": 2, "dated_on": date(2027, 4, 1)}
    broken("document_numbered_in_its_year", lambda: Document.objects.create(**row))


def test_the_same_notice_never_serves_twice() -> None:
    from .test_rules import broken

    first = services.authorise_versement(recommended_versement(), by=person("budget"))
    second = recommended_versement("jamesie")
    broken(
        "notice_id",
        lambda: Versement.objects.filter(pk=second.pk).update(
            state="authorised",
            authorised_by=person("budget"),
            authorised_at=clock.now(),
            notice=first.notice,
        ),
    )


def test_the_page_reads_any_day_and_leads_to_each_source(page: Any) -> None:
    versement = paid_versement()
    director = person("direction", "laval")
    address = versement.alliance.url("ledger")
    shown = text(page(director, address))
    assert "−200 000,00 $" in shown and "+200 000,00 $" in shown
    assert versement.alliance.url("versement", versement.pk) in shown
    assert "Voir le grand livre" in text(page(director, versement.alliance.url("finances")))
    before = text(page(director, f"{address}?au=2026-12-02"))
    assert "Versement payé" not in before and "Enveloppe à l’ouverture" in before
    assert page(director, f"{address}?au=hier").status_code == 200
    assert page(person("direction", "mauricie"), address).status_code == 404


def test_the_export_holds_every_line_of_the_day(page: Any) -> None:
    versement = paid_versement()
    response = page(person("auditor"), versement.alliance.url("ledger") + "?export=xlsx")
    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert [row[2] for row in rows] == [
        "Mouvement",
        "Versement payé",
        "Versement autorisé",
        "Enveloppe à l’ouverture",
    ]
