"""Committees that analyse projects: who sits, what they look at, what they scored, who withdrew.

Guide 2024, §4.2: the selection mechanism, its organisation and its frequency are the territory's.
"""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, Mrc, ScopedModel, User
from alliances.models.alliances import NameKey

from .projects import Project

MAX_SCORE = 5


class Committee(ScopedModel):
    """A committee of an Alliance. With a place it spends that sub-envelope, else the envelope."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="committees")
    name = models.CharField(_("nom"), max_length=150)
    mandate = models.TextField(_("mandat"), blank=True, max_length=2000)
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    part_name = models.CharField(_("sous-région"), max_length=150, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["alliance", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance",
                NameKey("name"),
                name="committee_name_once",
                violation_error_message=_("Un comité porte déjà ce nom."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="committee_has_name"),
            models.CheckConstraint(
                condition=Q(mrc=None) | Q(part_name=""), name="committee_one_place"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="mrc_of_the_territory",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.mrc_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_mrc m
                        WHERE m.id = NEW.mrc_id AND m.territory_id = NEW.territory_id
                    ) THEN
                        RAISE EXCEPTION 'Cette MRC est d’un autre territoire.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'committee_own_mrc';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.alliance.url("committee", self.pk)

    @property
    def place(self) -> str:
        """The place whose sub-envelope the committee spends; empty for the whole envelope."""
        return self.part_name or (str(self.mrc) if self.mrc else "")


class Criterion(ScopedModel):
    """One line of a committee's grid. Weights make 100; they stay once a project is scored."""

    scoped_by = "committee"

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="criteria")
    rank = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(_("critère"), max_length=200)
    help = models.CharField(_("ce qu’on y regarde"), max_length=500, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("poids"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["committee", "rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100), name="criterion_weight_percent"
            ),
            models.CheckConstraint(condition=~Q(label=""), name="criterion_has_label"),
        ]

    def __str__(self) -> str:
        return self.label


class CommitteeMember(ScopedModel):
    """A person of the territory who sits, until they leave."""

    scoped_by = "committee"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="committee_seats")
    joined_at = models.DateTimeField(default=clock.now, editable=False)
    joined_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    left_at = models.DateTimeField(null=True, editable=False)
    left_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["committee", "person__full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "person"],
                condition=Q(left_at=None),
                name="committee_member_once",
                violation_error_message=_("Cette personne siège déjà à ce comité."),
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, left_by=None)
                | Q(left_at__isnull=False, left_by__isnull=False),
                name="committee_member_left_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_the_territory",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_membership m
                        WHERE m.user_id = NEW.person_id AND m.territory_id = NEW.territory_id
                          AND m.role IN ('coordination', 'direction', 'partner')
                          AND m.ended_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'Cette personne n’est pas de ce territoire.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'committee_member_of_territory';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Referral(ScopedModel):
    """A project given to the committee that analyses it; one committee at a time."""

    scoped_by = "project"

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="referral")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="referrals")
    referred_at = models.DateTimeField(default=clock.now, editable=False)
    referred_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["committee", "project__number", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="while_to_decide",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM fqis_project p
                        WHERE p.id IN (NEW.project_id, OLD.project_id)
                          AND p.state NOT IN ('analysed', 'deferred')
                    ) THEN
                        RAISE EXCEPTION 'Un comité reçoit un projet admissible et à décider.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_to_decide';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.committee}"


class Score(ScopedModel):
    """What one evaluator gave a project on one criterion, from 0 to ``MAX_SCORE``."""

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField(_("note"), null=True, blank=True)
    comment = models.TextField(_("commentaire"), blank=True, max_length=2000)
    saved_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["project", "evaluator", "criterion__rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "criterion", "evaluator"], name="score_once"
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0, value__lte=MAX_SCORE),
                name="score_within_scale",
                violation_error_message=_("Une note va de 0 à 5."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="by_a_member",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    -- Waits for who changes the grid or decides, then reads what they wrote.
                    PERFORM 1 FROM fqis_criterion c
                    JOIN fqis_committee k ON k.id = c.committee_id
                    JOIN fqis_referral r
                        ON r.committee_id = c.committee_id AND r.project_id = NEW.project_id
                    JOIN fqis_committeemember m
                        ON m.committee_id = c.committee_id AND m.person_id = NEW.evaluator_id
                        AND m.left_at IS NULL
                    JOIN fqis_project p
                        ON p.id = NEW.project_id AND p.state IN ('analysed', 'deferred')
                    WHERE c.id = NEW.criterion_id FOR SHARE OF k, p;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'Seul un membre du comité note un projet à décider.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_by_a_member';
                    END IF;
                    IF NEW.evaluator_id IS DISTINCT FROM app_user_id() AND NOT EXISTS (
                        SELECT 1 FROM alliances_user u WHERE u.id = app_user_id() AND u.is_portal
                    ) THEN
                        RAISE EXCEPTION 'Personne ne note à la place d’une autre.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_by_oneself';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.criterion} · {self.evaluator}"


class ConflictOfInterest(ScopedModel):
    """A person withdrawn from a project: while it lasts, the database shows them none of it.

    Only another person ends it. The row itself is hidden from whom it is about.
    """

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conflicts")
    reason = models.TextField(_("motif"), max_length=2000)
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    declared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_reason = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["project", "declared_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"],
                condition=Q(withdrawn_at=None),
                name="conflict_open_once",
                violation_error_message=_("Cette personne est déjà retirée de ce projet."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="conflict_has_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                    ~Q(withdrawn_reason=""),
                ),
                name="conflict_withdrawn_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None) | ~Q(withdrawn_by=F("person")),
                name="conflict_withdrawn_by_another",
                violation_error_message=_("Une autre personne lève un conflit d’intérêts."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(withdrawn_at=None), name="conflict_open_of_person"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="declared_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR"
                    " ROW(OLD.project_id, OLD.person_id, OLD.reason, OLD.declared_at,"
                    " OLD.declared_by_id) IS DISTINCT FROM"
                    " ROW(NEW.project_id, NEW.person_id, NEW.reason, NEW.declared_at,"
                    " NEW.declared_by_id)"
                ),
                func="""
                    RAISE EXCEPTION 'Un conflit déclaré ne change plus : il se lève.'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_frozen';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.person}"
