"""What others say of a version: the partners' endorsement, the DGSQ's opinion, the checklist."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Document, GovernanceBody, Partner, ScopedModel, User

from .canvas import CanvasRequirement
from .versions import PlanVersion


class Endorsement(ScopedModel):
    """What a partner or a body answers when the Table asks for its agreement (guide 2024, §4.2).

    The link holds no stored secret: it is signed from the row's key and ``round``, which grows
    each time the link is sent again. ``content_sha256`` names the exact text endorsed: another
    text is another question. An answer is written once.
    """

    scoped_by = "version"

    class Answer(models.TextChoices):
        AGREE = "agree", _("D’accord")
        RESERVATION = "reservation", _("D’accord, avec une réserve")
        DISAGREE = "disagree", _("En désaccord")

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="endorsements")
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    body = models.ForeignKey(
        GovernanceBody, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("au nom de"), max_length=200)
    email = models.EmailField(_("courriel"))
    language = models.CharField(max_length=2, default="fr")
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    expires_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answer = models.CharField(_("réponse"), max_length=12, choices=Answer, blank=True)
    text = models.TextField(_("précision"), blank=True, max_length=5000)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_name = models.CharField(_("votre nom"), max_length=150, blank=True)
    answered_title = models.CharField(_("votre fonction"), max_length=150, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["version", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "partner"],
                condition=Q(partner__isnull=False, cancelled_at=None),
                name="endorsement_once_per_partner",
                violation_error_message=_("Cet appui est déjà demandé."),
            ),
            models.UniqueConstraint(
                fields=["version", "body"],
                condition=Q(body__isnull=False, cancelled_at=None),
                name="endorsement_once_per_body",
                violation_error_message=_("Cet appui est déjà demandé."),
            ),
            models.CheckConstraint(
                condition=Q(partner=None) | Q(body=None), name="endorsement_partner_or_body"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, content_sha256="", answered_name="")
                | Q(
                    ~Q(answer=""),
                    ~Q(answered_name=""),
                    answered_at__isnull=False,
                    content_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="endorsement_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "agree"]) | ~Q(text=""),
                name="endorsement_reservation_has_text",
                violation_error_message=_("Dites votre réserve ou votre désaccord."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="endorsement_cancelled_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answered_once",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.answer <> ''"),
                func="""
                    IF TG_OP = 'DELETE'
                       OR ROW(OLD.answer, OLD.text, OLD.answered_at, OLD.answered_name,
                              OLD.answered_title, OLD.content_sha256, OLD.name, OLD.email,
                              OLD.version_id, OLD.partner_id, OLD.body_id)
                          IS DISTINCT FROM
                          ROW(NEW.answer, NEW.text, NEW.answered_at, NEW.answered_name,
                              NEW.answered_title, NEW.content_sha256, NEW.name, NEW.email,
                              NEW.version_id, NEW.partner_id, NEW.body_id)
                    THEN
                        RAISE EXCEPTION 'Une réponse donnée ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="answered_while_open",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.answer <> '' AND (TG_OP = 'INSERT' OR OLD.answer = '')
                       AND (NEW.cancelled_at IS NOT NULL OR NOT EXISTS (
                           SELECT 1 FROM plans_planversion v WHERE v.id = NEW.version_id
                           AND v.state IN ('draft', 'submitted', 'returned', 'validated')))
                    THEN
                        RAISE EXCEPTION 'Cette demande d’appui n’est plus ouverte.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_closed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="asked_in_its_alliance",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "NEW.partner_id IS NOT NULL OR NEW.body_id IS NOT NULL"
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM plans_planversion v
                        JOIN plans_plan p ON p.id = v.plan_id
                        WHERE v.id = NEW.version_id AND p.alliance_id = coalesce(
                            (SELECT alliance_id FROM alliances_partner WHERE id = NEW.partner_id),
                            (SELECT alliance_id FROM alliances_governancebody
                             WHERE id = NEW.body_id))
                    ) THEN
                        RAISE EXCEPTION 'Ce partenaire n’est pas de cette Alliance.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'endorsement_alliance';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pending(self) -> bool:
        return not self.answer and self.cancelled_at is None

    @property
    def is_expired(self) -> bool:
        return self.is_pending and clock.now() >= self.expires_at


class Opinion(ScopedModel):
    """What the DGSQ says of a submission, before the DGSSAC validates it. Written once."""

    scoped_by = "version"

    class Stance(models.TextChoices):
        FAVOURABLE = "favourable", _("Favorable")
        RESERVES = "reserves", _("Favorable, avec des réserves")
        UNFAVOURABLE = "unfavourable", _("Défavorable")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="opinions")
    submitted_at = models.DateTimeField(editable=False)
    stance = models.CharField(_("avis"), max_length=12, choices=Stance)
    text = models.TextField(_("texte de l’avis"), blank=True, max_length=10000)
    given_at = models.DateTimeField(default=clock.now, editable=False)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["version", "given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "submitted_at"],
                name="opinion_once_per_submission",
                violation_error_message=_("L’avis sur cette transmission est déjà donné."),
            ),
            models.CheckConstraint(
                condition=Q(stance="favourable") | ~Q(text=""),
                name="opinion_reserves_have_text",
                violation_error_message=_("Écrivez vos réserves."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.get_stance_display())


class ReviewPoint(ScopedModel):
    """A line of the analyst's checklist on one submission: an element of §4.2, in order or not."""

    scoped_by = "version"

    class Verdict(models.TextChoices):
        IN_ORDER = "in_order", _("Conforme")
        TO_CORRECT = "to_correct", _("À corriger")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="review_points")
    submitted_at = models.DateTimeField(editable=False)
    requirement = models.ForeignKey(CanvasRequirement, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(_("remarque"), blank=True, max_length=5000)
    reviewed_at = models.DateTimeField(default=clock.now, editable=False)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["version", "submitted_at", "requirement__rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "submitted_at", "requirement"], name="review_point_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="in_order") | ~Q(note=""),
                name="review_point_correction_has_note",
                violation_error_message=_("Dites ce qui est à corriger."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="while_submitted",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM plans_planversion v
                        WHERE v.id = coalesce(NEW.version_id, OLD.version_id)
                          AND v.state = 'submitted'
                          AND v.submitted_at = coalesce(NEW.submitted_at, OLD.submitted_at)
                    ) THEN
                        RAISE EXCEPTION 'Cette transmission n’est plus à l’analyse.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_point_frozen';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.requirement} : {self.get_verdict_display()}"
