"""Changes of a signed project, before and after; a structuring project that goes on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry
from fqis import services
from fqis.models import Project, ProjectChange, ProjectContinuation, ProjectInstalment
from tests.factories import person

from .factories import accepted_project, project_in
from .follow_up import coordination, signed, signed_file
from .pages import text
from .test_rules import broken

pytestmark = pytest.mark.django_db

BUDGET = [
    services.Line("salaries", Decimal("30000.00"), Decimal("30000.00")),
    services.Line("supplies", Decimal("10000.00"), Decimal("10000.00")),
]


def propose(project: Project, **changes: Any) -> ProjectChange:
    return services.propose_change(
        project, **{"by": coordination(), "reason": "Un retard.", **changes}
    )


def agree(change: ProjectChange, **changes: Any) -> ProjectChange:
    values = {"by": coordination(), "on": clock.today(), "carrier_name": "Lise Roy"} | changes
    return services.agree_change(change, **values)


def test_a_later_end_is_agreed_and_both_stay_readable() -> None:
    project = signed()
    end = project.ends_on + timedelta(days=90)
    change = propose(project, ends_on=end, activities="Trois ateliers de plus.")
    assert Project.objects.get(pk=project.pk).ends_on == project.ends_on
    agree(change, file=signed_file())
    after = Project.objects.get(pk=project.pk)
    assert (after.ends_on, after.description) == (end, "Trois ateliers de plus.")
    change.refresh_from_db()
    assert (change.ends_on_before, change.ends_on_after) == (project.ends_on, end)
    line = JournalEntry.objects.get(verb="agree_project_change")
    assert set(line.data["changed"]) == {"ends_on", "activities"}


def test_a_lower_grant_comes_off_the_last_instalments() -> None:
    project = signed()
    services.record_payment(
        project, by=coordination(), on=clock.today(), amount=Decimal("10000.00")
    )
    with pytest.raises(Refusal) as below:
        propose(project, amount=Decimal("9999.99"))
    assert below.value.field == "amount"
    agree(propose(project, amount=Decimal("15000.00")))
    parts = ProjectInstalment.objects.filter(agreement__project=project).order_by("rank")
    assert [part.amount for part in parts] == [10000, 5000, 0]
    assert Project.objects.get(pk=project.pk).amount_granted == Decimal("15000.00")


def test_the_budget_moves_from_line_to_line() -> None:
    project = signed(accepted_project(budget=BUDGET))
    salaries, supplies = project.budget.all()
    with pytest.raises(Refusal, match="doivent faire"):
        propose(project, budget={salaries.pk: Decimal("1.00")})
    change = propose(
        project, budget={salaries.pk: Decimal("18000.00"), supplies.pk: Decimal("12000.00")}
    )
    agree(change)
    assert [line.asked for line in project.budget.all()] == [18000, 12000]
    assert [row["before"] for row in change.budget_rows] == ["30000.00", "10000.00"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({}, ""),
        ({"ends_on": clock.today() + timedelta(days=5 * 366)}, "ends_on"),
        ({"amount": Decimal("30000.01")}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"budget": {0: Decimal(1)}}, "budget"),
    ],
)
def test_propose_refuses(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        propose(signed(), **changes)
    assert (refusal.value.field or "") == field


def test_an_end_before_an_expense_is_refused() -> None:
    project = signed()
    services.record_expense(
        project, by=coordination(), on=clock.today(), what="Café", amount=Decimal(5)
    )
    with pytest.raises(Refusal, match="suit cette fin"):
        propose(
            project,
            starts_on=clock.today() - timedelta(days=5),
            ends_on=clock.today() - timedelta(days=1),
        )


def test_one_change_at_a_time_decided_once() -> None:
    project = signed()
    change = propose(project, ends_on=project.ends_on + timedelta(days=1))
    with pytest.raises(StaleAct, match="l’a déjà proposée"):
        propose(project, ends_on=project.ends_on + timedelta(days=2))
    with pytest.raises(Refusal) as nobody:
        agree(change, carrier_name=" ")
    assert nobody.value.field == "carrier_name"
    services.decline_change(change, by=coordination(), reason="Le porteur renonce.")
    for act in (agree, lambda one: services.decline_change(one, by=coordination(), reason="x")):
        with pytest.raises(StaleAct, match="l’a déjà écartée"):
            act(change)
    with pytest.raises(StaleAct):
        propose(project_in("accepted", project.alliance), ends_on=project.ends_on)


def test_the_database_changes_a_signed_project_by_agreement_only() -> None:
    project = signed()
    row = Project.objects.filter(pk=project.pk)
    for values in (
        {"ends_on": project.ends_on + timedelta(days=1)},
        {"amount_granted": Decimal("29000.00")},
        {"starts_on": project.starts_on - timedelta(days=1)},
    ):
        broken("project_changed_by_agreement", lambda values=values: row.update(**values))
    change = propose(project, ends_on=project.ends_on + timedelta(days=1))
    held = ProjectChange.objects.filter(pk=change.pk)
    broken("project_change_frozen", lambda: held.update(reason="Autre."))
    broken("project_change_decided_is_whole", lambda: held.update(state="agreed"))
    broken("Cannot delete", lambda: change.delete())


# --- Going on


def go_on(project: Project, **changes: Any) -> Project:
    values = {
        "by": coordination(),
        "agreed_by_whom": "La Table, la CDC et les trois MRC.",
        "agreed_on": clock.today(),
        "evidence": signed_file(),
        "title": "La suite",
        "amount_requested": Decimal("8000.00"),
        "starts_on": project.ends_on + timedelta(days=1),
        "ends_on": project.ends_on + timedelta(days=300),
    } | changes
    return services.continue_project(project, **values)


def test_a_structuring_project_goes_on_with_its_consensus() -> None:
    project = project_in("under_way", is_structuring=True)
    new = go_on(project)
    told = ProjectContinuation.objects.get(project=new)
    assert (told.former, new.state, new.is_structuring) == (project, "received", True)
    assert told.evidence.kind == "consensus_projet"
    broken("Cannot update", lambda: ProjectContinuation.objects.update(agreed_by_whom="x"))


def test_going_on_is_refused_without_consensus_or_structure() -> None:
    plain = project_in("under_way")
    with pytest.raises(Refusal, match="structurant"):
        go_on(plain)
    project = project_in("under_way", plain.alliance, is_structuring=True)
    with pytest.raises(Refusal) as refusal:
        go_on(project, agreed_by_whom=" ")
    assert refusal.value.field == "agreed_by_whom"
    assert not Project.objects.filter(title="La suite").exists()
    broken(
        "continuation_of_structuring",
        lambda: ProjectContinuation.objects.create(
            project=project,
            former=plain,
            agreed_by_whom="x",
            agreed_on=clock.today(),
            evidence=go_on(project).continuation.evidence,
            recorded_by=person("budget"),
        ),
    )


def test_both_projects_lead_to_each_other(page: Any) -> None:
    project = project_in("under_way", is_structuring=True)
    new = go_on(project)
    reader = person("partner", "laval")
    former = text(page(reader, project.get_absolute_url()))
    assert f"Se poursuit par le projet {new.number}" in former
    shown = text(page(reader, new.get_absolute_url()))
    assert f"Poursuit le projet {project.number}" in shown
    assert "La Table, la CDC et les trois MRC." in shown


# --- The pages


def test_the_page_prepares_signs_pays_and_changes(page: Any) -> None:
    project = accepted_project()
    alliance, by = project.alliance, coordination()
    data = {
        "starts_on": project.starts_on.isoformat(),
        "ends_on": project.ends_on.isoformat(),
        "parts-TOTAL_FORMS": "2",
        "parts-INITIAL_FORMS": "0",
        "parts-0-amount": "10 000,00",
        "parts-0-condition": "signature",
        "parts-1-amount": "20 000,00",
        "parts-1-condition": "report",
    }
    address = alliance.url("project_agreement", project.number)
    wrong = page(by, address, data | {"parts-1-amount": "19 999,00"})
    assert wrong.status_code == 422
    assert "doivent faire" in text(wrong)
    assert "Convention préparée" in text(page(by, address, data))

    def act(slug: str, **typed: Any) -> Any:
        return page(by, alliance.url("project_act", project.number, slug), typed)

    assert act("signer", on="2026-12-03").status_code == 422
    names = {"carrier_signatory": "Lise Roy", "table_signatory": "Marc Dion"}
    days = {"on": "2026-12-03", "carrier_signed_on": "2026-12-02"}
    assert "Convention du projet signée" in text(act("signer", **names, **days, file=signed_file()))
    first, report = project.agreements.get().instalments.all()
    paid = act("payer", instalment=str(first.pk), amount="10 000,00", on="2026-12-03")
    assert "Paiement consigné" in text(paid)
    waits = act("payer", instalment=str(report.pk), amount="1,00", on="2026-12-03")
    assert waits.status_code == 422
    assert "attend sa condition" in text(waits)
    assert "Condition remplie" in text(
        act("condition", instalment=str(report.pk), on="2026-12-03", note="Rapport.")
    )
    later = (project.ends_on + timedelta(days=30)).isoformat()
    proposed = page(
        by,
        alliance.url("project_change", project.number),
        {
            "reason": "Un retard.",
            "starts_on": project.starts_on.isoformat(),
            "ends_on": later,
            "amount": "30 000,00",
            "activities": "",
        },
    )
    assert "Modification proposée" in text(proposed)
    agreed = act("convenir", on="2026-12-03", carrier_name="Lise Roy")
    assert "Modification convenue" in text(agreed)
    shown = text(page(by, alliance.url("project_money", project.number)))
    assert "Convention signée" in shown and "Convenue" in shown


def test_others_read_the_money_and_change_nothing(page: Any) -> None:
    project = signed()
    alliance = project.alliance
    for role in ("partner", "advisor"):
        someone = person(role, "laval")
        assert page(someone, alliance.url("project_money", project.number)).status_code == 200
        for slug in ("payer", "condition", "depenser", "convenir"):
            address = alliance.url("project_act", project.number, slug)
            assert page(someone, address, {"amount": "1"}).status_code == 403
    elsewhere = person("coordination", "mauricie")
    for route in ("project_money", "project_follow_results", "project_documents"):
        assert page(elsewhere, alliance.url(route, project.number)).status_code == 404
