"""What a project gave in a fiscal year: counts of people, never names, and nothing guessed."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Document, ScopedModel, User

from .keeping import kept
from .projects import Project


class Said(models.TextChoices):
    """What is known of a figure: a missing one is never a zero."""

    REPORTED = "reported", _("Déclaré")
    ZERO = "zero", _("Zéro confirmé")
    NOT_APPLICABLE = "not_applicable", _("Sans objet")
    MISSING = "missing", _("Manquant")


KNOWN = [Said.REPORTED, Said.ZERO]


def said_field(label: Any) -> models.CharField:
    return models.CharField(label, max_length=14, choices=Said, default=Said.MISSING)


def figure_rule(name: str) -> models.CheckConstraint:
    """A value is there when it is reported (above zero) or confirmed as zero, and only then."""
    return models.CheckConstraint(
        condition=Q(**{f"{name}_said": "reported", f"{name}__isnull": False, f"{name}__gt": 0})
        | Q(**{f"{name}_said": "zero", f"{name}__isnull": False, name: 0})
        | Q(**{f"{name}_said__in": ["not_applicable", "missing"], name: None}),
        name=f"project_result_{name}",
        violation_error_message=_("Un chiffre est déclaré, nul, sans objet ou manquant."),
    )


FIGURES = ["people_reached", "people_in_poverty", "carriers"]
POOLS = ["pools_people", "pools_material", "pools_money"]


class ProjectResultQuerySet(models.QuerySet["ProjectResult"]):
    def accepted(self) -> "ProjectResultQuerySet":
        """The Table stands by these: reports count no other."""
        return self.filter(state=ProjectResult.State.ACCEPTED)

    def to_accept(self) -> "ProjectResultQuerySet":
        return self.filter(state=ProjectResult.State.SUBMITTED)


class ProjectResult(FSMModelMixin, ScopedModel):
    """The results of a project in a fiscal year (indicators 2.4, 3.2, 3.3 and 3.4).

    The Table writes them, or the carrier by a link; what came by a link counts once the Table
    accepted it. Each figure says what is known of it (``…_said``).
    """

    scoped_by = "project"

    class State(models.TextChoices):
        DRAFT = "draft", _("En rédaction")
        SUBMITTED = "submitted", _("À accepter")
        RETURNED = "returned", _("Retournés")
        ACCEPTED = "accepted", _("Acceptés")

    OPEN = [State.DRAFT, State.RETURNED]

    class Method(models.TextChoices):
        LIST = "list", _("Liste d’inscription ou de présence, sans doublon")
        ATTENDANCE = "attendance", _("Présences additionnées : une personne peut compter deux fois")
        ESTIMATE = "estimate", _("Estimation")
        OTHER = "other", _("Autre méthode")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="results")
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"))
    people_reached = models.PositiveIntegerField(_("personnes directement rejointes"), null=True)
    people_reached_said = said_field(_("état"))
    people_in_poverty = models.PositiveIntegerField(
        _("dont personnes en situation de pauvreté"), null=True
    )
    people_in_poverty_said = said_field(_("état"))
    method = models.CharField(_("méthode de comptage"), max_length=10, choices=Method, blank=True)
    method_words = models.CharField(_("précision"), max_length=300, blank=True)
    carriers = models.PositiveSmallIntegerField(_("organisations porteuses"), null=True)
    carriers_said = said_field(_("état"))
    sectors = models.JSONField(_("secteurs"), default=list)
    # For these three, reported is « oui » and zero is « non ».
    pools_people_said = said_field(_("ressources humaines mises en commun"))
    pools_material_said = said_field(_("ressources matérielles mises en commun"))
    pools_money_said = said_field(_("ressources financières mises en commun"))
    targets_met = models.BooleanField(_("cibles atteintes"), null=True)
    testimony = models.TextField(_("témoignage"), blank=True)
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_name = models.CharField(_("transmis par"), max_length=150, blank=True)
    returned_at = models.DateTimeField(null=True, editable=False)
    returned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    return_reason = models.TextField(_("motif du retour"), blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ProjectResultQuerySet.as_manager()

    class Meta:
        ordering = ["fiscal_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year"], name="project_result_once_a_year"
            ),
            *(figure_rule(name) for name in FIGURES),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_said__in": Said.values}),
                    name=f"project_result_{name}",
                )
                for name in POOLS
            ),
            models.CheckConstraint(
                condition=Q(people_in_poverty=None)
                | Q(people_in_poverty=0)
                | Q(
                    people_reached__isnull=False,
                    people_in_poverty__lte=F("people_reached"),
                ),
                name="project_result_within_reached",
                violation_error_message=_(
                    "Le nombre de personnes en situation de pauvreté dépasse celui des personnes"
                    " rejointes."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False, accepted_by__isnull=False)
                | Q(~Q(state="accepted"), accepted_at=None, accepted_by=None),
                name="project_result_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None, return_reason="")
                | Q(Q(returned_at__isnull=False, returned_by__isnull=False), ~Q(return_reason="")),
                name="project_result_returned_has_reason",
                violation_error_message=_("Dites ce qui est à corriger."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "returned"])
                | Q(Q(submitted_at__isnull=False), ~Q(submitted_name="")),
                name="project_result_submitted_by_somebody",
            ),
        ]
        triggers = [kept("never_deleted", pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.project} · {self.year}"

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.SUBMITTED)
    def submit(self, *, name: str) -> None:
        self.submitted_at, self.submitted_name = clock.now(), name

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self, *, by: User, reason: str) -> None:
        self.returned_at, self.returned_by, self.return_reason = clock.now(), by, reason

    @transition(
        field=state, source=[State.DRAFT, State.SUBMITTED, State.RETURNED], target=State.ACCEPTED
    )
    def accept(self, *, by: User) -> None:
        self.accepted_at, self.accepted_by = clock.now(), by


class ResultTarget(ScopedModel):
    """What a project says of one indicator of the plan, kept with the words it had then."""

    scoped_by = "result"

    result = models.ForeignKey(ProjectResult, on_delete=models.PROTECT, related_name="targets")
    lineage = models.UUIDField(editable=False)
    name = models.CharField(max_length=300, editable=False)
    target = models.CharField(max_length=100, blank=True, editable=False)
    value = models.DecimalField(
        _("résultat"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    value_said = said_field(_("état"))
    is_met = models.BooleanField(_("cible atteinte"), null=True)

    class Meta:
        ordering = ["result", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["result", "lineage"], name="result_target_once"),
            models.CheckConstraint(
                condition=Q(value_said="reported", value__isnull=False, value__gt=0)
                | Q(value_said="zero", value__isnull=False, value=0)
                | Q(value_said__in=["not_applicable", "missing"], value=None, is_met=None),
                name="result_target_figure",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ResultPhoto(ScopedModel):
    """A photo of a project, kept only with the consent of the people on it."""

    scoped_by = "result"

    result = models.ForeignKey(ProjectResult, on_delete=models.PROTECT, related_name="photos")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("légende"), max_length=200, blank=True)
    has_consent = models.BooleanField(_("consentement obtenu"), default=False)
    consent_note = models.CharField(_("comment le consentement a été obtenu"), max_length=200)
    added_at = models.DateTimeField(default=clock.now, editable=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(Q(has_consent=True), ~Q(consent_note="")),
                name="result_photo_has_consent",
                violation_error_message=_("Une photo n’est gardée qu’avec le consentement."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="result_photo_withdrawn_at_and_by",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.caption or str(self.result)


class ResultRequest(ScopedModel):
    """The link by which a carrier writes the results of one project for one fiscal year.

    No secret is stored: the link is signed from the row's key and ``round``, which grows each time
    it is sent again.
    """

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="result_requests")
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"))
    email = models.EmailField(_("courriel"))
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    expires_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["fiscal_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year"], name="result_request_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="result_request_revoked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {FiscalYear(self.fiscal_year)}"

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)
