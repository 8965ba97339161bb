"""What happened and what must be said of it: milestones, journal, remarks, notifications."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.roles import Side

from .alliances import Alliance
from .documents import Document
from .people import User
from .scoped import ScopedModel
from .territories import Territory


class MilestoneKind(models.TextChoices):
    """The steps an Alliance reaches."""

    CONVENTION_SIGNED = "convention_signed", _("Convention signée")
    PLAN_APPROVED = "plan_approved", _("Plan approuvé")
    REPORT_ACCEPTED = "report_accepted", _("Reddition acceptée")
    AVENANT_SIGNED = "avenant_signed", _("Avenant signé")

    @classmethod
    def awaited(cls) -> "list[MilestoneKind]":
        """What a payment can wait for."""
        return [cls.CONVENTION_SIGNED, cls.PLAN_APPROVED, cls.REPORT_ACCEPTED]


class Milestone(ScopedModel):
    """A step an Alliance reached. Money waits for milestones and never asks who records them.

    ``fiscal_year`` is the year the step is about (a report's year), 0 when it is about none;
    ``sequence`` tells the first approval of a plan from the second.
    """

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=24, choices=MilestoneKind)
    fiscal_year = models.PositiveSmallIntegerField(default=0)
    sequence = models.PositiveSmallIntegerField(default=1)
    on = models.DateField(_("le"))
    detail = models.CharField(_("précision"), max_length=200, blank=True)
    url = models.CharField(max_length=300, blank=True)
    evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "kind", "fiscal_year", "sequence"], name="milestone_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.on})"

    @property
    def label(self) -> str:
        """« Reddition 2025-2026 acceptée »."""
        text = str(MilestoneKind(self.kind).label)
        if self.kind == MilestoneKind.REPORT_ACCEPTED:
            return str(_("Reddition %(year)s acceptée")) % {"year": FiscalYear(self.fiscal_year)}
        if self.kind == MilestoneKind.PLAN_APPROVED and self.sequence > 1:
            return str(_("Plan approuvé, version %(n)s")) % {"n": self.sequence}
        if self.kind == MilestoneKind.AVENANT_SIGNED:
            return str(_("Avenant no %(n)s signé")) % {"n": self.sequence}
        return text


class JournalEntry(models.Model):
    """One act: who, for whom, what, when, why. Written once, never changed (held by a trigger)."""

    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acting_for = models.CharField(_("pour"), max_length=150, blank=True)
    verb = models.SlugField(_("acte"), max_length=50)
    summary = models.CharField(_("résumé"), max_length=300)
    reason = models.TextField(_("motif"), blank=True)
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, null=True, related_name="+")
    alliance = models.ForeignKey(
        Alliance, on_delete=models.PROTECT, null=True, related_name="journal"
    )
    target_label = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["alliance", "-at"], name="journal_by_alliance"),
            models.Index(fields=["target_label", "target_id"], name="journal_by_target"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.summary}"


class Comment(ScopedModel):
    """A remark on an object or one of its fields; an answer points to the remark it answers.

    The first remark carries its thread: whether it is open, answered or closed is read from the
    rows, never stored.
    """

    class Audience(models.TextChoices):
        ALL = "all", _("Table, DGSQ et DGSSAC")
        MINISTRY = "ministry", _("ministère seulement")

    class Thread(models.TextChoices):
        OPEN = "open", _("Sans réponse")
        ANSWERED = "answered", _("Avec réponse")
        CLOSED = "closed", _("Réglée")

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="comments")
    target_label = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    field = models.CharField(max_length=60, blank=True)
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.ALL)
    is_correction = models.BooleanField(
        default=False, editable=False, help_text=_("Demandée par un retour : la Table y répond.")
    )
    quote = models.CharField(_("passage"), max_length=300, blank=True)
    body = models.TextField(_("remarque"), max_length=5000)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=[(side.value, side.label) for side in Side])
    created_at = models.DateTimeField(default=clock.now, editable=False)
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["target_label", "target_id"], name="comment_by_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(audience="all") | ~Q(side="table"),
                name="comment_ministry_only_from_ministry",
                violation_error_message=_("Seul le ministère écrit une remarque réservée."),
            ),
            models.CheckConstraint(condition=~Q(body=""), name="comment_not_empty"),
            models.CheckConstraint(
                condition=Q(is_correction=False) | Q(audience="all", answers=None),
                name="comment_correction_is_read_by_all",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def is_ministry_only(self) -> bool:
        return self.audience == self.Audience.MINISTRY

    @property
    def last_side(self) -> str:
        """The side that wrote last in the thread (with ``replies`` loaded, in their order)."""
        replies = list(self.replies.all())
        return replies[-1].side if replies else self.side

    @property
    def thread_state(self) -> "Comment.Thread":
        """Closed by somebody; else answered when another side than the author's wrote last."""
        if self.resolved_at is not None:
            return self.Thread.CLOSED
        return self.Thread.OPEN if self.last_side == self.side else self.Thread.ANSWERED

    @property
    def awaits_table(self) -> bool:
        """A correction asked of the Table that the Table has not answered."""
        return (
            self.is_correction and self.resolved_at is None and self.last_side != Side.TABLE.value
        )


class Notification(models.Model):
    """A letter to one person, or to the ``address`` of an organisation that has no account.

    Written in the transaction of the act, sent by the worker. The same document goes once to each.
    """

    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="notifications"
    )
    address = models.EmailField(_("courriel"), blank=True)
    language = models.CharField(max_length=2, blank=True)
    attachment = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="letters"
    )
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"))
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(sent_at=None), name="notification_unsent"
            ),
            models.Index(fields=["recipient", "-created_at"], name="notification_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, address="", language="")
                | Q(Q(recipient=None), ~Q(address=""), ~Q(language="")),
                name="notification_has_one_reader",
            ),
            models.UniqueConstraint(
                fields=["attachment", "recipient", "address"],
                nulls_distinct=False,
                condition=Q(attachment__isnull=False),
                name="notification_document_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Heartbeat(models.Model):
    """The last sign of life of a process the portal cannot do without."""

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
