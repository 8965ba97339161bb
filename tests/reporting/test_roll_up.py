"""The indicators by territory: accepted reports only, each total its parts, nothing guessed."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle, User
from fqis import services as fqis
from plans.models import CanvasSection, PlanVersion, SectionText
from reporting.models import AnnualReport
from reporting.selectors.figures import Figures, compute_figures
from reporting.selectors.roll_up import COUNT, Figure, RollUp, roll_up, total
from tests.factories import AllianceFactory, person
from tests.fqis.factories import plan_in_force, project_in
from tests.reporting.factories import period

pytestmark = pytest.mark.django_db
WINTER = datetime(2026, 2, 2, 12, tzinfo=ZoneInfo("America/Montreal"))
YEAR = FiscalYear(2025)
ADDRESS = "/national/indicateurs/?cycle=2024-2029&exercice=2025-2026"


def reported(
    alliance: Alliance, year: int, figures: Figures | None = None, *, state: str = "accepted"
) -> AnnualReport:
    """A report brought to its state without its acts; its figures are those of the register."""
    portal, analyst, now = User.objects.portal(), person("analyst"), clock.now()
    acts: dict[str, Any] = {"submitted_at": now, "submitted_by": portal}
    if state == "accepted":
        acts |= {
            "recommended_at": now, "recommended_by": portal, "recommendation": "Lu.",
            "accepted_at": now, "accepted_by": analyst,
        }  # fmt: skip
    figures = figures or compute_figures(alliance, period(year))
    return AnnualReport.objects.create(
        alliance=alliance, period=period(year), state=state, figures=figures.frozen(),
        created_by=portal, **acts,
    )  # fmt: skip


def cycle() -> Cycle:
    return Cycle.objects.get(slug="2024-2029")


def found(*alliances: Alliance, year: FiscalYear = YEAR) -> RollUp:
    return roll_up(cycle(), year, list(alliances))


def texts(figures: list[Figure]) -> list[str]:
    return [one.text.replace("\u00a0", " ") for one in figures]


def test_without_an_accepted_report_everything_is_unknown() -> None:
    alliance = AllianceFactory("laval")
    reported(alliance, 2025, Figures(people_reached=40), state="submitted")
    rolled = found(alliance)
    assert set(texts(rolled.totals)) == {"s. o."}
    assert rolled.accepted == 0


def test_the_first_year_has_no_growth() -> None:
    alliance = AllianceFactory("laval")
    reported(alliance, 2024, Figures(people_in_poverty=40))
    assert found(alliance, year=FiscalYear(2024)).totals[2].text == "s. o."


def test_growth_compares_the_territories_accepted_twice() -> None:
    here, there = AllianceFactory("laval"), AllianceFactory("estrie")
    reported(here, 2024, Figures(people_in_poverty=40))
    reported(here, 2025, Figures(people_in_poverty=50))
    reported(there, 2025, Figures(people_in_poverty=1000))
    rolled = found(here, there)
    assert [line.general[2].text for line in rolled.lines] == ["+25\u00a0%", "s. o."]
    assert rolled.totals[2].text == "+25\u00a0%"


def test_growth_from_nobody_is_not_zero() -> None:
    alliance = AllianceFactory("laval")
    reported(alliance, 2024, Figures())
    reported(alliance, 2025, Figures(people_in_poverty=50))
    rolled = found(alliance)
    assert (rolled.totals[2].text, rolled.totals[2].part) == ("s. o.", 50)


def test_a_figure_that_a_report_never_counted_is_unknown() -> None:
    other = AllianceFactory("estrie")
    portal, now = User.objects.portal(), clock.now()
    AnnualReport.objects.create(
        alliance=other, period=period(2025), state="accepted", figures={"people_reached": 3},
        created_by=portal, submitted_at=now, submitted_by=portal, recommended_at=now,
        recommended_by=portal, recommendation="Lu.", accepted_at=now,
        accepted_by=person("analyst"),
    )  # fmt: skip
    known = [one for one in found(other).totals if one.is_known]
    assert [(one.kind, one.part) for one in known] == [(COUNT, 3)]


# --- 1.1 and 1.2


def plan_that(alliance: Alliance, *levels: str, sections: tuple[str, ...]) -> PlanVersion:
    """A plan in force with partners of these levels and these sections written."""
    version = plan_in_force(alliance)[0].version
    partners = [{"level": level} for level in levels]
    portal = User.objects.portal()
    draft = PlanVersion.objects.create(
        plan=version.plan, number=9, created_by=portal, registers={"partners": partners}
    )
    for code in sections:
        SectionText.objects.create(
            version=draft,
            section=CanvasSection.objects.get(canvas=version.plan.canvas, code=code),
            html="<p>Écrit.</p>",
            updated_by=portal,
        )
    PlanVersion.objects.filter(pk=version.pk).update(
        state="superseded", in_force_until=version.in_force_from
    )
    PlanVersion.objects.filter(pk=draft.pk).update(
        state="approved",
        in_force_from=version.in_force_from,
        submitted_at=version.submitted_at,
        submitted_by=version.submitted_by,
        validated_at=version.validated_at,
        validated_by=version.validated_by,
        approved_at=version.approved_at,
        approved_by=version.approved_by,
    )
    return draft


@pytest.mark.parametrize(
    ("levels", "sections", "text"),
    [
        (("regional", "local"), ("1a", "1c", "2a"), "Oui"),
        (("regional",), ("1a", "1c", "2a"), "Non"),
        (("local",), ("1a", "1c", "2a"), "Non"),
        (("regional", "local"), ("1a", "1c"), "Non"),
    ],
)
def test_concertation_asks_both_levels_and_the_portrait(
    levels: tuple[str, ...], sections: tuple[str, ...], text: str
) -> None:
    alliance = AllianceFactory("laval")
    plan_that(alliance, *levels, sections=sections)
    reported(alliance, 2025, Figures())
    figure = found(alliance).lines[0].general[0]
    assert (figure.text, figure.url) == (text, alliance.url("plan_version", 9))


def test_without_a_plan_in_force_that_year_concertation_is_unknown() -> None:
    alliance = AllianceFactory("laval")
    reported(alliance, 2025, Figures())
    assert found(alliance).lines[0].general[0].text == "s. o."


def test_one_seat_is_participation() -> None:
    here, there = AllianceFactory("laval"), AllianceFactory("estrie")
    reported(here, 2025, Figures(seats=14, seats_of_people_in_poverty=1))
    reported(there, 2025, Figures(seats=14))
    rolled = found(here, there)
    assert [line.general[1].text for line in rolled.lines] == ["Oui", "Non"]
    assert rolled.totals[1].text == "1 sur 2"


# --- Any register


SAID = st.sampled_from(["reported", "zero", "missing", "not_applicable"])
RESULT = st.tuples(
    st.sampled_from([2024, 2025]), st.integers(0, 40), SAID, SAID, st.integers(0, 3),
    st.integers(0, 3),
)  # fmt: skip
TERRITORY = st.tuples(
    st.lists(RESULT, max_size=3),
    st.sampled_from(["accepted", "submitted", ""]),
    st.sampled_from(["accepted", "submitted", ""]),
)

BY_SQL = """
WITH kept AS (
    SELECT r.alliance_id, p.fiscal_year FROM reporting_annualreport r
    JOIN reporting_reportingperiod p ON p.id = r.period_id
    WHERE r.state = 'accepted' AND r.alliance_id = ANY(%(alliances)s)
), told AS (
    SELECT k.alliance_id, x.* FROM kept k
    JOIN fqis_project j ON j.alliance_id = k.alliance_id
    JOIN fqis_projectresult x ON x.project_id = j.id AND x.fiscal_year = k.fiscal_year
    WHERE x.state = 'accepted'
), twice AS (
    SELECT alliance_id FROM kept WHERE fiscal_year IN (2024, 2025)
    GROUP BY alliance_id HAVING count(*) = 2
)
SELECT
    (SELECT sum(people_in_poverty) FROM told JOIN twice USING (alliance_id)
     WHERE told.fiscal_year = 2025),
    (SELECT sum(people_in_poverty) FROM told JOIN twice USING (alliance_id)
     WHERE told.fiscal_year = 2024),
    (SELECT count(*) FROM told WHERE fiscal_year = 2025
     AND 'reported' IN (pools_people_said, pools_material_said)),
    (SELECT count(*) FROM told WHERE fiscal_year = 2025
     AND (pools_people_said IN ('reported', 'zero')
          OR pools_material_said IN ('reported', 'zero'))),
    (SELECT count(*) FROM fqis_project j JOIN kept k USING (alliance_id)
     WHERE k.fiscal_year = 2025 AND j.decided_on IS NOT NULL AND j.amount_granted IS NOT NULL),
    (SELECT sum(people_reached) FROM told WHERE fiscal_year = 2025),
    (SELECT count(*) FROM told WHERE fiscal_year = 2025
     AND carriers >= 2 AND jsonb_array_length(sectors) >= 2),
    (SELECT count(*) FROM told WHERE fiscal_year = 2025 AND carriers_said IN ('reported', 'zero')),
    (SELECT count(*) FROM kept WHERE fiscal_year = 2025), (SELECT count(*) FROM twice)
"""


@pytest.fixture
def places() -> Iterator[list[Alliance]]:
    with clock.at(WINTER):
        found = [AllianceFactory("laval"), AllianceFactory("estrie")]
        for alliance in found:
            plan_in_force(alliance, since=date(2025, 2, 1))
        yield found


def told(alliance: Alliance, line: tuple[int, int, str, str, int, int]) -> None:
    year, people, human, material, carriers, sectors = line
    received, decided = date(2025, 1, 6), date(2025, 3, 3)
    project = project_in("under_way", alliance, on=decided, received_on=received)
    fqis.record_result(
        project,
        by=person("coordination", alliance.territory),
        fiscal_year=FiscalYear(year),
        people_reached=people + 2,
        people_in_poverty=people,
        pools_people_said=human,
        pools_material_said=material,
        carriers=carriers or None,
        sectors=["communautaire", "municipal", "sante"][:sectors],
    )


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=st.tuples(TERRITORY, TERRITORY))
def test_any_register_gives_what_sql_gives(
    places: list[Alliance], lines: tuple[tuple[list, str, str], ...]
) -> None:
    with transaction.atomic():
        for alliance, (results, before, now) in zip(places, lines, strict=True):
            for line in results:
                told(alliance, line)
            for year, state in ((2024, before), (2025, now)):
                if state:
                    reported(alliance, year, state=state)
        rolled = found(*places)
        with connection.cursor() as cursor:
            cursor.execute(BY_SQL, {"alliances": [one.pk for one in places]})
            (now_sum, before_sum, pooled, pooled_of, supported, people, carried, carried_of,
             reports, twice) = cursor.fetchone()  # fmt: skip
        by_key = dict(
            zip(
                [column.key for column in [*rolled.general, *rolled.followed]],
                rolled.totals,
                strict=True,
            )
        )
        expected = {
            "indicator_2_4": (pooled, pooled_of),
            "projects_supported": (supported, None),
            "people_reached": (people or 0, None),
            "indicator_3_4": (carried, carried_of),
        }
        for key, (part, whole) in expected.items():
            figure = by_key[key]
            assert (figure.part, figure.of) == ((part, whole) if reports else (None, None)), key
        growth = by_key["people_in_poverty"]
        if not twice:
            assert growth.text == "s. o."
        else:
            assert (growth.part, growth.of) == (now_sum or 0, before_sum or 0)
            assert growth.rate == (
                (Decimal(now_sum or 0) - before_sum) / before_sum if before_sum else None
            )
        for rank, figure in enumerate(rolled.totals):
            parts = [line.figures[rank] for line in rolled.lines]
            assert figure == total(figure.kind, parts)
            known = [one for one in parts if one.is_known]
            assert figure.part == (sum(one.part or 0 for one in known) if known else None)
        transaction.set_rollback(True)


# --- The page


def cells_of(text: str) -> list[list[str]]:
    return [line.split(";") for line in text.lstrip("\ufeff").strip().split("\r\n")]


def test_the_page_and_its_sheet_say_the_same(client: Client) -> None:
    alliance = AllianceFactory("laval")
    reported(alliance, 2024, Figures(people_in_poverty=40))
    reported(
        alliance,
        2025,
        Figures(people_in_poverty=50, indicator_2_4=3, indicator_2_4_of=4, people_reached=3912),
    )
    client.force_login(person("analyst"))
    page = client.get(ADDRESS).text
    for text in ("+25\u00a0%", "3 sur 4, 75\u00a0%", "3\u00a0912"):
        assert text in page
    assert alliance.url("report_figure", "2025-2026", "indicator_2_4") in page
    assert alliance.url("report_figure", "2024-2025", "people_in_poverty") in page
    rows = cells_of(client.get(f"{ADDRESS}&format=csv").text)
    laval = next(row for row in rows if row[0] == "Laval")
    heads = rows[0]
    assert laval[1] == "Oui"
    assert laval[heads.index("1.3 2025-2026")] == "50"
    assert laval[heads.index("2.4 Mise en commun")] == "3"
    assert rows[-1][2:] == laval[2:]
    assert client.get(f"{ADDRESS}&format=xlsx").content.startswith(b"PK")


def test_an_adviser_reads_their_territories_and_a_table_none(client: Client) -> None:
    here, _there = AllianceFactory("laval"), AllianceFactory("estrie")
    client.force_login(person("advisor", "laval"))
    page = client.get(ADDRESS).text
    assert "Sans reddition acceptée" in page
    assert here.url("report", "2025-2026") in page
    assert "Estrie" not in page
    assert ADDRESS.split("?")[0] in client.get("/redditions/").text
    client.force_login(person("direction", "laval"))
    assert client.get(ADDRESS).status_code == 403
    assert ADDRESS.split("?")[0] not in client.get("/redditions/").text


def test_the_page_costs_the_same_whatever_the_reports(client: Client) -> None:
    client.force_login(person("analyst"))

    def queries() -> int:
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    reported(AllianceFactory("laval"), 2025, Figures())
    one = queries()
    for slug in ("estrie", "mauricie", "outaouais"):
        for year in (2024, 2025):
            reported(AllianceFactory(slug), year, Figures(people_in_poverty=3))
    assert queries() == one
