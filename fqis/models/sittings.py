"""Sittings: a committee decides on a list of projects, on one day, in one act."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import ScopedModel, User
from alliances.money import MoneyField

from .committees import Committee
from .projects import Decision, Project

FROZEN = """
    -- The lock waits for who closes the sitting, then reads what they wrote.
    IF EXISTS (
        SELECT 1 FROM (
            SELECT s.state FROM fqis_sitting s
            WHERE s.id IN (NEW.sitting_id, OLD.sitting_id) FOR SHARE
        ) parent WHERE parent.state <> 'planned'
    ) THEN
        RAISE EXCEPTION 'Une séance close ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


def frozen_with_sitting() -> pgtrigger.Trigger:
    """The rows of a sitting change until it is closed, and never after."""
    return pgtrigger.Trigger(
        name="frozen_with_sitting",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=FROZEN,
    )


class SittingQuerySet(models.QuerySet["Sitting"]):
    def planned(self) -> Self:
        return self.filter(state=Sitting.State.PLANNED)


class Sitting(FSMModelMixin, ScopedModel):
    """A sitting of a committee; once closed, it is what its minutes say."""

    class State(models.TextChoices):
        PLANNED = "planned", _("À venir")
        CLOSED = "closed", _("Close")

    scoped_by = "committee"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sittings")
    on = models.DateField(_("date de la séance"))
    place = models.CharField(_("lieu"), max_length=200, blank=True)
    state = FSMField(default=State.PLANNED, choices=State.choices, protected=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = SittingQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "on"],
                name="sitting_once_a_day",
                violation_error_message=_("Ce comité a déjà une séance ce jour-là."),
            ),
            models.CheckConstraint(
                condition=Q(state="planned", closed_at=None, closed_by=None)
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="sitting_closed_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state="closed"),
                func="""
                    RAISE EXCEPTION 'Une séance close ne change plus.'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_frozen';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee} · {self.on}"

    def get_absolute_url(self) -> str:
        return self.committee.alliance.url("sitting", self.pk)

    @transition(field=state, source=State.PLANNED, target=State.CLOSED)
    def close(self, *, by: User) -> None:
        self.closed_at, self.closed_by = clock.now(), by


class SittingPresence(ScopedModel):
    """A member who was there."""

    scoped_by = "sitting"

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sitting", "person__full_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person"], name="sitting_presence_once")
        ]
        triggers = [frozen_with_sitting()]

    def __str__(self) -> str:
        return str(self.person)


class SittingItem(ScopedModel):
    """A project on the list of a sitting, and what the sitting is about to decide."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepté")
        REFUSED = "refused", _("Refusé")
        DEFERRED = "deferred", _("Reporté")

    scoped_by = "sitting"

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="items")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sitting_items")
    outcome = models.CharField(_("décision"), max_length=8, choices=Outcome, blank=True)
    amount = MoneyField(_("montant accordé"), null=True, blank=True)
    conditions = models.TextField(_("conditions"), blank=True, max_length=2000)
    reason = models.TextField(_("motif"), blank=True, max_length=2000)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, editable=False, related_name="item"
    )

    class Meta:
        ordering = ["sitting", "project__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "project"], name="sitting_item_once"),
            models.CheckConstraint(
                condition=Q(outcome="accepted", amount__isnull=False, amount__gt=0)
                | (~Q(outcome="accepted") & Q(amount=None)),
                name="sitting_item_amount_when_accepted",
                violation_error_message=_("Écrivez le montant accordé."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refused", "deferred"]) | ~Q(reason=""),
                name="sitting_item_has_reason",
                violation_error_message=_("Écrivez le motif de la décision."),
            ),
        ]
        triggers = [
            frozen_with_sitting(),
            pgtrigger.Trigger(
                name="of_its_committee",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("sitting_id", "project_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM fqis_sitting s
                        JOIN fqis_referral r ON r.committee_id = s.committee_id
                        JOIN fqis_project p ON p.id = r.project_id
                        WHERE s.id = NEW.sitting_id AND r.project_id = NEW.project_id
                          AND p.state IN ('analysed', 'deferred')
                    ) THEN
                        RAISE EXCEPTION 'Ce projet n’est pas confié à ce comité.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sitting_item_of_committee';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} · {self.project}"


class SittingWithdrawal(ScopedModel):
    """A person present who withdrew from a project of the list, as the minutes say it."""

    scoped_by = "sitting"

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="withdrawals")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sitting", "project", "person__full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "project", "person"], name="sitting_withdrawal_once"
            )
        ]
        triggers = [frozen_with_sitting()]

    def __str__(self) -> str:
        return f"{self.project} · {self.person}"
