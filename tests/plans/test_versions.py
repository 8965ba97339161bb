from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import (
    Document,
    JournalEntry,
    Milestone,
    MilestoneKind,
    Notification,
)
from alliances.services.milestones import record_milestone
from plans import selectors
from plans.models import Plan, PlanVersion, Priority, SectionText
from plans.services import (
    add_objective,
    add_priority,
    approve_version,
    open_version,
    return_version,
    submit_version,
    validate_version,
)
from tests.factories import AllianceFactory, UserFactory, person

from .factories import (
    answer_corrections,
    approved_plan,
    draft_version,
    review_all,
    validate,
    version_in,
    written_version,
)

pytestmark = pytest.mark.django_db
MONTREAL = ZoneInfo("America/Montreal")


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=MONTREAL)


# --- The plan starts with the convention


def test_a_signed_convention_gives_the_alliance_its_plan_and_its_deadline() -> None:
    alliance = AllianceFactory("mauricie")
    analyst = UserFactory()

    record_milestone(alliance, MilestoneKind.CONVENTION_SIGNED, by=analyst, on=date(2024, 12, 10))

    plan = Plan.objects.get(alliance=alliance)
    assert plan.due_on == date(2025, 3, 10)
    version = plan.versions.get()
    assert (version.number, version.state) == (1, "draft")


def test_the_deadline_is_never_after_the_last_day_of_the_cycle() -> None:
    alliance = AllianceFactory("laval")

    record_milestone(
        alliance, MilestoneKind.CONVENTION_SIGNED, by=UserFactory(), on=date(2025, 2, 20)
    )

    assert Plan.objects.get(alliance=alliance).due_on == date(2025, 3, 31)


def test_another_milestone_gives_no_plan() -> None:
    alliance = AllianceFactory("laval")

    record_milestone(
        alliance, MilestoneKind.REPORT_ACCEPTED, by=UserFactory(), on=date(2025, 7, 1),
        fiscal_year=2024,
    )  # fmt: skip

    assert not Plan.objects.filter(alliance=alliance).exists()


# --- Opening


def test_a_new_version_takes_over_everything_with_its_lineage() -> None:
    first = approved_plan("mauricie")

    second = open_version(first.plan, by=UserFactory(), reason="Nouvelle priorité")

    assert second.number == 2
    for model in (Priority, SectionText):
        assert (
            model.objects.filter(version=second).count()
            == model.objects.filter(version=first).count()
            > 0
        )
    old = selectors.sheet_of(first).priorities
    new = selectors.sheet_of(second).priorities
    assert [p.lineage for p in old] == [p.lineage for p in new]
    assert {p.pk for p in old}.isdisjoint({p.pk for p in new})
    action = new[0].objectives.all()[0].actions.all()[0]
    assert action.lineage == old[0].objectives.all()[0].actions.all()[0].lineage
    assert action.indicators.all()[0].target == 60


def test_open_refuses_a_modification_without_a_reason() -> None:
    version = approved_plan("mauricie")

    with pytest.raises(Refusal, match="Dites pourquoi"):
        open_version(version.plan, by=UserFactory(), reason="  ")


def test_open_refuses_a_second_open_version_and_says_who_opened_it() -> None:
    with clock.at(at(2026, 12, 3, 10, 24)):
        version = draft_version("mauricie", by=UserFactory(full_name="Maude Gélinas"))

    with pytest.raises(StaleAct, match=r"Maude Gélinas .* version 1 le 3\sdécembre\s2026 à 10"):
        open_version(version.plan, by=UserFactory())


def test_the_database_refuses_a_second_open_version() -> None:
    version = draft_version("mauricie")

    with pytest.raises(IntegrityError, match="plan_version_one_open"), transaction.atomic():
        PlanVersion.objects.create(plan=version.plan, number=2, created_by=UserFactory())


# --- Transmitting


def test_submit_tells_the_analysts_and_writes_the_journal() -> None:
    version = written_version("mauricie")
    direction, analyst = person("direction", "mauricie"), person("analyst")

    version = submit_version(version, by=direction)

    assert (version.state, version.submitted_by) == ("submitted", direction)
    assert Notification.objects.get(recipient=analyst).subject.endswith("à valider")
    entry = JournalEntry.objects.get(verb="submit_plan")
    assert (entry.actor, entry.summary) == (direction, "a transmis la version 1 du PARC")


def test_submit_refuses_an_incomplete_plan_with_links_to_what_is_missing() -> None:
    version = draft_version("mauricie")
    priority = add_priority(version, by=UserFactory(), title="Sécurité alimentaire")
    add_objective(priority, by=UserFactory(), title="Un point d’accès à 30 minutes")

    with pytest.raises(Refusal) as refusal:
        submit_version(version, by=UserFactory())

    labels = [missing.label for missing in refusal.value.missing]
    assert len(labels) == 13
    assert "zones de dévitalisation (2c)" in labels
    assert "priorités (3)" not in labels
    assert refusal.value.missing[0].url.endswith("/plan/1/1a/")
    version.refresh_from_db()
    assert version.state == "draft"


def test_the_second_person_to_submit_is_told_who_did_it_and_when() -> None:
    version = written_version("mauricie")
    with clock.at(at(2026, 12, 3, 10, 24)):
        submit_version(version, by=UserFactory(full_name="Hélène Tremblay"))

    with pytest.raises(StaleAct) as refusal:
        submit_version(version, by=UserFactory())

    assert str(refusal.value) == (
        "Hélène Tremblay l’a déjà transmise le 3\xa0décembre\xa02026 à 10\xa0h\xa024."
    )


# --- Returning and validating


def test_return_needs_a_reason_and_sends_it_to_the_table() -> None:
    version = version_in("submitted")
    coordination = person("coordination", "mauricie")

    with pytest.raises(Refusal, match="motif"):
        return_version(version, by=UserFactory(), reason=" ")
    version = return_version(version, by=UserFactory(), reason="Précisez la cible 1.1.2.")

    assert version.state == "returned"
    assert version.is_writable
    assert "Précisez la cible" in Notification.objects.get(recipient=coordination).body


def test_a_returned_version_can_be_corrected_and_transmitted_again() -> None:
    version = version_in("returned")

    add_objective(Priority.objects.filter(version=version)[0], by=UserFactory(), title="Autre")

    with pytest.raises(Refusal):  # the new objective has no action yet
        submit_version(version, by=UserFactory())


def test_validate_refuses_when_the_table_transmitted_another_text_since() -> None:
    with clock.at(at(2026, 12, 1, 9, 0)):
        read = version_in("submitted")
        return_version(read, by=UserFactory(), reason="Une cible manque.")
    with clock.at(at(2026, 12, 2, 9, 0)):
        answer_corrections(read, by=person("coordination", "mauricie"))
        submit_version(read, by=UserFactory())

    with pytest.raises(StaleAct, match="un autre texte"):
        validate_version(read, by=UserFactory(), submitted_at=read.submitted_at)


# --- Approving


def test_approve_freezes_the_plan_and_records_the_milestone_and_the_letter() -> None:
    version = version_in("validated")
    delegate = person("delegate", full_name="Anne Roy")

    version = approve_version(version, by=delegate)

    milestone = Milestone.objects.get(kind=MilestoneKind.PLAN_APPROVED)
    assert (milestone.sequence, milestone.on) == (1, clock.today())
    letter = Document.objects.get(kind="plan_approval")
    assert milestone.evidence == letter == version.document
    assert letter.data["approved_by"]["name"] == "Anne Roy"
    assert letter.data["priorities"] == ["Priorité numéro 1", "Priorité numéro 2"]
    assert selectors.version_in_force(version.plan.alliance) == version


def test_approve_refuses_the_person_who_validated() -> None:
    version = version_in("submitted")
    both = UserFactory()
    validate(version, by=both)

    with pytest.raises(Refusal, match="une autre personne"):
        approve_version(version, by=both)


def test_the_database_refuses_the_person_who_validated() -> None:
    version = version_in("validated")

    with (
        pytest.raises(IntegrityError, match="plan_version_two_people"),
        transaction.atomic(),
    ):
        PlanVersion.objects.filter(pk=version.pk).update(
            state="approved",
            approved_at=clock.now(),
            approved_by=version.validated_by,
            in_force_from=clock.today(),
        )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(date(2026, 12, 20), "futur"), (date(2026, 11, 1), "ne peut pas la précéder")],
)
def test_approve_refuses_a_day_out_of_order(day: date, sentence: str) -> None:
    with clock.at(at(2026, 12, 3, 10, 0)):
        version = version_in("validated")

        with pytest.raises(Refusal, match=sentence) as refusal:
            approve_version(version, by=UserFactory(), on=day)

    assert refusal.value.field == "on"


def test_the_second_version_replaces_the_first_and_any_day_has_its_answer() -> None:
    with clock.at(at(2026, 1, 15, 9, 0)):
        first = version_in("approved")
        alliance = first.plan.alliance
    with clock.at(at(2026, 6, 1, 9, 0)):
        second = open_version(first.plan, by=UserFactory(), reason="Itinérance")
        add_priority_of_its_own(second)
        submit_version(second, by=UserFactory())
        validate(second)
        second = approve_version(second, by=UserFactory())

    first.refresh_from_db()
    assert (first.state, first.in_force_until) == ("superseded", date(2026, 6, 1))
    assert selectors.version_in_force(alliance, date(2026, 1, 14)) is None
    assert selectors.version_in_force(alliance, date(2026, 5, 31)) == first
    assert selectors.version_in_force(alliance, date(2026, 6, 1)) == second
    assert selectors.priorities_in_force(alliance, date(2026, 5, 31)).count() == 2
    assert list(
        Milestone.objects.filter(kind="plan_approved").values_list("sequence", flat=True)
    ) == [1, 2]


def add_priority_of_its_own(version: PlanVersion) -> None:
    Priority.objects.filter(version=version).update(title="Répondre à l’itinérance")


# --- Every act from every state

ACTS = {
    "submit": lambda version: submit_version(version, by=UserFactory()),
    "return": lambda version: return_version(version, by=UserFactory(), reason="À préciser."),
    "validate": lambda version: validate_version(version, by=UserFactory(), note="Entente."),
    "approve": lambda version: approve_version(version, by=UserFactory()),
}
ALLOWED = {
    ("submit", "draft"), ("submit", "returned"), ("return", "submitted"), ("return", "validated"),
    ("validate", "submitted"), ("approve", "validated"),
}  # fmt: skip
STATES = ["draft", "submitted", "returned", "validated", "approved", "superseded"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_possible_from_its_states_only(act: str, state: str) -> None:
    version = version_in(state, priorities=1)

    if (act, state) == ("validate", "submitted"):
        review_all(version, by=UserFactory())
    if (act, state) == ("submit", "returned"):
        answer_corrections(version, by=person("coordination", "mauricie"))
    if (act, state) in ALLOWED:
        assert ACTS[act](version).state != state
    else:
        with pytest.raises(StaleAct):
            ACTS[act](version)
        version.refresh_from_db()
        assert version.state == state


# --- What the database holds


def test_an_approved_version_never_goes_back() -> None:
    version = version_in("approved")

    for change in ({"state": "draft"}, {"number": 7}, {"reason": "Autre"}, {"document": None}):
        with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(**change)


def test_a_transmitted_version_is_never_deleted() -> None:
    version = version_in("submitted")

    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_a_return_without_reason_is_refused_by_the_database() -> None:
    version = version_in("submitted")

    with (
        pytest.raises(IntegrityError, match="plan_version_return_has_reason"),
        transaction.atomic(),
    ):
        PlanVersion.objects.filter(pk=version.pk).update(
            state="returned", returned_at=clock.now(), returned_by=UserFactory()
        )


def test_the_deadline_passed_shows_until_the_plan_is_transmitted() -> None:
    version = written_version("mauricie")
    Plan.objects.filter(pk=version.plan_id).update(due_on=clock.today() - timedelta(days=3))
    alliance = version.plan.alliance

    late = selectors.plan_states([alliance])[alliance.pk]
    submit_version(version, by=UserFactory())
    after = selectors.plan_states([alliance])[alliance.pk]

    assert (late.is_late, late.days_late, late.state) == (True, 3, "draft")
    assert (after.is_late, after.state) == (False, "submitted")
