"""What everybody may read of the initiatives: a copy without a name of a person nor a small count,
made by the worker. Nothing else of a territory is ever shown without signing in."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User
from alliances.money import MoneyField

from .projects import Project

# A count of people below this could name them: it is neither shown nor added.
SMALL_COUNT = 5


class GoodPractice(ScopedModel):
    """What a Table chose to tell everybody of a supported project (guide 2024, §4.2).

    Withdrawn, it stays readable in the project; another may then be written.
    """

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="good_practices")
    title = models.CharField(_("titre"), max_length=120)
    text = models.TextField(_("ce qui a bien marché"), max_length=1200)
    published_at = models.DateTimeField(default=clock.now, editable=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["published_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text=""),
                name="good_practice_has_words",
                violation_error_message=_("Écrivez le titre et le texte de la bonne pratique."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(withdrawn_at=None),
                name="good_practice_one_at_a_time",
                violation_error_message=_("Ce projet est déjà présenté comme bonne pratique."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="good_practice_withdrawn_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR ROW(OLD.project_id, OLD.title, OLD.text,"
                    " OLD.published_at, OLD.published_by_id) IS DISTINCT FROM ROW(NEW.project_id,"
                    " NEW.title, NEW.text, NEW.published_at, NEW.published_by_id)"
                ),
            ),
            pgtrigger.Trigger(
                name="of_a_supported_project",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM fqis_project p WHERE p.id = NEW.project_id
                          AND p.state IN ('accepted', 'agreed', 'under_way', 'completed')
                    ) THEN
                        RAISE EXCEPTION 'Une bonne pratique est celle d’un projet accepté.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'good_practice_of_supported';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PublishedInitiative(models.Model):
    """A supported project as everybody reads it, amounts in dollars. Only the portal writes it.

    Flat, so that no public page reads a territory's own rows: cycle and place are their addresses,
    themes and MRCs their names.
    """

    cycle = models.SlugField()
    place = models.SlugField()
    place_name = models.CharField(max_length=100)
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    organisation = models.CharField(max_length=200)
    neq = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    amount = MoneyField()
    decided_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=12)
    priority = models.CharField(max_length=300)
    themes = models.JSONField(default=list)
    mrcs = models.JSONField(default=list)
    # None: no accepted result tells it, or it is a small count.
    people = models.PositiveIntegerField(null=True)
    people_are_few = models.BooleanField(default=False)
    practice_title = models.CharField(max_length=120, blank=True)
    practice_text = models.TextField(blank=True)

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "place", "number"], name="published_initiative_once"
            ),
            models.CheckConstraint(
                condition=Q(people=None) | Q(people=0) | Q(people__gte=SMALL_COUNT),
                name="published_initiative_no_small_count",
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "place", "-decided_on", "-id"], name="published_by_place")
        ]

    def __str__(self) -> str:
        return self.title

    def get_state_display(self) -> str:
        return str(Project.State(self.state).label)


class Publication(models.Model):
    """One refresh of what is public: its sums, and the two files of open data."""

    made_at = models.DateTimeField(default=clock.now, editable=False)
    initiatives = models.PositiveIntegerField()
    # By cycle: the sums of the whole, of each place and of each theme.
    totals = models.JSONField(default=dict)
    csv_file = models.CharField(max_length=100)
    csv_size = models.PositiveBigIntegerField(help_text=_("En octets."))
    csv_sha256 = models.CharField(max_length=64)
    json_file = models.CharField(max_length=100)
    json_size = models.PositiveBigIntegerField(help_text=_("En octets."))
    json_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-made_at", "-pk"]
        get_latest_by = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"
