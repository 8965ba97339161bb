"""Every row that belongs to one territory."""

from typing import Any, ClassVar

from django.db import models

from .territories import Territory


class ScopedModel(models.Model):
    """A row of one territory, held there by row-level security (see ``alliances.rls``).

    ``scoped_by`` names the parent the territory comes from; a composite foreign key keeps the
    two from disagreeing.
    """

    scoped_by: ClassVar[str] = "alliance"
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.territory_id is None and self.scoped_by:
            self.territory_id = getattr(self, self.scoped_by).territory_id
        super().save(*args, **kwargs)
