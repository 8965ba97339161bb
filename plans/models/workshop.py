"""What helps people write together: who is where, and a text brought from Word."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User

from .canvas import CanvasSection
from .versions import PlanVersion


class Presence(ScopedModel):
    """The section a person has open now; forgotten when no sign of life comes."""

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="presences")
    section = models.ForeignKey(CanvasSection, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.section}"


class WordImport(ScopedModel):
    """A Word canvas brought into a version: its pieces, placed in a section or still to place.

    ``pieces`` holds, in the order of the file, ``{"heading", "html", "section", "done"}``: nothing
    of the file is dropped until a person says so.
    """

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField(_("fichier"), max_length=200)
    sha256 = models.CharField(max_length=64)
    pieces = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(finished_at=None),
                name="word_import_one_open",
                violation_error_message=_("Un fichier Word attend déjà d’être placé."),
            )
        ]

    def __str__(self) -> str:
        return self.file_name
