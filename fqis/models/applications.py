"""Applications (« demandes ») that organisations write online, without an account."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Document, ScopedModel

from .calls import Call, CallPaper
from .projects import Project


def application_path(file: "ApplicationFile", filename: str) -> str:
    extension = filename.rsplit(".", 1)[-1].lower()
    return f"demandes/{file.application_id}/{file.sha256[:16]}.{extension}"


class Application(FSMModelMixin, ScopedModel):
    """What an organisation writes for a call; nobody else reads it before it is sent.

    Its link is signed from its key and round, never stored. The first browser that opens the link
    keeps it: ``opened_with`` is the fingerprint of what that browser holds.
    """

    scoped_by = "call"

    class State(models.TextChoices):
        DRAFT = "draft", _("En rédaction")
        SUBMITTED = "submitted", _("Transmise")

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    email = models.EmailField(_("courriel"))
    language = models.CharField(max_length=2, default="fr")
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    project = models.OneToOneField(
        Project, on_delete=models.PROTECT, null=True, related_name="application"
    )
    round = models.PositiveIntegerField(default=1)
    opened_with = models.CharField(max_length=64, blank=True)
    link_expires_at = models.DateTimeField()
    link_asked_at = models.DateTimeField(default=clock.now)
    link_sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(
                fields=["link_asked_at"],
                condition=Q(link_sent_at=None),
                name="application_link_unsent",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "email"],
                condition=Q(state="draft"),
                name="application_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None, project=None)
                | Q(state="submitted", submitted_at__isnull=False, project__isnull=False),
                name="application_submitted_is_a_project",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept_once_submitted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="submitted"),
            ),
            pgtrigger.Trigger(
                name="submitted_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state="submitted"),
                func="""
                    IF ROW(OLD.state, OLD.content, OLD.submitted_at, OLD.project_id, OLD.call_id,
                           OLD.email, OLD.language)
                       IS DISTINCT FROM
                       ROW(NEW.state, NEW.content, NEW.submitted_at, NEW.project_id, NEW.call_id,
                           NEW.email, NEW.language)
                    THEN
                        RAISE EXCEPTION 'Une demande transmise ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="while_the_call_is_open",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'submitted'"),
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.state = 'submitted' THEN
                        RETURN NEW;
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM (
                            SELECT c.* FROM fqis_call c WHERE c.id = NEW.call_id FOR SHARE
                        ) c JOIN fqis_project p ON p.id = NEW.project_id AND p.call_id = c.id
                        WHERE c.state = 'published' AND c.opens_at <= NEW.submitted_at
                          AND NEW.submitted_at < c.closes_at
                    ) THEN
                        RAISE EXCEPTION 'Cet appel de projets est fermé.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_in_time';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.pk}"

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def submit(self, *, project: Project) -> None:
        self.submitted_at, self.project = clock.now(), project


class ApplicationFile(ScopedModel):
    """A file joined to an application; once it is sent, a document of the project."""

    scoped_by = "application"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="files")
    paper = models.ForeignKey(CallPaper, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nom du fichier"), max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=application_path, max_length=200)
    added_at = models.DateTimeField(default=clock.now, editable=False)
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"],
                name="application_file_once",
                violation_error_message=_("Ce fichier est déjà joint."),
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="application_file_not_empty"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="kept_with_application",
                operation=pgtrigger.Insert | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM fqis_application a
                        WHERE a.id = coalesce(NEW.application_id, OLD.application_id)
                          AND a.state = 'submitted'
                    ) THEN
                        RAISE EXCEPTION 'Une demande transmise ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_frozen';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
