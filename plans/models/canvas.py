"""What a cycle's guide asks of a plan: sections, required elements, national priorities. Data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from alliances.models import Cycle


class NationalPriority(models.Model):
    """A theme the ministry recommends (2024, §2.2) or suggests (2017, « Plan de travail »)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="national_priorities")
    code = models.SlugField(max_length=40)
    name = models.CharField(_("nom"), max_length=200)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["cycle", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "code"], name="national_priority_once")
        ]

    def __str__(self) -> str:
        return self.name


class Canvas(models.Model):
    """The outline of a cycle's plan."""

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="canvas")
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.title


class CanvasSection(models.Model):
    """A section of the outline: written text, or a view of the plan's logic."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Texte")
        PRIORITIES = "priorities", _("Priorités")
        OBJECTIVES = "objectives", _("Objectifs")
        MEANS = "means", _("Moyens")
        POPULATION = "population", _("Population et territoire")
        RESULTS = "results", _("Résultats attendus")
        INDICATORS = "indicators", _("Indicateurs et cibles")
        PEOPLE = "people", _("Responsables et collaborateurs")

    class Register(models.TextChoices):
        NONE = "", _("Aucun")
        BODIES = "bodies", _("Instances")
        SEATS = "seats", _("Sièges")
        PARTNERS = "partners", _("Partenaires")
        REPRESENTATIVITY = "matrix", _("Partenaires et représentativité")
        ZONES = "zones", _("Zones")
        CONSULTATIONS = "consultations", _("Consultations")

    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="sections")
    code = models.CharField(_("section"), max_length=4)
    rank = models.PositiveSmallIntegerField()
    group = models.CharField(_("groupe"), max_length=100)
    title = models.CharField(_("titre"), max_length=200)
    guidance = models.TextField(_("consigne"), blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.TEXT)
    register = models.CharField(
        _("registre"),
        max_length=13,
        choices=Register,
        default=Register.NONE,
        blank=True,
        help_text=_("Le registre de la concertation que la section montre."),
    )

    class Meta:
        ordering = ["canvas", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["canvas", "code"], name="canvas_section_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_text(self) -> bool:
        return self.kind == self.Kind.TEXT


class CanvasRequirement(models.Model):
    """One of the elements a plan must state (guide 2024, §4.2: fifteen), met in one section."""

    canvas = models.ForeignKey(Canvas, on_delete=models.CASCADE, related_name="requirements")
    rank = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=300)
    short = models.CharField(max_length=60)
    section = models.ForeignKey(CanvasSection, on_delete=models.CASCADE, related_name="+")
    is_required = models.BooleanField(
        _("exigé"),
        default=True,
        help_text=_("Sinon, un conseil : il n’empêche pas de transmettre."),
    )

    class Meta:
        ordering = ["canvas", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["canvas", "rank"], name="canvas_requirement_once")
        ]

    def __str__(self) -> str:
        return self.short
