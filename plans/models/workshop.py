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
    """A Word canvas brought into a version: the file, then its pieces, placed or still to place.

    ``content`` is the file until the worker has read it. ``pieces`` then holds, in the order of the
    file, ``{"heading", "html", "section", "done"}``: nothing of the file is dropped until a person
    says so. A file that cannot be read is finished at once, with its ``refusal``.
    """

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField(_("fichier"), max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True, editable=False)
    pieces = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    refusal = models.CharField(max_length=500, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(read_at=None),
                name="word_import_to_read",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(finished_at=None),
                name="word_import_one_open",
                violation_error_message=_("Un fichier Word attend déjà d’être placé."),
            ),
            models.CheckConstraint(
                condition=models.Q(read_at=None, content__isnull=False, finished_at=None)
                | models.Q(read_at__isnull=False, content=None),
                name="word_import_file_until_read",
            ),
            models.CheckConstraint(
                condition=models.Q(refusal="") | models.Q(finished_at__isnull=False, pieces=[]),
                name="word_import_refused_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_read(self) -> bool:
        return self.read_at is not None
