"""Sittings: prepared, then closed in one act, within the money left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Document
from fqis import services
from fqis.models import Decision, Project, Sitting, SittingItem
from fqis.selectors.project_money import purse_of, purses_of
from tests.factories import person

from .committees import ready_sitting, referred_project, score_all, seated_committee
from .factories import accepted_project, analysed_project, project_in

pytestmark = pytest.mark.django_db
AMOUNT = Decimal("30000.00")


def test_a_sitting_decides_on_its_whole_list_at_once() -> None:
    people = [person("partner", "laval"), person("direction", "laval")]
    committee = seated_committee(*people)
    yes, no, later = (referred_project(committee, title=one) for one in ("Oui", "Non", "Plus tard"))
    score_all(yes, people[0])
    sitting = ready_sitting(committee, [yes, no, later], people)
    items = {item.project_id: item for item in sitting.items.all()}
    by = people[1]
    services.prepare_item(
        items[yes.pk], by=by, outcome="accepted", amount=AMOUNT, conditions="Un rapport en juin."
    )
    services.prepare_item(items[no.pk], by=by, outcome="refused", reason="Peu de gens.")
    services.prepare_item(items[later.pk], by=by, outcome="deferred", reason="Budget à revoir.")
    assert {one.state for one in Project.objects.all()} == {"analysed"}
    closed = services.close_sitting(sitting, by=by)
    states = dict(Project.objects.values_list("title", "state"))
    assert states == {"Oui": "accepted", "Non": "refused", "Plus tard": "deferred"}
    decision = Decision.objects.get(project=yes)
    assert (decision.sitting, decision.amount, decision.conditions) == (
        closed,
        AMOUNT,
        "Un rapport en juin.",
    )
    minutes = Document.objects.get(kind="proces_verbal_seance").data
    assert [one["outcome"] for one in minutes["items"]] == ["accepted", "refused", "deferred"]
    assert minutes["items"][0]["average"] == "80.0"
    assert minutes["left"] == "970000.00"
    assert Document.objects.filter(kind="lettre_decision").count() == 3


def test_a_closed_sitting_is_frozen() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    sitting = ready_sitting(committee, [referred_project(committee)], [partner])
    item = sitting.items.get()
    services.close_sitting(sitting, by=by)
    with pytest.raises(StaleAct, match="close"):
        services.close_sitting(sitting, by=by)
    with pytest.raises(StaleAct):
        services.prepare_item(item, by=by, outcome="")
    for act in (
        lambda: Sitting.objects.update(place="Ailleurs"),
        lambda: SittingItem.objects.update(conditions="Autre"),
        lambda: sitting.presences.all().delete(),
        lambda: sitting.items.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
            act()


def test_a_sitting_without_what_it_needs_stays_open() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    sitting = services.plan_sitting(committee, by=by, on=clock.today() + timedelta(days=9))
    with pytest.raises(Refusal, match="n’a pas eu lieu"):
        services.close_sitting(sitting, by=by)
    today = services.plan_sitting(committee, by=by, on=clock.today())
    with pytest.raises(Refusal, match="qui est présent"):
        services.close_sitting(today, by=by)
    services.write_presences(today, [partner], by=by)
    with pytest.raises(Refusal, match="liste est vide"):
        services.close_sitting(today, by=by)
    services.list_projects(today, [project], by=by)
    with pytest.raises(Refusal, match=project.number):
        services.close_sitting(today, by=by)
    with pytest.raises(IntegrityError, match="décision pour chaque"), transaction.atomic():
        Sitting.objects.filter(pk=today.pk).update(
            state="closed", closed_at=clock.now(), closed_by=by
        )
    with pytest.raises(Refusal, match="déjà une séance"):
        services.plan_sitting(committee, by=by, on=clock.today())


def test_nobody_present_without_a_conflict_means_no_decision() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    sitting = ready_sitting(committee, [project], [partner])
    services.declare_conflict(project, by=partner, reason="Au conseil.")
    with pytest.raises(Refusal, match="Aucune personne présente"):
        services.close_sitting(sitting, by=by)


def test_a_project_is_on_one_list_and_of_its_committee() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    first = ready_sitting(committee, [project], [partner])
    later = services.plan_sitting(committee, by=by, on=clock.today() + timedelta(days=9))
    with pytest.raises(Refusal, match="ne peut pas aller"):
        services.list_projects(later, [project], by=by)
    stray = analysed_project(committee.alliance)
    with pytest.raises(Refusal, match="ne peut pas aller"):
        services.list_projects(later, [stray], by=by)
    with pytest.raises(IntegrityError, match="n’est pas confié"), transaction.atomic():
        SittingItem.objects.create(sitting=later, project=stray, changed_by=by)
    with pytest.raises(Refusal, match="ne siège pas"):
        services.write_presences(first, [by], by=by)


def test_a_project_given_to_a_committee_is_decided_there_or_says_why() -> None:
    committee, by = seated_committee(), person("direction", "laval")
    project = referred_project(committee)
    words = {"by": by, "outcome": "refused", "on": clock.today(), "reason": "Non."}
    with pytest.raises(Refusal, match="en séance"):
        services.decide_project(project, **words)
    with pytest.raises(IntegrityError, match="se décide en séance"), transaction.atomic():
        Decision.objects.create(
            project=project, outcome="refused", on=clock.today(), reason="Non.", recorded_by=by
        )
    services.decide_project(project, **words, outside_because="Retrait du porteur.")
    assert project.decisions.get().outside_because == "Retrait du porteur."


def test_a_decision_names_only_a_sitting_that_has_the_project() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    sitting = ready_sitting(committee, [referred_project(committee)], [partner])
    other = referred_project(committee)
    with pytest.raises(IntegrityError, match="n’est pas sur la liste"), transaction.atomic():
        Decision.objects.create(
            project=other,
            outcome="refused",
            on=clock.today(),
            reason="x",
            sitting=sitting,
            recorded_by=by,
        )


def test_the_money_left_is_in_view_and_is_not_overrun() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    big = {"amount_requested": Decimal("900000.00")}
    first, second = referred_project(committee, **big), referred_project(committee, **big)
    sitting = services.plan_sitting(committee, by=by, on=clock.today())
    services.write_presences(sitting, [partner], by=by)
    one, two = services.list_projects(sitting, [first, second], by=by)
    services.prepare_item(one, by=by, outcome="accepted", amount=Decimal("900000.00"))
    with pytest.raises(Refusal, match="100\u00a0000,00"):
        services.prepare_item(two, by=by, outcome="accepted", amount=Decimal("100000.01"))
    services.prepare_item(two, by=by, outcome="accepted", amount=Decimal("100000.00"))
    services.close_sitting(sitting, by=by)
    assert purse_of(committee).left == 0
    with pytest.raises(Refusal, match="l’argent qui reste"):
        accepted_project(committee.alliance, amount=Decimal("0.01"))


def test_the_database_holds_the_grants_within_the_money() -> None:
    project = accepted_project(seated_committee().alliance)
    with pytest.raises(IntegrityError, match="l’argent qui reste"), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(amount_granted=Decimal("1000000.01"))
    row = Project.objects.get(pk=project.pk)
    row.pk, row.number, row.amount_granted = None, "X-1", Decimal("999999.00")
    row._state.adding = True
    with pytest.raises(IntegrityError, match="l’argent qui reste"), transaction.atomic():
        row.save()


def test_a_project_given_up_frees_what_it_was_not_paid() -> None:
    alliance = seated_committee().alliance
    project = project_in("agreed", alliance, amount=AMOUNT)
    coordination, day = person("coordination", "laval"), clock.today()
    services.record_payment(project, by=coordination, on=day, amount=Decimal("5000.00"))
    services.abandon_project(project, by=coordination, on=day, note="Fini.")
    assert purses_of(alliance.pk)[""].granted == Decimal("5000.00")


def test_the_letter_of_a_decision_is_prepared_once() -> None:
    committee, by = seated_committee(), person("direction", "laval")
    project = accepted_project(committee.alliance)
    services.write_letter(project, by=by)
    letter = Document.objects.get(kind="lettre_decision")
    assert letter.number.startswith("LD-")
    assert letter.data["amount"] == "30000.00"
    with pytest.raises(Refusal, match="déjà préparée"):
        services.write_letter(project, by=by)
    with pytest.raises(Refusal, match="n’est pas décidé"):
        services.write_letter(analysed_project(committee.alliance), by=by)
