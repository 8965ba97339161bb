"""Alliances, the organisations that hold them or carry projects, and their governance."""

from datetime import date
from typing import Self

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliances import clock

from .cycles import Cycle
from .people import User
from .scoped import ScopedModel
from .territories import Mrc, Territory


class NameKey(models.Func):
    """A name reduced to what tells it from another: case, accents, spaces and marks forgiven."""

    function = "alliances_name_key"
    output_field = models.TextField()


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
    email = models.EmailField(_("courriel de contact"), blank=True)
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
    mandate = models.TextField(_("mandat"), blank=True, max_length=2000)
    meetings_per_year = models.PositiveSmallIntegerField(
        _("rencontres par année"), null=True, blank=True
    )
    support = models.TextField(
        _("soutien offert aux personnes"),
        blank=True,
        max_length=2000,
        help_text=_("Transport, garde d’enfants, préparation : ce qui rend la place possible."),
    )
    closed_on = models.DateField(_("dissoute le"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance",
                NameKey("name"),
                condition=Q(closed_on=None),
                name="body_once",
                violation_error_message=_("Cette instance existe déjà."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="body_has_name"),
            models.CheckConstraint(
                condition=Q(updated_at=None, updated_by=None)
                | Q(updated_at__isnull=False, updated_by__isnull=False),
                name="body_updated_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_after_its_counts",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.closed_on IS NOT NULL"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM alliances_seatcount c
                        WHERE c.body_id = NEW.id AND c."on" > NEW.closed_on
                    ) THEN
                        RAISE EXCEPTION 'Des sièges sont comptés après ce jour.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'body_dates_in_order';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SeatCountQuerySet(models.QuerySet["SeatCount"]):
    def latest_by(self, day: date) -> Self:
        """The last count of each body on ``day``; a body that was dissolved has none left."""
        there = Q(body__closed_on=None) | Q(body__closed_on__gt=day)
        return self.filter(there, on__lte=day).order_by("body_id", "-on").distinct("body_id")


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
        triggers = [
            pgtrigger.Trigger(
                name="while_the_body_sits",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM alliances_governancebody b
                        WHERE b.id = NEW.body_id AND b.closed_on < NEW."on"
                    ) THEN
                        RAISE EXCEPTION 'Cette instance est dissoute.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'body_dates_in_order';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.lived_experience}/{self.seats}"


class PartnerCategory(models.Model):
    """A kind of partner the guide names (2024, §3.2: nine; 2017, « Partenariats »: twelve)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="partner_categories")
    code = models.SlugField(max_length=40)
    name = models.CharField(_("catégorie"), max_length=200)
    short = models.CharField(_("abrégé"), max_length=40)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["cycle", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "code"], name="partner_category_once")
        ]

    def __str__(self) -> str:
        return self.name


class PartnerQuerySet(models.QuerySet["Partner"]):
    def active(self) -> Self:
        return self.filter(left_on=None)

    def present_on(self, day: date) -> Self:
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)


class Partner(ScopedModel):
    """An organisation that takes part in the Alliance (guide 2024, §3.2 and annex 1c and 9).

    A regional partner covers the whole territory; a local one, the MRC that it names. ``contact``
    is a place of work, never a person living in poverty.
    """

    class Level(models.TextChoices):
        REGIONAL = "regional", _("régional")
        LOCAL = "local", _("local")

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="partners")
    name = models.CharField(_("nom"), max_length=200)
    category = models.ForeignKey(
        PartnerCategory, on_delete=models.PROTECT, related_name="+", verbose_name=_("catégorie")
    )
    level = models.CharField(_("palier"), max_length=8, choices=Level, default=Level.REGIONAL)
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    contribution = models.TextField(_("contribution"), blank=True, max_length=2000)
    contact = models.CharField(_("personne contact"), max_length=150, blank=True)
    email = models.EmailField(_("courriel"), blank=True)
    joined_on = models.DateField(_("depuis le"), default=clock.today)
    left_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance",
                NameKey("name"),
                condition=Q(left_on=None),
                name="partner_once",
                violation_error_message=_("Ce partenaire est déjà inscrit."),
            ),
            models.CheckConstraint(
                condition=Q(level="regional", mrc=None) | Q(level="local", mrc__isnull=False),
                name="partner_local_names_its_mrc",
                violation_error_message=_("Un partenaire local nomme sa MRC; un régional, aucune."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="partner_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="partner_has_name"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="category_of_the_cycle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_alliance a
                        JOIN alliances_partnercategory c ON c.cycle_id = a.cycle_id
                        WHERE a.id = NEW.alliance_id AND c.id = NEW.category_id
                    ) THEN
                        RAISE EXCEPTION 'Cette catégorie est d’un autre cycle.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'partner_category_of_cycle';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DevitalisedZone(ScopedModel):
    """A zone the plan favours (guide 2024, annex 2c; 2017, « Plan de travail »).

    An MRC, or a municipality or sector inside one; a territory without MRC names the place alone.
    Its index comes with its year and source.
    """

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="zones")
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    municipality = models.CharField(_("municipalité ou secteur"), max_length=150, blank=True)
    index_name = models.CharField(
        _("indice"), max_length=100, default="Indice de vitalité économique"
    )
    value = models.DecimalField(_("valeur"), max_digits=10, decimal_places=4, null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("année"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    most_affected = models.TextField(_("personnes les plus touchées"), blank=True, max_length=2000)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["mrc__name", "municipality", "pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance",
                "mrc",
                NameKey("municipality"),
                nulls_distinct=False,
                name="zone_once",
                violation_error_message=_("Cette zone est déjà inscrite."),
            ),
            models.CheckConstraint(
                condition=Q(value=None) | (Q(year__isnull=False) & ~Q(source="")),
                name="zone_value_has_year_and_source",
                violation_error_message=_("Un indice a une année et une source."),
            ),
            models.CheckConstraint(
                condition=Q(mrc__isnull=False) | ~Q(municipality=""),
                name="zone_names_a_place",
                violation_error_message=_("Une zone nomme une MRC ou une municipalité."),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(str(place) for place in (self.municipality, self.mrc) if place)


__all__ = [
    "Alliance",
    "Cycle",
    "DevitalisedZone",
    "GovernanceBody",
    "Organisation",
    "Partner",
    "PartnerCategory",
    "SeatCount",
    "Territory",
]
