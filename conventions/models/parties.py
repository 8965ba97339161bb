"""A party that signs, whatever it signs: a convention, or an avenant of it."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances.models import Document, Mrc, Organisation, ScopedModel, User


def signature_stays() -> pgtrigger.Trigger:
    """What was signed is never unsigned."""
    return pgtrigger.Protect(
        name="signature_stays",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__signed_on__isnull=False),
    )


class PartyQuerySet(models.QuerySet["Party"]):
    def missing(self) -> Self:
        return self.filter(signed_on=None)


class Party(ScopedModel):
    """A party, and its signature once it is recorded."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministère")
        TABLE = "table", _("Table")
        FIDUCIARY = "fiduciary", _("Fiduciaire")
        MRC = "mrc", _("MRC ou territoire équivalent")
        INCOMING = "incoming", _("Nouvelle partie")

    kind = models.CharField(max_length=10, choices=Kind)
    mrc = models.ForeignKey(Mrc, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(_("partie"), max_length=200)
    rank = models.PositiveSmallIntegerField()
    signed_on = models.DateField(_("signé le"), null=True)
    signer = models.CharField(_("signataire"), max_length=150, blank=True)
    recorded_at = models.DateTimeField(null=True, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = PartyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="mrc", mrc__isnull=False) | Q(~Q(kind="mrc"), mrc=None),
                name="%(class)s_mrc_when_mrc",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at=None, recorded_by=None)
                | Q(recorded_at__isnull=False, recorded_by__isnull=False),
                name="%(class)s_recorded_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None, recorded_at=None, signer="")
                | Q(Q(signed_on__isnull=False, recorded_at__isnull=False) & ~Q(signer="")),
                name="%(class)s_signature_is_recorded",
            ),
        ]

    def __str__(self) -> str:
        return self.name
