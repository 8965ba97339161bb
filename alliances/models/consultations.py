"""The days an Alliance asked the people of its milieu what they need."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock

from .alliances import Alliance, NameKey
from .people import User
from .scoped import ScopedModel
from .territories import Mrc


class Consultation(ScopedModel):
    """A day the Alliance asked people for the vision, the needs and the priorities of their milieu
    (guide 2024, §4.1, step 4). People are counted, never named."""

    class Kind(models.TextChoices):
        ASSEMBLY = "assembly", _("Assemblée")
        WORKSHOP = "workshop", _("Atelier")
        SURVEY = "survey", _("Sondage")
        INTERVIEWS = "interviews", _("Entrevues")
        OTHER = "other", _("Autre")

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="consultations")
    on = models.DateField(_("tenue le"))
    kind = models.CharField(_("forme"), max_length=10, choices=Kind)
    title = models.CharField(_("titre"), max_length=200)
    mrc = models.ForeignKey(
        Mrc, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="MRC"
    )
    people = models.PositiveIntegerField(_("personnes présentes"))
    people_in_poverty = models.PositiveIntegerField(
        _("dont personnes en situation de pauvreté"), null=True, blank=True
    )
    outcome = models.TextField(_("ce qui en ressort"), max_length=5000)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "alliance",
                "on",
                NameKey("title"),
                name="consultation_once",
                violation_error_message=_("Cette consultation est déjà inscrite."),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="consultation_has_title"),
            models.CheckConstraint(condition=~Q(outcome=""), name="consultation_has_outcome"),
            models.CheckConstraint(condition=Q(people__gt=0), name="consultation_heard_somebody"),
            models.CheckConstraint(
                condition=Q(people_in_poverty=None) | Q(people_in_poverty__lte=F("people")),
                name="consultation_within_people",
                violation_error_message=_(
                    "Il y a plus de personnes en situation de pauvreté que de personnes."
                ),
            ),
            models.CheckConstraint(
                condition=Q(on__lte=F("updated_at__date")),
                name="consultation_not_ahead",
                violation_error_message=_("La date de la consultation est dans l’avenir."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
