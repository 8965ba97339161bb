"""Documents: files that were deposited, and PDFs made from data frozen at the moment of an act."""

import secrets

import pgtrigger
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear

from .alliances import Alliance
from .people import User
from .territories import Territory

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """Eight characters nobody confuses: the code a person types to verify a document."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def document_path(document: "Document", filename: str) -> str:
    extension = filename.rsplit(".", 1)[-1].lower()
    return f"documents/{document.created_at:%Y/%m}/{document.pk}-{document.code}.{extension}"


class NumberSeries(models.Model):
    """The last number given in a series and a fiscal year; its row is locked to give the next."""

    series = models.CharField(max_length=8)
    fiscal_year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "fiscal_year"], name="number_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.fiscal_year}: {self.last}"


class Document(models.Model):
    """A file with its fingerprint. A correction is a new document; this one never changes."""

    class State(models.TextChoices):
        PENDING = "pending", _("En préparation")
        READY = "ready", _("Prêt")
        FAILED = "failed", _("En échec")
        ANNULLED = "annulled", _("Annulé")

    kind = models.SlugField(_("type"), max_length=40)
    title = models.CharField(_("titre"), max_length=200)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    alliance = models.ForeignKey(
        Alliance, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    subject_label = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    series = models.CharField(max_length=8, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(_("numéro"), max_length=40, blank=True)
    dated_on = models.DateField(_("daté du"), default=clock.today)
    language = models.CharField(max_length=2, default="fr")
    data = models.JSONField(default=dict, help_text=_("Les données figées dont le PDF est fait."))
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    file = models.FileField(upload_to=document_path, blank=True, max_length=200)
    mime = models.CharField(max_length=100, default="application/pdf")
    size = models.PositiveBigIntegerField(null=True, help_text=_("En octets."))
    sha256 = models.CharField(_("empreinte"), max_length=64, blank=True)
    code = models.CharField(max_length=8, unique=True, default=new_code)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rendered_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state="pending"), name="document_pending"
            ),
            models.Index(fields=["alliance", "-created_at"], name="document_by_alliance"),
            models.Index(fields=["subject_label", "subject_id"], name="document_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "fiscal_year", "sequence"],
                condition=~Q(series=""),
                name="document_number_once",
            ),
            models.CheckConstraint(
                condition=Q(series="", sequence=None)
                | Q(~Q(series=""), sequence__isnull=False, fiscal_year__isnull=False),
                name="document_series_and_sequence",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(
                    sha256__regex=r"^[0-9a-f]{64}$",
                    rendered_at__isnull=False,
                    size__isnull=False,
                    size__gt=0,
                ),
                name="document_ready_has_file",
            ),
            models.CheckConstraint(
                condition=Q(alliance=None) | Q(territory__isnull=False),
                name="document_alliance_has_territory",
            ),
            models.CheckConstraint(
                condition=Q(series="")
                | Q(
                    fiscal_year=ExtractYear("dated_on")
                    - Case(When(dated_on__month__lt=4, then=1), default=0)
                ),
                name="document_numbered_in_its_year",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.kind, OLD.territory_id, OLD.alliance_id, OLD.series,
                           OLD.fiscal_year, OLD.sequence, OLD.number, OLD.data, OLD.code,
                           OLD.created_at, OLD.created_by_id, OLD.dated_on)
                       IS DISTINCT FROM
                       ROW(NEW.kind, NEW.territory_id, NEW.alliance_id, NEW.series,
                           NEW.fiscal_year, NEW.sequence, NEW.number, NEW.data, NEW.code,
                           NEW.created_at, NEW.created_by_id, NEW.dated_on)
                    OR (OLD.state IN ('ready', 'annulled') AND
                        ROW(OLD.state, OLD.file, OLD.sha256, OLD.size, OLD.rendered_at)
                        IS DISTINCT FROM
                        ROW(NEW.state, NEW.file, NEW.sha256, NEW.size, NEW.rendered_at))
                    THEN
                        RAISE EXCEPTION 'Un document ne change plus : faites-en un nouveau.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # One document or several written at once: numbers that follow, up to the last given.
            pgtrigger.Trigger(
                name="next_in_series",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(new="written"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM written w
                        LEFT JOIN alliances_numberseries s
                            ON s.series = w.series AND s.fiscal_year = w.fiscal_year
                        WHERE w.series <> ''
                        GROUP BY w.series, w.fiscal_year, s.last
                        HAVING max(w.sequence) IS DISTINCT FROM s.last
                            OR count(*) <> max(w.sequence) - min(w.sequence) + 1
                    ) THEN
                        RAISE EXCEPTION 'Ce numéro n’est pas le suivant de sa série.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_series_gap';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def typed_code(self) -> str:
        """``7KQ4-M2XD``: the code as it is printed."""
        return f"{self.code[:4]}-{self.code[4:]}"

    @property
    def fiscal_year_label(self) -> str:
        return str(FiscalYear(self.fiscal_year)) if self.fiscal_year else ""
