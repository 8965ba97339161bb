"""The schedule each cycle proposes, and what the first tranche of 2017 holds."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from alliances.errors import Refusal
from alliances.models import Alliance, Cycle
from conventions.models import Convention, ScheduleStep, Tranche
from conventions.schedules import preparation_of, proposed_tranches, split
from conventions.services import create_convention
from conventions.terms import TrancheSpec
from tests.factories import AllianceFactory, person

pytestmark = pytest.mark.django_db
OLD, NEW = "2017-2024", "2024-2029"
PROPOSED = {
    OLD: [(2018, "convention_signed", 0), (2019, "plan_approved", 0)],
    NEW: [
        (2024, "convention_signed", 0),
        (2025, "plan_approved", 0),
        (2026, "report_accepted", 2025),
        (2027, "report_accepted", 2026),
        (2028, "report_accepted", 2027),
    ],
}


def draft_2017(first: str, *, alliance: Alliance | None = None) -> Convention:
    """An entente of 500 000 $ whose first tranche is ``first`` dollars."""
    amount = Decimal(500_000)
    return create_convention(
        alliance or AllianceFactory("mauricie", OLD),
        by=person("analyst"),
        amount=amount,
        starts_on=date(2018, 11, 1),
        ends_on=date(2023, 3, 31),
        tranches=[
            TrancheSpec(2018, Decimal(first), "convention_signed"),
            TrancheSpec(2019, amount - Decimal(first), "plan_approved"),
        ],
    )


@pytest.mark.parametrize("cycle", PROPOSED)
def test_a_cycle_proposes_the_milestones_of_its_guide(cycle: str) -> None:
    found = proposed_tranches(AllianceFactory("mauricie", cycle))

    assert [(t.fiscal_year, t.waits_for, t.waits_for_year) for t in found] == PROPOSED[cycle]


def test_only_2017_pays_for_the_plan_in_the_first_tranche() -> None:
    found = {cycle.slug: preparation_of(cycle) for cycle in Cycle.objects.all()}

    assert found[OLD] == Decimal(70_000)
    assert found[NEW] == 0


def test_the_schedule_is_reference_data_loaded_as_often_as_one_likes() -> None:
    before = list(ScheduleStep.objects.values_list("cycle__slug", "rank", "waits_for", "source"))

    call_command("load_reference", verbosity=0)

    after = list(ScheduleStep.objects.values_list("cycle__slug", "rank", "waits_for", "source"))
    assert after == before
    assert [row[:3] for row in after if row[0] == OLD] == [
        (OLD, 1, "convention_signed"),
        (OLD, 2, "plan_approved"),
    ]


@pytest.mark.parametrize(
    "step", [{"rank": 1, "waits_for": "report_accepted"}, {"rank": 9, "waits_for": "plan_approved"}]
)
def test_the_database_keeps_one_step_for_each_rank_and_milestone(step: dict[str, object]) -> None:
    cycle = Cycle.objects.get(slug=OLD)
    with pytest.raises(IntegrityError, match="schedule_"), transaction.atomic():
        ScheduleStep.objects.create(cycle=cycle, source="x", **step)


@pytest.mark.parametrize(
    ("amount", "count", "preparation", "parts"),
    [
        ("1000.00", 3, "0", ["333.33", "333.33", "333.34"]),
        ("500000.00", 2, "70000", ["250000.00", "250000.00"]),
        ("100000.00", 2, "70000", ["70000.00", "30000.00"]),
        ("70000.01", 2, "70000", ["70000.00", "0.01"]),
        ("70000.00", 2, "70000", None),
        ("69999.99", 1, "70000", None),
        ("0.01", 2, "0", None),
        ("1000.00", 0, "0", None),
    ],
)
def test_a_split_is_exact_and_keeps_the_preparation_of_the_plan(
    amount: str, count: int, preparation: str, parts: list[str] | None
) -> None:
    found = split(Decimal(amount), count, preparation=Decimal(preparation))

    assert found == ([Decimal(part) for part in parts] if parts else None)


def test_the_first_tranche_of_2017_holds_the_preparation_of_the_plan() -> None:
    assert draft_2017("70000.00").tranches.get(rank=1).amount == Decimal(70_000)


def test_a_first_tranche_under_the_preparation_is_refused() -> None:
    with pytest.raises(Refusal, match="préparer le plan"):
        draft_2017("69999.99")


def test_the_database_refuses_it_past_the_service() -> None:
    convention = draft_2017("70000.00")
    with pytest.raises(IntegrityError, match="préparation du plan"), transaction.atomic():
        Tranche.objects.filter(convention=convention, rank=1).update(amount=Decimal(69_999))
        connection.check_constraints()


# --- The form


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(person("analyst"))
    return client


def page_of(cycle: str) -> str:
    AllianceFactory("mauricie", cycle)
    return f"/alliances/mauricie/{cycle}/convention/nouvelle/"


def posted(cycle: str, *, amount: str, amounts: list[str] | None = None) -> dict[str, str]:
    rows = PROPOSED[cycle]
    data = {
        "amount": amount,
        "starts_on": "2018-11-01" if cycle == OLD else "2024-11-01",
        "ends_on": "2023-03-31" if cycle == OLD else "2029-03-31",
        "tranche-TOTAL_FORMS": str(len(rows)),
        "tranche-INITIAL_FORMS": "0",
    }
    for index, (year, kind, about) in enumerate(rows):
        data[f"tranche-{index}-fiscal_year"] = str(year)
        data[f"tranche-{index}-waits_for"] = f"{kind}:{about}" if about else kind
        data[f"tranche-{index}-amount"] = amounts[index] if amounts else ""
    return data


@pytest.mark.parametrize("cycle", PROPOSED)
def test_the_form_opens_on_the_schedule_of_its_cycle(analyst: Client, cycle: str) -> None:
    page = analyst.get(page_of(cycle))

    rows = [
        (form["fiscal_year"].value(), form["waits_for"].value())
        for form in page.context["tranches"].forms
    ]
    assert rows == [
        (year, f"{kind}:{about}" if about else kind) for year, kind, about in PROPOSED[cycle]
    ]
    assert ("70 000 $ pour préparer le plan" in page.text.replace("\u00a0", " ")) is (cycle == OLD)
    assert "Le guide propose cet échéancier" in page.text


@pytest.mark.parametrize(
    ("cycle", "parts"),
    [(OLD, ["70000.00", "50000.00"]), (NEW, ["24000.00"] * 5)],
)
def test_the_analyst_shares_the_amount_then_changes_it(
    analyst: Client, cycle: str, parts: list[str]
) -> None:
    path = page_of(cycle)

    page = analyst.post(path, posted(cycle, amount="120 000,00") | {"split": "1"})

    assert page.status_code == 200
    assert [form["amount"].value() for form in page.context["tranches"].forms] == [
        Decimal(part) for part in parts
    ]
    assert page.context["form"]["amount"].value() == "120 000,00"
    assert not Convention.objects.exists()

    mine = (
        ["80000.00", "40000.00"] if cycle == OLD else ["20000", "40000", "20000", "20000", "20000"]
    )
    analyst.post(path, posted(cycle, amount="120 000,00", amounts=mine))

    written = Convention.objects.get().tranches.values_list("amount", flat=True)
    assert list(written) == [Decimal(part) for part in mine]


@pytest.mark.parametrize("amount", ["", "cent", "70 000,00", "-5", "0"])
def test_what_cannot_be_shared_says_so_and_keeps_the_rows(analyst: Client, amount: str) -> None:
    page = analyst.post(page_of(OLD), posted(OLD, amount=amount) | {"split": "1"})

    assert page.status_code == 422
    assert page.context["form"].errors["amount"]
    assert [form["fiscal_year"].value() for form in page.context["tranches"].forms] == [
        "2018",
        "2019",
    ]


def test_who_does_not_prepare_conventions_shares_nothing(client: Client) -> None:
    path = page_of(OLD)
    client.force_login(person("coordination", "mauricie"))
    assert client.post(path, posted(OLD, amount="1") | {"split": "1"}).status_code == 403
    client.force_login(person("coordination", "laval"))
    assert client.post(path, posted(OLD, amount="1") | {"split": "1"}).status_code == 404
