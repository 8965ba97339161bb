"""Alliances, the organisations that hold them or carry projects, and their governance."""

from datetime import date
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliances import clock

from .cycles import Cycle
from .people import User
from .scoped import ScopedModel
from .territories import Territory

NEQ = RegexValidator(r"^\d{10}$", _("Un NEQ compte dix chiffres, par exemple 1140000000."))


class Organisation(ScopedModel):
    """A body known in one territory: a Table, a fiduciary, or one that carries projects.

    The classes are those of the guide (2017, « Projets »; research centres added in 2024).
    """

    scoped_by = ""

    class LegalClass(models.TextChoices):
        NON_PROFIT = "obnl", _("Personne morale à but non lucratif")
        COOPERATIVE = "coop", _("Coopérative considérée comme OBNL par Revenu Québec")
        MUNICIPAL = "municipal", _("Organisme municipal ou MRC")
        INDIGENOUS = (
            "autochtone",
            _("Conseil de bande, village nordique ou regroupement autochtone"),
        )
        RESEARCH = "recherche", _("Centre de recherche")
        OTHER = "autre", _("Autre : non admissible au FQIS")

    ELIGIBLE = [
        LegalClass.NON_PROFIT,
        LegalClass.COOPERATIVE,
        LegalClass.MUNICIPAL,
        LegalClass.INDIGENOUS,
        LegalClass.RESEARCH,
    ]

    name = models.CharField(_("nom"), max_length=200)
    neq = models.CharField(_("NEQ"), max_length=10, blank=True, validators=[NEQ])
    legal_class = models.CharField(_("forme"), max_length=12, choices=LegalClass)
    is_registered = models.BooleanField(_("inscrite au REQ"), default=True)
    city = models.CharField(_("ville"), max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "neq"],
                condition=~Q(neq=""),
                name="organisation_neq_once",
                violation_error_message=_("Une organisation de ce territoire a déjà ce NEQ."),
            ),
            models.CheckConstraint(
                condition=Q(neq="") | Q(neq__regex=r"^\d{10}$"),
                name="organisation_neq_ten_digits",
                violation_error_message=NEQ.message,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_eligible(self) -> bool:
        return self.legal_class in self.ELIGIBLE


class AllianceQuerySet(models.QuerySet["Alliance"]):
    def for_pages(self) -> Self:
        return self.select_related("territory", "cycle", "table", "fiduciary")


class Alliance(ScopedModel):
    """One territory in one cycle: the Table that signs, and its fiduciary when it needs one."""

    scoped_by = ""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="alliances")
    table = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Table signataire"),
    )
    fiduciary = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fiduciaire du FQIS"),
    )
    resolution_on = models.DateField(_("résolution du"), null=True, blank=True)

    objects = AllianceQuerySet.as_manager()

    class Meta:
        ordering = ["cycle__starts_on", "territory__rank"]
        constraints = [
            models.UniqueConstraint(fields=["territory", "cycle"], name="alliance_once_per_cycle"),
            models.CheckConstraint(
                condition=Q(fiduciary=None) | ~Q(fiduciary=F("table")),
                name="alliance_fiduciary_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.cycle.slug}"

    def get_absolute_url(self) -> str:
        return reverse("alliance", args=[self.territory.slug, self.cycle.slug])

    def url(self, name: str, *args: object) -> str:
        """The address of one of this Alliance's pages: ``alliance.url("plan")``."""
        return reverse(name, args=[self.territory.slug, self.cycle.slug, *args])


class GovernanceBody(ScopedModel):
    """A committee or board that decides on the Alliance (guide 2024, annex 1a and 1d)."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="bodies")
    name = models.CharField(_("nom"), max_length=200)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class SeatCountQuerySet(models.QuerySet["SeatCount"]):
    def latest_by(self, day: date) -> Self:
        """The last count of each body on ``day``."""
        return self.filter(on__lte=day).order_by("body_id", "-on").distinct("body_id")


class SeatCount(ScopedModel):
    """Seats of a body on a day, and how many are held by people living in poverty.

    Counted, never named (privacy; guide 2024, introduction: the target on participation).
    """

    scoped_by = "body"

    body = models.ForeignKey(GovernanceBody, on_delete=models.PROTECT, related_name="counts")
    on = models.DateField(_("compté le"), default=clock.today)
    seats = models.PositiveSmallIntegerField(_("sièges"))
    lived_experience = models.PositiveSmallIntegerField(
        _("sièges tenus par des personnes en situation de pauvreté")
    )
    counted_at = models.DateTimeField(default=clock.now, editable=False)
    counted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = SeatCountQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "on"], name="seat_count_once_a_day"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="seat_count_positive"),
            models.CheckConstraint(
                condition=Q(lived_experience__lte=F("seats")),
                name="seat_count_within_seats",
                violation_error_message=_("Il y a plus de sièges tenus que de sièges."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lived_experience}/{self.seats}"


__all__ = [
    "Alliance",
    "Cycle",
    "GovernanceBody",
    "Organisation",
    "SeatCount",
    "Territory",
]
