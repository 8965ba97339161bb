"""Territories and their MRCs: who can hold an Alliance (guide 2017, « Modèle de gouvernance »)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from alliances.roles import NATIONAL_RIGHTS, TERRITORY_RIGHTS


class Territory(models.Model):
    """The tenant: 17 regions and 3 Indigenous organisations today; how many is data."""

    class Kind(models.TextChoices):
        TABLE = "table", _("Table régionale")
        CITY = "ville", _("Ville")
        JAMESIE = "jamesie", _("Jamésie")
        INDIGENOUS = "autochtone", _("Organisation autochtone")

    slug = models.SlugField(_("adresse"), unique=True)
    name = models.CharField(_("nom"), max_length=100)
    abbreviation = models.CharField(_("abrégé"), max_length=12)
    region_code = models.CharField(_("code de région"), max_length=2, blank=True)
    kind = models.CharField(_("type"), max_length=12, choices=Kind)
    mrc_cosigns = models.BooleanField(_("les MRC cosignent"))
    manages_own_envelope = models.BooleanField(_("gère son enveloppe"))
    default_language = models.CharField(_("langue"), max_length=2, default="fr")
    rank = models.PositiveSmallIntegerField(_("rang"))
    grid_row = models.PositiveSmallIntegerField(null=True, blank=True)
    grid_column = models.PositiveSmallIntegerField(null=True, blank=True)
    population = models.PositiveIntegerField(_("population, 2016"), null=True, blank=True)
    area_km2 = models.DecimalField(
        _("superficie terrestre, km²"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    social_deprivation = models.DecimalField(
        _("défavorisation sociale, quintile 5, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("IDMS 2011, dimension sociale seulement."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        ordering = ["rank"]
        permissions = [*TERRITORY_RIGHTS, *NATIONAL_RIGHTS]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="territory_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_indigenous(self) -> bool:
        return self.kind == self.Kind.INDIGENOUS


class TerritoryGroupPermission(GroupObjectPermissionBase):
    """A right of a group on a territory: the only kind of right there is on one."""

    content_object = models.ForeignKey(Territory, on_delete=models.CASCADE)


class Mrc(models.Model):
    """A regional county municipality, or an equivalent territory."""

    class Kind(models.TextChoices):
        MRC = "MRC", _("MRC")
        EQUIVALENT = "TE", _("territoire équivalent")

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    kind = models.CharField(max_length=3, choices=Kind)
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="mrcs")
    census_division = models.CharField(max_length=4)
    code_to_confirm = models.BooleanField(_("code à confirmer"), default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
