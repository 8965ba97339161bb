"""The register a Table already keeps, brought into the portal: the file, its lines, its faults."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User
from alliances.money import MoneyField


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def at_work(self) -> "RegisterImportQuerySet":
        """Those the worker has something to do with."""
        return self.filter(state__in=RegisterImport.AT_WORK)


class RegisterImport(FSMModelMixin, ScopedModel):
    """One file of a Table's register: checked without effect, then applied or undone as a whole.

    ``mapping`` says which column of the file (by its rank) gives each field; ``attempts`` is the
    turn of the worker that may write, so that one thought dead writes nothing more.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Reçu")
        CHECKING = "checking", _("Vérification en cours")
        CHECKED = "checked", _("Vérifié")
        REFUSED = "refused", _("Illisible")
        APPLYING = "applying", _("Application en cours")
        APPLIED = "applied", _("Appliqué")
        UNDOING = "undoing", _("Annulation en cours")
        UNDONE = "undone", _("Annulé")
        DROPPED = "dropped", _("Abandonné")

    AT_WORK = [State.CHECKING, State.APPLYING, State.UNDOING]
    OPEN = [State.RECEIVED, State.CHECKED, *AT_WORK]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="imports")
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="+", editable=False
    )
    file_name = models.CharField(max_length=200)
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = FSMField(default=State.RECEIVED, choices=State.choices, protected=True)
    refusal = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    lines_read = models.PositiveIntegerField(default=0)
    lines_total = models.PositiveIntegerField(null=True)
    faults_count = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance"],
                condition=Q(state__in=["received", "checking", "checked", "applying", "undoing"]),
                name="register_import_one_open",
                violation_error_message=_("Un import est déjà ouvert."),
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="register_import_applied_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="register_import_undone_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applying", "applied", "undoing", "undone"])
                | Q(faults_count=0, applied_at__isnull=False),
                name="register_import_applied_without_fault",
                violation_error_message=_("Un fichier en erreur ne s’applique pas."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["undoing", "undone"]) | Q(undone_at__isnull=False),
                name="register_import_undone_has_date",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return self.alliance.url("project_import", self.pk)

    @transition(field=state, source=[State.RECEIVED, State.CHECKED], target=State.CHECKING)
    def check_again(self) -> None:
        """Its columns are matched: the worker reads every line."""

    @transition(field=state, source=State.CHECKING, target=State.CHECKED)
    def conclude(self) -> None:
        """Every line was read."""

    @transition(field=state, source=State.CHECKING, target=State.REFUSED)
    def refuse(self, *, why: str) -> None:
        self.refusal = why

    @transition(field=state, source=State.CHECKED, target=State.APPLYING)
    def apply(self, *, by: User) -> None:
        self.applied_at, self.applied_by = clock.now(), by

    @transition(field=state, source=State.APPLYING, target=State.APPLIED)
    def finish(self) -> None:
        """Every line is a project."""

    @transition(field=state, source=State.APPLYING, target=State.CHECKED)
    def give_back(self, *, why: str) -> None:
        self.refusal = why
        self.applied_at = self.applied_by = None

    @transition(field=state, source=State.APPLIED, target=State.UNDOING)
    def undo(self, *, by: User) -> None:
        self.undone_at, self.undone_by = clock.now(), by

    @transition(field=state, source=State.UNDOING, target=State.UNDONE)
    def forget(self) -> None:
        """Nothing of it is left but the file and its lines."""

    @transition(field=state, source=State.UNDOING, target=State.APPLIED)
    def keep(self, *, why: str) -> None:
        self.refusal = why
        self.undone_at = self.undone_by = None

    @transition(field=state, source=[State.RECEIVED, State.CHECKED], target=State.DROPPED)
    def drop(self) -> None:
        """The Table brings another file."""


class ImportLine(ScopedModel):
    """A line of the file as it would be a project; once applied, ``project`` is that project.

    Ids are those the check found; a body the territory does not know yet has none.
    """

    scoped_by = "source"

    source = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    organisation_ref = models.BigIntegerField(null=True)
    organisation_key = models.TextField()
    organisation_name = models.TextField()
    organisation_neq = models.TextField(blank=True)
    organisation_class = models.TextField(blank=True)
    organisation_city = models.TextField(blank=True)
    title = models.TextField()
    title_key = models.TextField()
    description = models.TextField(blank=True)
    priority_ref = models.BigIntegerField(null=True)
    priority_lineage = models.UUIDField(null=True)
    mrc_refs = ArrayField(models.BigIntegerField(), default=list)
    received_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    requested = MoneyField()
    state = models.TextField()
    decided_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    granted = MoneyField(null=True)
    agreed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    people_expected = models.PositiveIntegerField(null=True)
    people_reached = models.PositiveIntegerField(null=True)
    people_in_poverty = models.PositiveIntegerField(null=True)
    other_name = models.TextField(blank=True)
    other_money = MoneyField(null=True)
    paid = MoneyField(null=True)
    paid_on = models.DateField(null=True)
    number = models.TextField(blank=True)
    project_ref = models.BigIntegerField(null=True)
    organisation_made = models.BooleanField(default=False)

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["project_ref"], name="import_line_project")]
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="import_line_once")]

    def __str__(self) -> str:
        return f"{self.source_id} · {self.line}"


class ImportFault(ScopedModel):
    """What a cell of the file cannot be read for; ``field`` names the column, ``code`` the rule."""

    scoped_by = "source"

    source = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="faults")
    line = models.PositiveIntegerField()
    field = models.TextField()
    code = models.TextField()
    value = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["source", "line", "id"], name="import_fault_by_line")]

    def __str__(self) -> str:
        return f"{self.source_id} · {self.line} · {self.code}"
