"""Calls for projects (« appels de projets »): what a Table asks of the organisations of its
territory, and how it will choose (guide 2024, §4.2; sections 10b and 10c of the plan)."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Mrc, ScopedModel, User
from alliances.money import MoneyField
from plans.models import Priority

FROZEN = """
    IF EXISTS (
        SELECT 1 FROM (
            SELECT c.state FROM fqis_call c
            WHERE c.id IN (NEW.call_id, OLD.call_id) FOR SHARE
        ) parent WHERE parent.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Les règles d’un appel publié ne changent plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'call_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
"""

# What a project promises to the call it answers.
WITHIN_ITS_CALL = """
    IF TG_OP = 'UPDATE'
       AND ROW(OLD.call_id, OLD.alliance_id, OLD.amount_requested, OLD.priority_lineage)
           IS NOT DISTINCT FROM
           ROW(NEW.call_id, NEW.alliance_id, NEW.amount_requested, NEW.priority_lineage)
    THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM fqis_call c
        WHERE c.id = NEW.call_id AND c.alliance_id = NEW.alliance_id AND c.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Cet appel n’est pas publié dans cette alliance.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_call_published';
    END IF;
    IF NEW.amount_requested > (SELECT c.ceiling FROM fqis_call c WHERE c.id = NEW.call_id) THEN
        RAISE EXCEPTION 'La demande dépasse le plafond de l’appel.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_within_call_ceiling';
    END IF;
    IF NEW.priority_lineage IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM fqis_callpriority s JOIN plans_priority p ON p.id = s.priority_id
        WHERE s.call_id = NEW.call_id AND p.lineage = NEW.priority_lineage
    ) THEN
        RAISE EXCEPTION 'L’appel ne vise pas cette priorité.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_priority_of_call';
    END IF;
    RETURN NEW;
"""


def frozen_with_call() -> pgtrigger.Trigger:
    """The rows of a call change while it is prepared, and never after."""
    return pgtrigger.Trigger(
        name="frozen_with_call",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=FROZEN,
    )


class CallQuerySet(models.QuerySet["Call"]):
    def shown(self) -> Self:
        """What anybody may read."""
        return self.exclude(state=Call.State.DRAFT)

    def open_at(self, moment: datetime) -> Self:
        return self.filter(state=Call.State.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)

    def due_at(self, moment: datetime) -> Self:
        """Published, and closed by the clock."""
        return self.filter(state=Call.State.PUBLISHED, closes_at__lte=moment)


class Call(FSMModelMixin, ScopedModel):
    """A call of a Table, for the whole territory or for one sub-envelope. Amounts in dollars.

    Published, its rules stay; only its end may be put off, with its trace. All the calls on a
    sub-envelope and on the envelope are held within it, together, by the database.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("En préparation")
        PUBLISHED = "published", _("Publié")
        CLOSED = "closed", _("Fermé")

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="calls")
    number = models.CharField(_("numéro"), max_length=12, editable=False)
    title = models.CharField(_("titre"), max_length=200)
    presentation = models.TextField(_("présentation"), max_length=5000)
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    sub_region = models.CharField(_("sous-région"), max_length=150, blank=True)
    amount = MoneyField(_("montant de l’appel"))
    ceiling = MoneyField(_("plafond par projet"))
    opens_at = models.DateTimeField(_("ouverture"))
    closes_at = models.DateTimeField(_("fermeture"))
    selection = models.TextField(_("mécanisme de sélection"), max_length=5000)
    frequency = models.CharField(_("fréquence de la sélection"), max_length=300)
    follow_up = models.TextField(_("suivi des projets soutenus"), max_length=5000, blank=True)
    priorities = models.ManyToManyField(Priority, through="CallPriority", related_name="+")
    mrcs = models.ManyToManyField(Mrc, through="CallPlace", related_name="+")
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "closes_at"], name="call_by_end"),
            models.Index(fields=["alliance", "state"], name="call_by_alliance"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="call_number_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="call_dates_in_order",
                violation_error_message=_("La fermeture suit l’ouverture."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, ceiling__gt=0, ceiling__lte=F("amount")),
                name="call_amounts",
                violation_error_message=_("Le plafond par projet dépasse le montant de l’appel."),
            ),
            models.CheckConstraint(
                condition=Q(mrc=None) | Q(sub_region=""), name="call_one_sub_envelope"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, published_by=None)
                | Q(~Q(state="draft"), published_at__isnull=False, published_by__isnull=False),
                name="call_published_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="closed",
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    closed_at__gte=F("closes_at"),
                )
                | Q(~Q(state="closed"), closed_at=None, closed_by=None),
                name="call_closed_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept_once_published",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
            pgtrigger.Trigger(
                name="published_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state <> 'draft'"),
                func="""
                    IF OLD.state = 'closed' OR NEW.state = 'draft'
                       OR ROW(OLD.alliance_id, OLD.number, OLD.title, OLD.presentation,
                              OLD.mrc_id, OLD.sub_region, OLD.amount, OLD.ceiling, OLD.opens_at,
                              OLD.selection, OLD.frequency, OLD.follow_up, OLD.published_at,
                              OLD.published_by_id, OLD.created_at, OLD.created_by_id)
                          IS DISTINCT FROM
                          ROW(NEW.alliance_id, NEW.number, NEW.title, NEW.presentation,
                              NEW.mrc_id, NEW.sub_region, NEW.amount, NEW.ceiling, NEW.opens_at,
                              NEW.selection, NEW.frequency, NEW.follow_up, NEW.published_at,
                              NEW.published_by_id, NEW.created_at, NEW.created_by_id)
                       OR (OLD.closes_at <> NEW.closes_at AND NOT EXISTS (
                              SELECT 1 FROM fqis_callextension x
                              WHERE x.call_id = OLD.id AND x.before = OLD.closes_at
                                AND x.after = NEW.closes_at))
                    THEN
                        RAISE EXCEPTION 'Les règles d’un appel publié ne changent plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'call_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="published_serves_a_priority",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'published'"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM fqis_callpriority p WHERE p.call_id = NEW.id) THEN
                        RAISE EXCEPTION 'Un appel publié vise une priorité du plan.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'call_has_priority';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.title}"

    def get_absolute_url(self) -> str:
        return self.alliance.url("call", self.number)

    @property
    def public_url(self) -> str:
        """The page that anybody reads."""
        alliance = self.alliance
        return reverse(
            "public_call", args=[alliance.territory.slug, alliance.cycle.slug, self.number]
        )

    def is_open_at(self, moment: datetime) -> bool:
        return self.state == self.State.PUBLISHED and self.opens_at <= moment < self.closes_at

    @property
    def phase(self) -> str:
        """Where the call stands today: draft, coming, open or closed."""
        if self.state == self.State.DRAFT:
            return "draft"
        moment = clock.now()
        if self.state == self.State.CLOSED or self.closes_at <= moment:
            return "closed"
        return "open" if self.opens_at <= moment else "coming"

    @transition(field=state, source=State.DRAFT, target=State.PUBLISHED)
    def publish(self, *, by: User) -> None:
        self.published_at, self.published_by = clock.now(), by

    @transition(field=state, source=State.PUBLISHED, target=State.CLOSED)
    def close(self, *, by: User) -> None:
        self.closed_at, self.closed_by = clock.now(), by


class CallPriority(ScopedModel):
    """A priority of the plan that a call serves."""

    scoped_by = "call"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="served")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["call", "priority__rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "priority"], name="call_priority_once")
        ]
        triggers = [
            frozen_with_call(),
            pgtrigger.Trigger(
                name="of_an_approved_plan",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM plans_priority p
                        JOIN plans_planversion v ON v.id = p.version_id
                        JOIN plans_plan pl ON pl.id = v.plan_id
                        JOIN fqis_call c ON c.alliance_id = pl.alliance_id
                        WHERE p.id = NEW.priority_id AND c.id = NEW.call_id
                          AND v.state IN ('approved', 'superseded')
                    ) THEN
                        RAISE EXCEPTION 'La priorité n’est pas celle d’un plan approuvé.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'call_priority_in_plan';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.priority}"


class CallPlace(ScopedModel):
    """An MRC a call is for; none means the whole territory."""

    scoped_by = "call"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="places")
    mrc = models.ForeignKey(Mrc, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "mrc"], name="call_place_once")]
        triggers = [
            frozen_with_call(),
            pgtrigger.Trigger(
                name="mrc_of_the_territory",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_mrc m
                        WHERE m.id = NEW.mrc_id AND m.territory_id = NEW.territory_id
                    ) THEN
                        RAISE EXCEPTION 'Cette MRC est d’un autre territoire.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'call_own_mrc';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.mrc}"


class CallPaper(ScopedModel):
    """A document that a call asks for."""

    scoped_by = "call"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="papers")
    name = models.CharField(_("document"), max_length=150)
    is_required = models.BooleanField(_("obligatoire"), default=True)

    class Meta:
        ordering = ["call", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="call_paper_once")]
        triggers = [frozen_with_call()]

    def __str__(self) -> str:
        return self.name


class CallExtension(ScopedModel):
    """The trace of an end put off: from when, to when, why, by whom."""

    scoped_by = "call"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="extensions")
    before = models.DateTimeField()
    after = models.DateTimeField(_("nouvelle fermeture"))
    reason = models.TextField(_("motif"), max_length=1000)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["call", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(after__gt=F("before")),
                name="call_extension_forward",
                violation_error_message=_("La nouvelle fermeture suit l’ancienne."),
            ),
            models.CheckConstraint(
                condition=Q(made_at__lt=F("before")),
                name="call_extension_in_time",
                violation_error_message=_("Un appel fermé ne se prolonge plus."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="call_extension_has_reason",
                violation_error_message=_("Écrivez le motif de la prolongation."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.after}"
