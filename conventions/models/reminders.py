"""A party that was reminded of its signature: who asked, when, and who was written to."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User


class SignatureReminderQuerySet(models.QuerySet["SignatureReminder"]):
    def for_pages(self) -> Self:
        return self.select_related("sent_by").order_by("sent_at", "pk")


class SignatureReminder(ScopedModel):
    """One reminder of one party of a convention, or of an avenant; once a day at most."""

    scoped_by = "convention"

    convention = models.ForeignKey(
        "conventions.Convention", on_delete=models.PROTECT, related_name="reminders"
    )
    signatory = models.ForeignKey(
        "conventions.Signatory", on_delete=models.PROTECT, null=True, related_name="reminders"
    )
    avenant_party = models.ForeignKey(
        "conventions.AvenantSignatory",
        on_delete=models.PROTECT,
        null=True,
        related_name="reminders",
    )
    sent_on = models.DateField(_("relancée le"), editable=False)
    sent_at = models.DateTimeField(default=clock.now, editable=False)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    told = models.TextField(_("à qui"), help_text=_("Les personnes et les adresses écrites."))

    objects = SignatureReminderQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signatory=None, avenant_party__isnull=False)
                | Q(signatory__isnull=False, avenant_party=None),
                name="signaturereminder_of_one_party",
            ),
            models.CheckConstraint(condition=~Q(told=""), name="signaturereminder_told_somebody"),
            models.UniqueConstraint(
                fields=["signatory", "sent_on"],
                name="signaturereminder_once_a_day",
                violation_error_message=_("Cette partie est déjà relancée aujourd’hui."),
            ),
            models.UniqueConstraint(
                fields=["avenant_party", "sent_on"],
                name="signaturereminder_avenant_once_a_day",
                violation_error_message=_("Cette partie est déjà relancée aujourd’hui."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="party_is_awaited",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM conventions_signatory s
                        JOIN conventions_convention c ON c.id = s.convention_id
                        WHERE s.id = NEW.signatory_id AND c.id = NEW.convention_id
                          AND s.signed_on IS NULL AND c.state = 'sent'
                    ) AND NOT EXISTS (
                        SELECT 1 FROM conventions_avenantsignatory s
                        JOIN conventions_avenant a ON a.id = s.avenant_id
                        WHERE s.id = NEW.avenant_party_id AND a.convention_id = NEW.convention_id
                          AND s.signed_on IS NULL AND a.state = 'sent'
                    ) THEN
                        RAISE EXCEPTION 'Cette partie n’est pas attendue.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'signaturereminder_awaited';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.sent_on}"

    @property
    def party(self) -> object:
        return self.signatory or self.avenant_party
