"""The whole file of an Alliance, asked for by a person and made by the worker."""

from datetime import timedelta
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, ScopedModel, User


def export_path(export: "Export", _filename: str) -> str:
    return f"exports/{export.pk}.zip"


class ExportQuerySet(models.QuerySet["Export"]):
    def at_work(self) -> Self:
        """Those the worker has something to do with."""
        return self.filter(state__in=Export.AT_WORK)

    def past(self) -> Self:
        """Those whose link ended, and whose file is still there."""
        return self.filter(state=Export.State.READY, expires_at__lte=clock.now())


class Export(FSMModelMixin, ScopedModel):
    """The whole file of an Alliance as one person may read it, in one ZIP; theirs alone.

    ``attempts`` is the turn of the worker that may write, so that one thought dead writes nothing
    more; ``done`` of ``total`` files are in it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("En attente")
        MAKING = "making", _("En préparation")
        READY = "ready", _("Prêt")
        FAILED = "failed", _("En échec")
        EXPIRED = "expired", _("Expiré")

    AT_WORK = [State.WAITING, State.MAKING]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="exports")
    state = FSMField(default=State.WAITING, choices=State.choices, protected=True)
    language = models.CharField(max_length=2, default="fr")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, editable=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to=export_path, blank=True)
    size = models.PositiveBigIntegerField(null=True, help_text=_("En octets."))
    sha256 = models.CharField(_("empreinte"), max_length=64, blank=True)
    made_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(max_length=40, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "asked_by"],
                condition=Q(state__in=["waiting", "making"]),
                name="export_one_at_work",
                violation_error_message=_("Votre dossier complet est déjà en préparation."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "expired"])
                | Q(
                    sha256__regex=r"^[0-9a-f]{64}$",
                    size__gt=0,
                    size__isnull=False,
                    made_at__isnull=False,
                    expires_at__isnull=False,
                    expires_at__gt=F("made_at"),
                ),
                name="export_ready_has_file",
            ),
            models.CheckConstraint(
                condition=Q(state="ready") & ~Q(file="") | ~Q(state="ready") & Q(file=""),
                name="export_file_while_ready",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure=""), name="export_failed_has_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="asked_by_a_reader",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_user_groups g
                        JOIN alliances_territorygrouppermission p ON p.group_id = g.group_id
                        JOIN auth_permission a ON a.id = p.permission_id
                        WHERE g.user_id = NEW.asked_by_id
                          AND p.content_object_id = NEW.territory_id
                          AND a.codename = 'view_journal'
                    ) THEN
                        RAISE EXCEPTION 'Cette personne ne lit pas tout le dossier.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'export_by_a_reader';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.alliance_id, OLD.territory_id, OLD.asked_by_id, OLD.asked_at)
                       IS DISTINCT FROM
                       ROW(NEW.alliance_id, NEW.territory_id, NEW.asked_by_id, NEW.asked_at)
                    OR OLD.state IN ('failed', 'expired')
                    OR (OLD.state = 'ready' AND (
                        NEW.state NOT IN ('ready', 'expired')
                        OR ROW(OLD.size, OLD.sha256, OLD.made_at, OLD.expires_at)
                           IS DISTINCT FROM ROW(NEW.size, NEW.sha256, NEW.made_at, NEW.expires_at)
                    )) THEN
                        RAISE EXCEPTION 'Un dossier complet ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'export_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether its link still gives the file."""
        return (
            self.state == self.State.READY
            and self.expires_at is not None
            and self.expires_at > clock.now()
        )

    @transition(field=state, source=AT_WORK, target=State.MAKING)
    def begin(self) -> None:
        self.attempts += 1
        self.seen_at, self.done = clock.now(), 0

    @transition(field=state, source=State.MAKING, target=State.READY)
    def finish(self, *, size: int, sha256: str, days: int) -> None:
        self.size, self.sha256 = size, sha256
        self.made_at = clock.now()
        self.expires_at = self.made_at + timedelta(days=days)

    @transition(field=state, source=AT_WORK, target=State.FAILED)
    def fail(self, *, why: str) -> None:
        self.failure = why

    @transition(field=state, source=State.READY, target=State.EXPIRED)
    def expire(self) -> None:
        self.file = ""
