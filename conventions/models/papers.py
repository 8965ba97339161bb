"""What a convention rests on: the text it is drafted from, its own text, the resolution."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, Cycle, Document, ScopedModel, User


class ConventionTemplateQuerySet(models.QuerySet["ConventionTemplate"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def for_pages(self) -> Self:
        return self.select_related("cycle", "changed_by", "published_by").order_by(
            "-cycle__starts_on", "-language", "-version"
        )

    def in_force(self, cycle: Cycle, language: str) -> "ConventionTemplate | None":
        """The last published version: what a convention is drafted from."""
        found = self.published().filter(cycle=cycle, language=language)
        return found.order_by("-version").first()


class ConventionTemplate(models.Model):
    """The text conventions of a cycle are drafted from, with fields such as ``{montant}``.

    A published version never changes: a correction is the next version.
    """

    class Language(models.TextChoices):
        FRENCH = "fr", _("Français")
        ENGLISH = "en", _("Anglais")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("langue"), max_length=2, choices=Language)
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.TextField(_("texte"), help_text=_("Du HTML nettoyé, champs entre accolades."))
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ConventionTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["cycle", "language", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "language", "version"], name="convention_template_version_once"
            ),
            models.UniqueConstraint(
                fields=["cycle", "language"],
                condition=Q(published_at=None),
                name="convention_template_one_draft",
                violation_error_message=_("Ce modèle a déjà une version en préparation."),
            ),
            models.CheckConstraint(condition=~Q(body=""), name="convention_template_has_text"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="convention_template_published_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle.slug} {self.language} {self.version}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class ConventionText(ScopedModel):
    """The text of one convention: the template's, then what the analyst adjusts in the draft."""

    scoped_by = "convention"

    convention = models.OneToOneField(
        "conventions.Convention", on_delete=models.CASCADE, related_name="wording"
    )
    template = models.ForeignKey(ConventionTemplate, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("texte"))
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="convention_text_has_text"),
            models.CheckConstraint(
                condition=Q(changed_at=None, changed_by=None)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
                name="convention_text_changed_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fixed_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM conventions_convention c
                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)
                          AND c.state <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'Le texte d’une convention envoyée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_fixed';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
            pgtrigger.Trigger(
                name="from_a_published_template",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM conventions_conventiontemplate t
                        JOIN conventions_convention c ON c.id = NEW.convention_id
                        JOIN alliances_alliance a ON a.id = c.alliance_id
                        WHERE t.id = NEW.template_id AND t.cycle_id = a.cycle_id
                          AND t.published_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'Ce modèle n’est pas publié pour ce cycle.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_template';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention}"

    @property
    def is_adjusted(self) -> bool:
        return self.body != self.template.body


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def for_pages(self) -> Self:
        return self.select_related("document", "recorded_by")

    def in_force(self, alliance: Alliance) -> "Resolution | None":
        """The last one adopted."""
        return self.for_pages().filter(alliance=alliance).order_by("-adopted_on", "-pk").first()


class Resolution(ScopedModel):
    """The resolution that empowers the Table to sign and confirms it in charge of the Alliance
    (guide 2024, §2.1 and §4.1-2). The last adopted is the one that counts; none is erased."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="resolutions")
    adopted_on = models.DateField(_("adoptée le"))
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ["-adopted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted_on__lte=F("recorded_at__date")),
                name="resolution_not_ahead",
                violation_error_message=_("La date de la résolution est dans l’avenir."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="resolution_stays", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.adopted_on}"


def empowered_before_sending() -> pgtrigger.Trigger:
    """No convention leaves for signature without the resolution that empowers who signs, nor
    without a fiduciary where the guide wants one (2017, « Mise en œuvre », step 2)."""
    return pgtrigger.Trigger(
        name="empowered_before_sending",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(old__state="draft", new__state="sent"),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM conventions_resolution r WHERE r.alliance_id = NEW.alliance_id
            ) THEN
                RAISE EXCEPTION 'Aucune résolution n’habilite la Table à signer.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_resolution';
            END IF;
            IF EXISTS (
                SELECT 1 FROM alliances_alliance a
                JOIN alliances_organisation o ON o.id = a.table_id
                JOIN alliances_territory t ON t.id = a.territory_id
                WHERE a.id = NEW.alliance_id AND a.fiduciary_id IS NULL
                  AND NOT o.is_registered AND NOT t.manages_own_envelope
            ) THEN
                RAISE EXCEPTION 'Cette Table a besoin d’un fiduciaire.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_fiduciary';
            END IF;
            RETURN NEW;
        """,
    )
