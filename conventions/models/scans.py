"""Signed papers that were scanned: the whole file first, then each of its pages."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User

from .parties import Party


class ScanQuerySet(models.QuerySet["Scan"]):
    def for_pages(self) -> Self:
        return (
            self.select_related("alliance__territory", "alliance__cycle", "document")
            .annotate(
                pages_waiting=models.Count("pages", filter=WAITING, distinct=True),
                pages_filed=models.Count(
                    "pages", filter=Q(pages__filed_at__isnull=False), distinct=True
                ),
            )
            .order_by("-received_at", "-pk")
        )

    def to_split(self) -> Self:
        return self.filter(split_at=None)


class Scan(ScopedModel):
    """A file of scanned pages, kept whole before anything is read of it."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="scans")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("fichier"), max_length=200)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    page_count = models.PositiveSmallIntegerField(_("pages"))
    received_at = models.DateTimeField(default=clock.now, editable=False)
    received_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    split_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ScanQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "sha256"],
                name="scan_once",
                violation_error_message=_("Ce fichier a déjà été déposé."),
            ),
            models.CheckConstraint(condition=Q(page_count__gt=0), name="scan_has_pages"),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(split_at=None), name="scan_to_split")
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="fixed_once_split",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__split_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="nothing_lost",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__split_at__isnull=False),
                func="""
                    IF (SELECT count(*) FROM conventions_scanpage p WHERE p.scan_id = NEW.id
                        AND p.position <= NEW.page_count) <> NEW.page_count
                    THEN
                        RAISE EXCEPTION 'Il manque des pages de ce fichier.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scan_every_page';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_split(self) -> bool:
        return self.split_at is not None


class ScanPageQuerySet(models.QuerySet["ScanPage"]):
    def filed(self) -> Self:
        return self.filter(filed_at__isnull=False)

    def waiting(self) -> Self:
        """What no code filed: a person files it or sets it aside."""
        return self.filter(filed_at=None, set_aside_at=None)

    def for_pages(self) -> Self:
        return self.select_related(
            "signatory", "avenant", "avenant_party", "document", "filed_by", "set_aside_by"
        )


class ScanPage(ScopedModel):
    """One page of a scan: filed in the convention or in one of its avenants, waiting for a person,
    or set aside."""

    scoped_by = "scan"

    class Problem(models.TextChoices):
        NONE = "", _("Aucun")
        UNREADABLE = "unreadable", _("Aucun code lu")
        BLANK = "blank", _("Page blanche")
        SEVERAL = "several", _("Plusieurs codes sur la page")
        FOREIGN = "foreign", _("Page d’un autre document")

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="pages")
    position = models.PositiveSmallIntegerField(_("page du fichier"))
    problem = models.CharField(max_length=10, choices=Problem, blank=True)
    code = models.CharField(_("code lu"), max_length=8, blank=True)
    number = models.PositiveSmallIntegerField(_("page"), null=True)
    total = models.PositiveSmallIntegerField(null=True)
    turned = models.SmallIntegerField(
        default=0, help_text=_("De combien de degrés redresser la page, dans le sens horaire.")
    )
    convention = models.ForeignKey(
        "conventions.Convention", on_delete=models.PROTECT, null=True, related_name="scanned_pages"
    )
    signatory = models.ForeignKey(
        "conventions.Signatory", on_delete=models.PROTECT, null=True, related_name="sheets"
    )
    avenant = models.ForeignKey(
        "conventions.Avenant", on_delete=models.PROTECT, null=True, related_name="scanned_pages"
    )
    avenant_party = models.ForeignKey(
        "conventions.AvenantSignatory", on_delete=models.PROTECT, null=True, related_name="sheets"
    )
    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(null=True, editable=False)
    filed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    set_aside_at = models.DateTimeField(null=True, editable=False)
    set_aside_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    reason = models.CharField(_("raison"), max_length=200, blank=True)

    objects = ScanPageQuerySet.as_manager()

    class Meta:
        ordering = ["scan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scan", "position"], name="scan_page_once"),
            models.CheckConstraint(
                condition=Q(number=None, total=None) | Q(number__gte=1, total__gte=F("number")),
                name="scan_page_number_in_total",
            ),
            models.CheckConstraint(
                condition=Q(filed_at=None, filed_by=None, convention=None, avenant=None)
                | Q(
                    filed_at__isnull=False,
                    filed_by__isnull=False,
                    convention__isnull=False,
                ),
                name="scan_page_filed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at=None, set_aside_by=None, reason="")
                | Q(
                    Q(set_aside_at__isnull=False, set_aside_by__isnull=False, filed_at=None)
                    & ~Q(reason="")
                ),
                name="scan_page_set_aside_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(signatory=None, avenant_party=None, document=None)
                | Q(filed_at__isnull=False),
                name="scan_page_sheet_is_filed",
            ),
            models.CheckConstraint(
                condition=Q(avenant=None, avenant_party=None)
                | Q(avenant__isnull=False, signatory=None),
                name="scan_page_of_one_text",
            ),
            models.CheckConstraint(
                condition=~Q(problem="")
                | Q(Q(filed_at__isnull=False, number__isnull=False) & ~Q(code="")),
                name="scan_page_waits_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(problem="foreign") | Q(filed_at=None),
                name="scan_page_foreign_never_filed",
                violation_error_message=_("Cette page est celle d’un autre document."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="fixed_once_placed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__filed_at__isnull=False)
                | pgtrigger.Q(old__set_aside_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="of_this_convention",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__filed_at__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM conventions_convention c
                        JOIN conventions_scan s ON s.id = NEW.scan_id
                        LEFT JOIN conventions_avenant v ON v.id = NEW.avenant_id
                        LEFT JOIN alliances_document d ON d.id =
                            CASE WHEN v.id IS NULL THEN c.document_id ELSE v.document_id END
                        WHERE c.id = NEW.convention_id AND c.alliance_id = s.alliance_id
                          AND (NEW.avenant_id IS NULL OR v.convention_id = c.id)
                          AND (NEW.code = '' OR d.code = NEW.code)
                    ) OR NOT (NEW.avenant_party_id IS NULL OR EXISTS (
                        SELECT 1 FROM conventions_avenantsignatory g
                        WHERE g.id = NEW.avenant_party_id AND g.avenant_id = NEW.avenant_id
                    )) OR NOT (NEW.signatory_id IS NULL OR EXISTS (
                        SELECT 1 FROM conventions_signatory g
                        WHERE g.id = NEW.signatory_id AND g.convention_id = NEW.convention_id
                    )) THEN
                        RAISE EXCEPTION 'Cette page est celle d’une autre convention.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'scan_page_foreign';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scan} · {self.position}"

    @property
    def party(self) -> Party | None:
        """Whose signature sheet the page is, of the convention or of an avenant."""
        return self.signatory or self.avenant_party

    @property
    def is_filed(self) -> bool:
        return self.filed_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.filed_at is None and self.set_aside_at is None


WAITING = Q(pages__isnull=False, pages__filed_at=None, pages__set_aside_at=None)
