"""The admissibility of a request: each norm answered, with its reason, before any analysis."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle, JournalEntry, Organisation
from fqis import services
from fqis.models import EligibilityCheck, Project
from fqis.selectors.checks import check_lines, findings_of
from tests.factories import OrganisationFactory, person

from .factories import analysed_project, planned_alliance, received_project

pytestmark = pytest.mark.django_db
Kind = EligibilityCheck.Kind
WHY = "Lu avec le porteur."


def answers(project: Project) -> dict[str, bool | None]:
    return {one.kind: one.answer for one in findings_of(project)}


def test_the_portal_finds_what_it_can_and_leaves_the_rest_to_a_person() -> None:
    found = answers(received_project())
    assert found == {
        Kind.BODY: True,
        Kind.NATURE: None,
        Kind.EXCLUDED: None,
        Kind.DURATION: True,
        Kind.PRIORITY: True,
        Kind.CUMULATION: None,
    }


def test_each_finding_says_its_source() -> None:
    lines = check_lines(received_project())
    assert all("20" in line.finding.source or "FQIS" in line.finding.source for line in lines)
    said = {line.finding.kind: line.finding.said for line in lines}
    assert "Porteur" in said[Kind.BODY]
    assert "à confirmer" in said[Kind.CUMULATION]


@pytest.mark.parametrize(
    ("limit", "expected"), [("40.00", False), ("60.00", None), ("100.00", True), (None, None)]
)
def test_the_cumulated_public_money_is_compared_with_the_cycle_s_limit(
    limit: str | None, expected: bool | None
) -> None:
    sources = [services.Source("Ville", Decimal("40000.00"))]
    project = received_project(sources=sources)
    Cycle.objects.filter(pk=project.alliance.cycle_id).update(public_funding_limit=limit)
    project.alliance.cycle.refresh_from_db()
    finding = findings_of(project)[-1]
    assert finding.answer is expected
    assert "50" in finding.said


def test_a_class_that_is_not_eligible_and_a_lost_priority_are_found() -> None:
    alliance = planned_alliance()
    shop = OrganisationFactory(
        territory=alliance.territory, name="Boutique", legal_class=Organisation.LegalClass.OTHER
    )
    project = received_project(alliance)
    Project.objects.filter(pk=project.pk).update(organisation=shop, priority_lineage=None)
    project = Project.objects.select_related("organisation", "alliance__cycle").get(pk=project.pk)
    found = answers(project)
    assert (found[Kind.BODY], found[Kind.PRIORITY]) == (False, False)


def test_an_answer_keeps_its_author_its_day_and_its_reason() -> None:
    project, by = received_project(), person("coordination", "laval")
    check = services.answer_check(project, by=by, kind=Kind.NATURE, is_met=True, reason=" Aide. ")
    assert (check.reason, check.checked_by, check.checked_at) == ("Aide.", by, clock.now())
    confirmed = services.answer_check(project, by=by, kind=Kind.DURATION, is_met=True)
    assert confirmed.reason.startswith("Du ")
    assert JournalEntry.objects.filter(verb="answer_check", target_id=project.pk).count() == 2


@pytest.mark.parametrize(
    ("kind", "is_met", "sentence"),
    [
        (Kind.NATURE, True, "Écrivez le motif"),
        (Kind.BODY, False, "Le portail trouve l’inverse"),
        (Kind.BODY, None, "oui ou non"),
        ("autre", True, "n’existe pas"),
    ],
)
def test_an_answer_without_what_it_needs_is_refused(
    kind: str, is_met: bool | None, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        services.answer_check(
            received_project(), by=person("coordination", "laval"), kind=kind, is_met=is_met
        )


def test_whoever_answers_otherwise_than_the_portal_says_why() -> None:
    project = received_project()
    check = services.answer_check(
        project,
        by=person("coordination", "laval"),
        kind=Kind.BODY,
        is_met=False,
        reason="Radiée du REQ hier.",
    )
    assert check.differs


def test_the_second_to_answer_is_told_who_did() -> None:
    project = received_project()
    first = person("coordination", "laval", full_name="Anne Roy")
    services.answer_check(project, by=first, kind=Kind.NATURE, is_met=True, reason="Aide.", seen="")
    with pytest.raises(StaleAct, match="Anne Roy"):
        services.answer_check(
            project,
            by=person("direction", "laval"),
            kind=Kind.NATURE,
            is_met=False,
            reason="Non.",
            seen="",
        )


def test_a_partner_answers_nothing() -> None:
    with pytest.raises(PermissionDenied):
        services.answer_check(
            received_project(),
            by=person("partner", "laval"),
            kind=Kind.NATURE,
            is_met=True,
            reason="x",
        )


def test_a_project_is_analysed_when_every_norm_is_met() -> None:
    project, by = received_project(), person("coordination", "laval")
    with pytest.raises(Refusal, match="Nature de l’initiative"):
        services.analyse_project(project, by=by)
    analysed = services.analyse_project(project, by=by, because=WHY)
    assert analysed.state == "analysed"
    assert analysed.checks.count() == 6
    assert set(analysed.checks.filter(computed=None).values_list("reason", flat=True)) == {WHY}


def test_a_norm_that_is_not_met_stops_the_analysis_and_gives_its_reason() -> None:
    project, by = received_project(), person("coordination", "laval")
    services.answer_check(
        project, by=by, kind=Kind.EXCLUDED, is_met=False, reason="Achat d’un immeuble."
    )
    with pytest.raises(Refusal, match="Aucune dépense exclue"):
        services.analyse_project(project, by=by, because=WHY)
    rejected = services.reject_project(project, by=by, reason="Revenez sans l’immeuble.")
    decision = rejected.decisions.get()
    assert rejected.state == "inadmissible"
    assert "Achat d’un immeuble." in decision.reason
    assert "Revenez sans l’immeuble." in decision.reason


def test_nothing_is_turned_down_without_a_broken_norm() -> None:
    with pytest.raises(Refusal, match="Aucun contrôle"):
        services.reject_project(received_project(), by=person("coordination", "laval"))


def test_no_decision_comes_before_the_checks() -> None:
    with pytest.raises(Refusal, match="contrôles d’admissibilité"):
        services.decide_project(
            received_project(),
            by=person("direction", "laval"),
            outcome="accepted",
            on=clock.today(),
            amount=Decimal(10),
        )


def test_a_changed_request_is_checked_again() -> None:
    project, by = received_project(), person("coordination", "laval")
    services.answer_check(project, by=by, kind=Kind.NATURE, is_met=True, reason="Aide.")
    services.update_project(
        project,
        by=by,
        title="Autre",
        organisation=project.organisation,
        amount_requested=Decimal(9),
        starts_on=project.starts_on,
        ends_on=project.ends_on + timedelta(days=1),
        priority=project.priority,
    )
    assert not project.checks.exists()


@pytest.mark.parametrize("state", ["analysed", "accepted", "refused", "deferred"])
def test_the_database_holds_the_checks_before_the_analysis(state: str) -> None:
    project = received_project()
    with pytest.raises(IntegrityError, match="contrôles"), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(state=state)


def test_the_database_keeps_the_checks_of_an_analysed_request() -> None:
    project = analysed_project()
    for act in (
        lambda: project.checks.update(is_met=False),
        lambda: project.checks.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="ne changent plus"), transaction.atomic():
            act()


def test_the_database_wants_a_reason_for_each_answer() -> None:
    project = received_project()
    with pytest.raises(IntegrityError, match="eligibility_check_has_reason"), transaction.atomic():
        EligibilityCheck.objects.create(
            project=project,
            kind=Kind.BODY,
            is_met=True,
            checked_by=person("coordination", "laval"),
        )


def test_the_limit_of_a_cycle_is_set_by_who_prepares_its_money() -> None:
    project = received_project()
    cycle = services.set_public_funding_limit(
        project.alliance.cycle, by=person("budget"), percent=Decimal("50.00")
    )
    assert cycle.public_funding_limit == 50
    with pytest.raises(Refusal, match="de plus de 0 à 100"):
        services.set_public_funding_limit(cycle, by=person("budget"), percent=Decimal(0))
    with pytest.raises(PermissionDenied):
        services.set_public_funding_limit(cycle, by=person("analyst"), percent=None)
    with pytest.raises(IntegrityError, match="public_funding_percent"), transaction.atomic():
        Cycle.objects.filter(pk=cycle.pk).update(public_funding_limit=101)
