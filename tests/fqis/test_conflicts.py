"""A conflict of interest: its person sees and scores nothing of the project, whatever they ask."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as
from alliances.models import Comment, Document, JournalEntry, Notification, User
from alliances.services import comments, notifications
from alliances.services.documents import create_document
from fqis import services
from fqis.models import ConflictOfInterest, EligibilityCheck, Project, Score
from fqis.selectors import project_figures
from fqis.selectors.committees import dossiers_of, to_score
from fqis.selectors.project_money import every_project, hidden_count, purses_of
from fqis.selectors.projects import register_of, register_totals
from tests.factories import person

from .committees import ready_sitting, referred_project, score_all, seated_committee
from .factories import accepted_project, planned_alliance, received_project

pytestmark = pytest.mark.django_db
Identity = Callable[[User | None], None]
WHY = "Je siège au conseil de l’organisme."


def test_whoever_withdraws_sees_the_project_nowhere(identity: Identity) -> None:
    partner = person("partner", "laval", full_name="Luc Roy")
    committee = seated_committee(partner)
    project = referred_project(committee, title="Caché")
    other = referred_project(committee, title="Vu")
    comments.post_comment(
        project, by=person("direction", "laval"), alliance=committee.alliance, body="Bien."
    )
    create_document(
        "lettre_decision",
        by=person("direction", "laval"),
        title="Lettre",
        data={},
        alliance=committee.alliance,
        subject=project,
    )
    notifications.notify(
        [partner],
        alliance=committee.alliance,
        subject="Caché",
        body="Caché",
        url=project.get_absolute_url() + "#remarques",
    )
    identity(partner)
    services.declare_conflict(project, by=partner, reason=WHY)
    assert [one.pk for one in Project.objects.all()] == [other.pk]
    assert [one.project.pk for one in dossiers_of(committee, partner, sees_all=False)] == [other.pk]
    assert [one.project_id for one in to_score(partner)] == [other.pk]
    assert register_totals(register_of(committee.alliance)).count == 1
    assert not Comment.objects.filter(target_id=project.pk).exists()
    assert not Document.objects.filter(subject_id=project.pk).exists()
    assert not JournalEntry.objects.filter(url__contains=project.number).exists()
    assert not Notification.objects.filter(subject="Caché").exists()
    assert not EligibilityCheck.objects.filter(project=project.pk).exists()
    assert not ConflictOfInterest.objects.exists()
    assert hidden_count() == 1


def test_whoever_withdrew_writes_nothing_either(identity: Identity) -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    criterion = committee.criteria.earliest("rank")
    identity(partner)
    services.declare_conflict(project, by=partner, reason=WHY)
    with pytest.raises(Project.DoesNotExist):
        services.write_score(project, criterion, by=partner, value=5)
    # By the policy, or by the trigger that no more finds the project: either way, nothing.
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        Score.objects.create(project=project, criterion=criterion, evaluator=partner, value=5)
    with pytest.raises(ProgrammingError, match="conflict"), transaction.atomic():
        EligibilityCheck.objects.create(
            project=project, kind="body", is_met=True, reason="x", checked_by=partner
        )
    assert Project.objects.filter(pk=project.pk).update(title="Pris") == 0


def test_the_others_still_see_it_and_the_conflict(identity: Identity) -> None:
    partner = person("partner", "laval")
    project = received_project()
    services.declare_conflict(project, by=partner, reason=WHY)
    identity(person("coordination", "laval"))
    assert Project.objects.filter(pk=project.pk).exists()
    assert ConflictOfInterest.objects.get().reason == WHY


def test_the_score_given_before_is_not_read_by_its_author(identity: Identity) -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    score_all(project, partner)
    services.declare_conflict(project, by=partner, reason=WHY)
    identity(partner)
    assert not Score.objects.exists()


def test_only_another_person_ends_a_conflict(identity: Identity) -> None:
    direction, other = person("direction", "laval"), person("coordination", "laval")
    project = received_project()
    conflict = services.declare_conflict(project, by=direction, reason=WHY)
    with pytest.raises(Refusal, match="Une autre personne"):
        services.withdraw_conflict(conflict, by=direction, reason="Non.")
    with pytest.raises(IntegrityError, match="by_another"), transaction.atomic():
        ConflictOfInterest.objects.update(
            withdrawn_at=conflict.declared_at, withdrawn_by=direction, withdrawn_reason="x"
        )
    identity(direction)
    # Not even by writing past the service: the row does not exist for them.
    assert ConflictOfInterest.objects.update(withdrawn_reason="x") == 0
    identity(other)
    with pytest.raises(Refusal, match="pourquoi"):
        services.withdraw_conflict(conflict, by=other, reason=" ")
    ended = services.withdraw_conflict(conflict, by=other, reason="Mandat terminé.")
    assert JournalEntry.objects.filter(verb="withdraw_conflict", reason="Mandat terminé.").exists()
    with pytest.raises(StaleAct, match="levé"):
        services.withdraw_conflict(ended, by=other, reason="Encore.")
    identity(direction)
    assert Project.objects.filter(pk=project.pk).exists()


def test_a_declared_conflict_never_changes_nor_goes() -> None:
    conflict = services.declare_conflict(
        received_project(), by=person("partner", "laval"), reason=WHY
    )
    for act in (
        lambda: ConflictOfInterest.objects.filter(pk=conflict.pk).update(reason="Autre"),
        lambda: ConflictOfInterest.objects.filter(pk=conflict.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert ConflictOfInterest.objects.get().reason == WHY


def test_a_conflict_is_declared_once_with_its_reason_for_oneself() -> None:
    project, partner = received_project(), person("partner", "laval")
    with pytest.raises(Refusal, match="motif"):
        services.declare_conflict(project, by=partner, reason=" ")
    with pytest.raises(Refusal, match="son propre conflit"):
        services.declare_conflict(
            project, by=partner, reason=WHY, person=person("direction", "laval")
        )
    services.declare_conflict(
        project, by=person("coordination", "laval"), reason=WHY, person=partner
    )
    with pytest.raises(Refusal, match="déjà retirée"):
        services.declare_conflict(project, by=partner, reason=WHY)


def test_a_sum_of_money_counts_what_its_reader_may_not_see() -> None:
    """Else the same dollars would be granted, or reported, twice."""
    alliance = planned_alliance()
    project = accepted_project(alliance, amount=Decimal("30000.00"))
    coordination = person("coordination", "laval")
    services.declare_conflict(project, by=coordination, reason=WHY)
    with acting_as(coordination):
        assert not Project.objects.exists()
        assert purses_of(alliance.pk)[""].granted == Decimal("30000.00")
        with every_project():
            assert project_figures(alliance, FiscalYear(2026)).granted == Decimal("30000.00")
        assert not Project.objects.exists()


def test_whoever_withdrew_does_not_close_the_sitting(identity: Identity) -> None:
    coordination, direction = person("coordination", "laval"), person("direction", "laval")
    committee = seated_committee(direction, coordination)
    project, other = referred_project(committee), referred_project(committee)
    sitting = ready_sitting(committee, [project, other], [direction, coordination])
    services.declare_conflict(project, by=coordination, reason=WHY)
    identity(coordination)
    with pytest.raises(Refusal, match="une autre personne la clôt"):
        services.close_sitting(sitting, by=coordination)
    identity(direction)
    closed = services.close_sitting(sitting, by=direction)
    assert [row.person_id for row in closed.withdrawals.all()] == [coordination.pk]
    assert Document.objects.filter(subject_label="fqis.sitting").exists()
    identity(coordination)
    assert not Document.objects.filter(subject_label="fqis.sitting").exists()


def test_nobody_elsewhere_is_told_the_sums_of_a_territory(identity: Identity) -> None:
    alliance = planned_alliance()
    accepted_project(alliance)
    identity(person("direction", "mauricie"))
    assert purses_of(alliance.pk) == {}
