"""The register of the projects: the views people keep of it, and its sums, always at hand."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, ScopedModel, Territory, User
from alliances.money import MoneyField


class SavedView(models.Model):
    """Filters, order and columns of a register under a name: one person's, or a territory's.

    Without a territory, a view of the national register, read by its owner alone.
    """

    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    name = models.CharField(_("nom"), max_length=60)
    query = models.TextField(editable=False)
    is_shared = models.BooleanField(_("pour tout le territoire"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "created_by", "name"],
                nulls_distinct=False,
                name="saved_view_name_once",
                violation_error_message=_("Vous avez déjà une vue de ce nom."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(territory__isnull=False),
                name="saved_view_shared_in_a_territory",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectTally(ScopedModel):
    """What a change of projects adds to the sums of a register, in dollars; may be negative.

    Written by the database with each change of ``fqis_project`` (migration ``register``), summed
    by screens, merged by ``merge_tallies``: a total costs the same for ten projects and for ten
    thousand, and two people who write at once never wait for each other.
    """

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    priority_lineage = models.UUIDField(null=True)
    fiscal_year = models.SmallIntegerField(_("exercice de réception"))
    projects = models.IntegerField()
    requested = MoneyField(_("demandé"))
    granted = MoneyField(_("accordé"))
    paid = MoneyField(_("payé"))
    levered = MoneyField(_("autres sources"))

    class Meta:
        indexes = [models.Index(fields=["alliance", "state"], name="project_tally_by_state")]

    def __str__(self) -> str:
        return f"{self.alliance_id} · {self.state} · {self.projects}"
