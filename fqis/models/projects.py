"""Projects (« initiatives » in 2024): what a territory funds, and what came of it."""

from datetime import date
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Mrc, Organisation, ScopedModel, User
from alliances.models.alliances import NameKey
from alliances.money import MoneyField
from fqis.models.keeping import kept
from plans.models import Priority

from .calls import WITHIN_ITS_CALL, Call


class FiveYearsAfter(Func):
    """The day five years later, in the database."""

    template = "((%(expressions)s + interval '5 years')::date)"
    output_field = models.DateField()


class ProjectQuerySet(models.QuerySet["Project"]):
    def supported(self) -> Self:
        """Accepted at some point, whatever came next: the « initiatives soutenues »."""
        return self.filter(state__in=Project.SUPPORTED)

    def to_decide(self) -> Self:
        return self.filter(state__in=[Project.State.RECEIVED, Project.State.ANALYSED])


class Project(FSMModelMixin, ScopedModel):
    """A request of an eligible organisation, then an initiative funded by the FQIS.

    Amounts in dollars. Five years at most (guide 2024, §4.2); a supported project serves a
    priority of a plan version that was approved.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Reçu")
        INADMISSIBLE = "inadmissible", _("Non admissible")
        ANALYSED = "analysed", _("Analysé")
        DEFERRED = "deferred", _("Reporté")
        REFUSED = "refused", _("Refusé")
        ACCEPTED = "accepted", _("Accepté")
        AGREED = "agreed", _("Convention de projet signée")
        UNDER_WAY = "under_way", _("En cours")
        COMPLETED = "completed", _("Terminé")
        ABANDONED = "abandoned", _("Abandonné")

    SUPPORTED = [
        State.ACCEPTED,
        State.AGREED,
        State.UNDER_WAY,
        State.COMPLETED,
        State.ABANDONED,
    ]
    TO_DECIDE = [State.RECEIVED, State.ANALYSED, State.DEFERRED]
    DECIDABLE = [State.ANALYSED, State.DEFERRED]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="projects")
    number = models.CharField(_("numéro"), max_length=20)
    title = models.CharField(_("titre"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("porteur")
    )
    priority = models.ForeignKey(
        Priority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("priorité du plan"),
    )
    call = models.ForeignKey(
        Call,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("appel de projets"),
    )
    priority_lineage = models.UUIDField(null=True, editable=False)
    mrcs = models.ManyToManyField(
        Mrc, through="ProjectPlace", blank=True, related_name="+", verbose_name=_("MRC")
    )
    amount_requested = MoneyField(_("montant demandé"))
    amount_granted = MoneyField(_("montant accordé"), null=True, blank=True)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    people_expected = models.PositiveIntegerField(_("personnes à rejoindre"), null=True, blank=True)
    population = models.CharField(_("population visée"), max_length=300, blank=True)
    activities = models.TextField(_("activités"), blank=True)
    partners = models.TextField(_("partenaires"), blank=True)
    pooling = models.TextField(_("ce qui est mis en commun"), blank=True)
    contact_name = models.CharField(_("personne à joindre"), max_length=150, blank=True)
    contact_email = models.EmailField(_("courriel de la personne à joindre"), blank=True)
    contact_phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    language = models.CharField(_("langue du porteur"), max_length=2, default="fr")
    is_structuring = models.BooleanField(_("projet structurant"), default=False)
    pools_people = models.BooleanField(_("met en commun des ressources humaines"), default=False)
    pools_material = models.BooleanField(
        _("met en commun des ressources matérielles"), default=False
    )
    pools_money = models.BooleanField(_("met en commun des ressources financières"), default=False)
    state = FSMField(default=State.RECEIVED, choices=State.choices, protected=True)
    received_on = models.DateField(_("reçu le"), default=clock.today)
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_on = models.DateField(_("décidé le"), null=True, editable=False)
    agreed_on = models.DateField(_("convention de projet signée le"), null=True, editable=False)
    closed_on = models.DateField(_("clos le"), null=True, editable=False)
    closing_note = models.TextField(_("bilan"), blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        indexes = [
            models.Index(fields=["alliance", "state", "ends_on"], name="project_by_state"),
            models.Index(fields=["alliance", "-received_on", "-id"], name="project_by_date"),
            models.Index(fields=["alliance", "priority_lineage"], name="project_by_priority"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="project_number_once"),
            models.UniqueConstraint(
                "call",
                "organisation",
                NameKey("title"),
                condition=Q(call__isnull=False),
                name="project_once_per_call",
                violation_error_message=_("Cette demande est déjà reçue pour cet appel."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="project_dates_in_order",
                violation_error_message=_("La fin du projet doit suivre son début."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__lt=FiveYearsAfter(F("starts_on"))),
                name="project_five_years",
                violation_error_message=_("Un projet dure cinq ans au plus."),
            ),
            models.CheckConstraint(
                condition=Q(amount_requested__gt=0),
                name="project_amount_positive",
                violation_error_message=_("Le montant demandé doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["accepted", "agreed", "under_way", "completed", "abandoned"],
                    amount_granted__isnull=False,
                    amount_granted__gt=0,
                    decided_on__isnull=False,
                    priority__isnull=False,
                    priority_lineage__isnull=False,
                )
                | Q(
                    ~Q(state__in=["accepted", "agreed", "under_way", "completed", "abandoned"]),
                    amount_granted=None,
                ),
                name="project_supported_has_priority",
                violation_error_message=_("Un projet accepté répond à une priorité du plan."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["completed", "abandoned"], closed_on__isnull=False)
                | Q(~Q(state__in=["completed", "abandoned"]), closed_on=None),
                name="project_closed_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "under_way", "completed"])
                | Q(agreed_on__isnull=False),
                name="project_agreed_has_date",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_its_call",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.call_id IS NOT NULL"),
                func=WITHIN_ITS_CALL,
            ),
            pgtrigger.Protect(
                name="kept_once_decided",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'received' AND NOT fqis_is_undone(OLD.id)"
                ),
            ),
            pgtrigger.Trigger(
                name="supported_is_eligible",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "NEW.state IN ('accepted', 'agreed', 'under_way', 'completed', 'abandoned')"
                ),
                func="""
                    IF TG_OP = 'UPDATE'
                       AND OLD.state IN
                           ('accepted', 'agreed', 'under_way', 'completed', 'abandoned')
                       AND ROW(OLD.organisation_id, OLD.priority_id, OLD.priority_lineage)
                           IS NOT DISTINCT FROM
                           ROW(NEW.organisation_id, NEW.priority_id, NEW.priority_lineage)
                    THEN
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM alliances_organisation o
                        WHERE o.id = NEW.organisation_id AND o.legal_class = 'autre'
                    ) THEN
                        RAISE EXCEPTION 'Cette organisation n’est pas admissible au FQIS.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_eligible_organisation';
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM plans_priority p
                        JOIN plans_planversion v ON v.id = p.version_id
                        JOIN plans_plan pl ON pl.id = v.plan_id
                        WHERE p.id = NEW.priority_id AND p.lineage = NEW.priority_lineage
                          AND pl.alliance_id = NEW.alliance_id
                          AND v.state IN ('approved', 'superseded')
                    ) THEN
                        RAISE EXCEPTION 'La priorité n’est pas celle d’un plan approuvé.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_priority_in_plan';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.alliance.url("project", self.number)

    @transition(field=state, source=State.RECEIVED, target=State.INADMISSIBLE)
    def reject_as_inadmissible(self, *, on: date) -> None:
        self.decided_on = on

    @transition(field=state, source=State.RECEIVED, target=State.ANALYSED)
    def analyse(self) -> None:
        """The four checks of the guide were made (2017, « Projets »)."""

    @transition(field=state, source=DECIDABLE, target=State.ACCEPTED)
    def accept(self, *, on: date) -> None:
        self.decided_on = on

    @transition(field=state, source=DECIDABLE, target=State.REFUSED)
    def refuse(self, *, on: date) -> None:
        self.decided_on = on

    @transition(field=state, source=DECIDABLE, target=State.DEFERRED)
    def defer(self, *, on: date) -> None:
        self.decided_on = on

    @transition(field=state, source=State.ACCEPTED, target=State.AGREED)
    def sign_agreement(self, *, on: date) -> None:
        self.agreed_on = on

    @transition(field=state, source=State.AGREED, target=State.UNDER_WAY)
    def start(self) -> None:
        """The work began."""

    @transition(field=state, source=State.UNDER_WAY, target=State.COMPLETED)
    def complete(self, *, on: date, note: str) -> None:
        self.closed_on, self.closing_note = on, note

    @transition(
        field=state,
        source=[State.ACCEPTED, State.AGREED, State.UNDER_WAY],
        target=State.ABANDONED,
    )
    def abandon(self, *, on: date, note: str) -> None:
        self.closed_on, self.closing_note = on, note


class ProjectPlace(ScopedModel):
    """An MRC a project serves; none means the whole territory."""

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="places")
    mrc = models.ForeignKey(Mrc, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "mrc"], name="project_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.mrc}"


class Decision(ScopedModel):
    """A decision of the Table on a project, kept even when a later one changes it."""

    scoped_by = "project"

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepté")
        REFUSED = "refused", _("Refusé")
        DEFERRED = "deferred", _("Reporté")
        INADMISSIBLE = "inadmissible", _("Non admissible")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("décision"), max_length=12, choices=Outcome)
    on = models.DateField(_("le"))
    reason = models.TextField(_("motif"), blank=True)
    amount = MoneyField(_("montant accordé"), null=True, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    sitting = models.ForeignKey(
        "Sitting", on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    outside_because = models.TextField(
        _("raison de décider hors séance"), blank=True, editable=False
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sitting=None) | Q(outside_because=""),
                name="decision_in_or_outside_a_sitting",
            ),
            models.CheckConstraint(
                condition=Q(outcome="accepted") | ~Q(reason=""),
                name="decision_has_reason",
                violation_error_message=_("Écrivez le motif de la décision."),
            ),
        ]
        triggers = [kept("append_only", pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.project} · {self.outcome}"
