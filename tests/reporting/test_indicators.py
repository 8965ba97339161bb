"""The shares of the guide: each known answer counts once, an unknown one in neither number."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from fqis import services as fqis
from fqis.models import Project, ProjectResult
from plans.models import PlanVersion
from reporting.selectors.figures import Figures, compute_figures, figure_rows
from reporting.selectors.indicators import count_indicators
from tests.factories import person
from tests.fqis.factories import planned_alliance, project_in
from tests.reporting.factories import period

pytestmark = pytest.mark.django_db
WINTER = datetime(2026, 2, 2, 12, tzinfo=ZoneInfo("America/Montreal"))
KEYS = ("indicator_2_2", "indicator_2_4", "indicator_3_2", "indicator_3_4")


def told(project: Project, **figures: Any) -> ProjectResult:
    coordination = person("coordination", "laval")
    return fqis.record_result(project, by=coordination, fiscal_year=FiscalYear(2025), **figures)


def counted(alliance: Alliance, key: str) -> tuple[int, int]:
    return count_indicators(alliance, period(2025))[key]


@pytest.fixture
def alliance() -> Any:
    with clock.at(WINTER):
        yield planned_alliance()


def test_without_a_project_every_share_is_of_nothing(alliance: Alliance) -> None:
    assert count_indicators(alliance, period(2025)) == dict.fromkeys(KEYS, (0, 0))
    rows = figure_rows(alliance, Figures(), "2025-2026")
    assert [row.text for row in rows if row.of is not None] == ["s. o."] * 4


def test_a_priority_that_was_not_in_force_at_the_decision_is_not_counted(
    alliance: Alliance,
) -> None:
    project_in("agreed", alliance)
    assert counted(alliance, "indicator_2_2") == (1, 1)
    # The database keeps the dates of a version frozen: the decision moves instead.
    version = PlanVersion.objects.get(plan__alliance=alliance, state="approved")
    before = version.in_force_from.replace(year=version.in_force_from.year - 1)
    Project.objects.filter(alliance=alliance).update(decided_on=before)
    assert counted(alliance, "indicator_2_2") == (0, 1)


def test_pooling_counts_known_answers_only(alliance: Alliance) -> None:
    people, nothing, money, unknown = (project_in("under_way", alliance) for _ in range(4))
    told(people, people_reached=5, pools_people_said="reported", pools_material_said="zero")
    told(nothing, people_reached=5, pools_people_said="zero", pools_material_said="zero")
    told(money, people_reached=5, pools_people_said="zero", pools_money_said="reported")
    told(unknown, people_reached=5)
    assert counted(alliance, "indicator_2_4") == (1, 3)


def test_carriers_need_two_sectors_too(alliance: Alliance) -> None:
    both, alone, one_sector, unknown = (project_in("under_way", alliance) for _ in range(4))
    sectors = ["communautaire", "municipal"]
    told(both, people_reached=5, carriers=2, sectors=sectors)
    told(alone, people_reached=5, carriers=1, sectors=sectors)
    told(one_sector, people_reached=5, carriers=3, sectors=sectors[:1])
    told(unknown, people_reached=5, sectors=sectors)
    assert counted(alliance, "indicator_3_4") == (1, 3)


def test_targets_count_the_completed_that_were_judged(alliance: Alliance) -> None:
    coordination = person("coordination", "laval")
    for met in (True, True, False):
        project = project_in("under_way", alliance)
        fqis.complete_project(
            project, by=coordination, on=date(2026, 2, 2), people_reached=5,
            people_in_poverty=1, note="Fait.", targets_met=met,
        )  # fmt: skip
    told(project_in("under_way", alliance), people_reached=5)
    assert counted(alliance, "indicator_3_2") == (2, 3)


def test_a_share_says_its_two_numbers(alliance: Alliance) -> None:
    project_in("agreed", alliance)
    figures = compute_figures(alliance, period(2025))
    row = next(
        one for one in figure_rows(alliance, figures, "2025-2026") if one.key == "indicator_2_2"
    )
    assert row.text == "1 sur 1, 100\u00a0%"
    assert Figures.from_frozen(figures.frozen()) == figures


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["reported", "zero", "missing", "not_applicable"]),
        st.sampled_from(["reported", "zero", "missing", "not_applicable"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=4,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answers=ANSWERS)
def test_any_answers_give_what_an_independent_count_gives(
    alliance: Alliance, answers: list[tuple[str, str, int, int]]
) -> None:
    before = count_indicators(alliance, period(2025))
    known = ("reported", "zero")
    for people, material, carriers, sectors in answers:
        told(
            project_in("under_way", alliance),
            people_reached=5,
            pools_people_said=people,
            pools_material_said=material,
            carriers=carriers or None,
            sectors=["communautaire", "municipal", "sante"][:sectors],
        )
    pooled = [one for one in answers if one[0] in known or one[1] in known]
    carried = [one for one in answers if one[2]]
    expected = {
        "indicator_2_4": (sum("reported" in one[:2] for one in pooled), len(pooled)),
        "indicator_3_4": (sum(one[2] >= 2 and one[3] >= 2 for one in carried), len(carried)),
    }
    after = count_indicators(alliance, period(2025))
    for key, (part, whole) in expected.items():
        assert after[key] == (before[key][0] + part, before[key][1] + whole)
