"""The figures of a report, counted from the rows of the year."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from alliances import clock
from alliances.models import Alliance, GovernanceBody, SeatCount, User
from fqis import services as fqis
from fqis.models import Versement
from reporting.models import AnnualReport
from reporting.selectors.figures import Figures, compute_figures, figure_rows, other_rows
from reporting.selectors.lines import lines_of
from reporting.selectors.reviews import Variance, _share
from tests.factories import AllianceFactory, person
from tests.fqis.factories import accepted_project, paid_versement, plan_in_force, project_in
from tests.reporting.factories import period

pytestmark = pytest.mark.django_db
WINTER = datetime(2026, 2, 2, 12, tzinfo=ZoneInfo("America/Montreal"))
MONEY = Decimal("30000.00")


COLUMN_OF = {"people_in_poverty": -1, "people_reached": -2}


def rows_say_the_same(alliance: Alliance, year: int) -> None:
    """Each figure is the sum of its rows, or their number."""
    figures = compute_figures(alliance, period(year))
    year_of = str(period(year))
    rows = [*other_rows(alliance, figures, year_of), *figure_rows(alliance, figures, year_of)]
    for row in rows:
        lines = lines_of(alliance, period(year), row.key)
        written = [lines.cells(one) for one in lines.rows]
        if row.of is not None:
            assert len(written) == row.of, row.key
            assert sum(cells[-1] == "Oui" for cells in written) == row.value, row.key
        elif row.key.startswith("projects_"):
            assert len(written) == row.value, row.key
        else:
            column = COLUMN_OF.get(row.key, -1)
            assert sum(cells[column] or 0 for cells in written) == row.value, row.key


def test_figures_count_the_acts_of_the_year_and_only_those() -> None:
    with clock.at(WINTER):
        alliance = AllianceFactory("laval")
        paid = paid_versement("laval")
        plan_in_force(alliance)
        project = project_in("agreed", alliance, amount=MONEY)
        done = project_in("completed", alliance)
        portal = User.objects.portal()
        fqis.record_payment(project, by=portal, on=date(2026, 1, 20), amount=Decimal("10000.00"))
    with clock.at(datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("America/Montreal"))):
        accepted_project(alliance, amount=Decimal("5000.00"))
        fqis.record_payment(project, by=portal, on=date(2026, 5, 20), amount=Decimal("2000.00"))
        figures = compute_figures(alliance, period(2025))
        assert figures.received == paid.amount
        assert figures.granted == MONEY * 2
        assert figures.paid_to_projects == Decimal("10000.00")
        assert figures.paid_to_projects_to_date == Decimal("10000.00")
        assert (figures.projects_supported, figures.projects_under_way) == (2, 1)
        assert figures.projects_completed == 1
        assert (figures.people_reached, figures.people_in_poverty) == (100, 60)
        assert done.closed_on == date(2026, 2, 2)
        rows_say_the_same(alliance, 2025)
        following = compute_figures(alliance, period(2026))
        rows_say_the_same(alliance, 2026)
    assert following.granted == Decimal("5000.00")
    assert following.paid_to_projects == Decimal("2000.00")
    assert following.paid_to_projects_to_date == Decimal("12000.00")
    assert following.received_to_date == paid.amount
    assert following.received == 0
    assert following.projects_supported == 2


def test_figures_take_the_last_count_of_each_body() -> None:
    alliance = AllianceFactory("laval")
    body = GovernanceBody.objects.create(alliance=alliance, name="Comité")
    for day, held in ((date(2025, 5, 1), 1), (date(2026, 3, 1), 3), (date(2026, 4, 2), 5)):
        SeatCount.objects.create(
            body=body, on=day, seats=14, lived_experience=held, counted_by=User.objects.portal()
        )
    figures = compute_figures(alliance, period(2025))
    assert (figures.seats, figures.seats_of_people_in_poverty) == (14, 3)


def test_frozen_figures_come_back_the_same() -> None:
    figures = Figures(received=Decimal("1246420.50"), projects_supported=34)
    frozen = figures.frozen()
    assert (frozen["received"], frozen["projects_supported"]) == ("1246420.50", 34)
    assert Figures.from_frozen(frozen) == figures
    assert Figures.from_frozen({}) == Figures()


def test_each_figure_leads_to_its_rows() -> None:
    alliance = AllianceFactory("laval")
    rows = figure_rows(
        alliance, Figures(received=Decimal("12.5"), people_reached=3912), "2025-2026"
    )
    assert all(row.url.startswith(alliance.get_absolute_url()) for row in rows)
    assert {row.text for row in rows} >= {"12,50\u00a0$", "3\u00a0912"}


@pytest.mark.parametrize("key", ["granted", "paid_to_projects", "seats_of_people_in_poverty"])
def test_the_rows_of_a_figure_show_and_export(client: Client, key: str) -> None:
    alliance = AllianceFactory("laval")
    plan_in_force(alliance)
    with clock.at(WINTER):
        project = project_in("agreed", alliance, amount=MONEY)
        portal = User.objects.portal()
        fqis.record_payment(project, by=portal, on=date(2026, 1, 20), amount=Decimal("10000.00"))
    body = GovernanceBody.objects.create(alliance=alliance, name="Comité")
    SeatCount.objects.create(
        body=body, on=date(2026, 1, 5), seats=14, lived_experience=3, counted_by=portal
    )
    client.force_login(person("partner", "laval"))
    address = alliance.url("report_figure", "2025-2026", key)
    words = {
        "granted": "30\u00a0000,00\u00a0$",
        "paid_to_projects": "10\u00a0000,00\u00a0$",
        "seats_of_people_in_poverty": "Comité",
    }
    assert words[key] in client.get(address).text
    assert client.get(f"{address}?format=csv").content.count(b"\n") == 2
    assert client.get(alliance.url("report_figure", "2025-2026", "autre")).status_code == 404


def test_a_report_has_no_figure_before_it_is_submitted() -> None:
    assert AnnualReport().figures == {}
    assert Versement.objects.count() == 0


# --- Variances


def variance(share: str | None) -> Variance:
    return Variance("Poste", None, 0, Decimal(share) if share is not None else None)


@pytest.mark.parametrize(
    ("share", "words", "outside"),
    [
        ("0.162", "+16,2\u00a0%", False),
        ("-0.268", "−26,8\u00a0%", True),
        ("0.25", "+25,0\u00a0%", False),
        ("-0.0001", "+0,0\u00a0%", False),
        (None, "s. o.", False),
    ],
)
def test_a_variance_reads_in_french(share: str | None, words: str, outside: bool) -> None:
    assert (variance(share).percent, variance(share).is_outside) == (words, outside)


def test_a_variance_compares_months() -> None:
    share = _share(Decimal("312500"), Decimal("871750"), 5, 12)
    assert share is not None and round(share, 3) == Decimal("0.162")
    assert _share(Decimal(0), Decimal(10), 5, 12) is None
    assert _share(None, Decimal(10), 0, 12) is None


def test_the_drawing_of_a_variance_stays_in_its_cell() -> None:
    assert (variance("9").bar_x, variance("9").bar_width) == ("72", "72")
    assert (variance("-9").bar_x, variance("-9").bar_width) == ("0", "72")
    assert variance(None).bar_width == "0"
