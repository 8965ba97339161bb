"""An avenant, the schedule it writes and the parties that sign it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Document, Organisation, ScopedModel, User
from alliances.money import MoneyField
from conventions.avenants.rules import (
    APPLIED,
    FIXED,
    LINES_FIXED,
    PARTIES_FIXED,
    STARTS_FROM_WHAT_HOLDS,
)

from .parties import Party, signature_stays


class AvenantQuerySet(models.QuerySet["Avenant"]):
    def for_acts(self) -> Self:
        """With what a service reads; one row, to lock."""
        return self.select_related(
            "convention__alliance__territory",
            "convention__alliance__cycle",
            "convention__alliance__table",
            "convention__alliance__fiduciary",
            "created_by",
            "changed_by",
            "sent_by",
            "withdrawn_by",
            *PARTIES,
        )

    def for_pages(self) -> Self:
        """With everything a page shows; three queries."""
        return self.select_related(
            "convention__alliance__territory",
            "convention__alliance__cycle",
            "document",
            "created_by",
            "withdrawn_by",
            *PARTIES,
        ).prefetch_related(
            "lines",
            models.Prefetch(
                "signatories",
                AvenantSignatory.objects.select_related("document", "mrc").order_by("rank"),
            ),
        )

    def open(self) -> Self:
        """A draft or one in signature: a convention has one at most."""
        return self.filter(state__in=Avenant.OPEN)

    def signed(self) -> Self:
        return self.filter(state=Avenant.State.SIGNED)


PARTIES = ("table", "fiduciary", "was_table", "was_fiduciary")


class Avenant(FSMModelMixin, ScopedModel):
    """A change of a signed convention: its end, its amount, its schedule, its parties.

    What is empty does not change. The values it starts from are kept beside those it writes; it is
    applied, whole, by the last signature (guide 2024, §4.1; ``docs/adr/0011-avenants.md``).
    """

    scoped_by = "convention"

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SENT = "sent", _("En signature")
        SIGNED = "signed", _("Signé")
        WITHDRAWN = "withdrawn", _("Retiré")

    OPEN = [State.DRAFT, State.SENT]

    convention = models.ForeignKey(
        "conventions.Convention", on_delete=models.PROTECT, related_name="avenants"
    )
    number = models.PositiveSmallIntegerField(_("numéro"))
    reason = models.TextField(_("motif"), max_length=2000)
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)

    was_ends_on = models.DateField(editable=False)
    was_amount = MoneyField(editable=False)
    was_table = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", editable=False
    )
    was_fiduciary = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    ends_on = models.DateField(_("fin"), null=True)
    amount = MoneyField(_("montant"), null=True)
    table = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="Table"
    )
    fiduciary = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("fiduciaire du FQIS"),
    )

    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_on = models.DateField(_("signé le"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_reason = models.TextField(_("motif du retrait"), blank=True, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = AvenantQuerySet.as_manager()

    class Meta:
        ordering = ["convention", "number"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="avenant_number_once"),
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(state__in=["draft", "sent"]),
                name="avenant_one_open",
                violation_error_message=_("Un avenant de cette convention est déjà en cours."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("was_ends_on")),
                name="avenant_extends",
                violation_error_message=_("La nouvelle fin doit suivre la fin actuelle."),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | (Q(amount__gt=0) & ~Q(amount=F("was_amount"))),
                name="avenant_amount_changes",
            ),
            models.CheckConstraint(
                condition=Q(table=None, fiduciary=None) | Q(table__isnull=False),
                name="avenant_parties_together",
            ),
            models.CheckConstraint(
                condition=Q(fiduciary=None) | ~Q(fiduciary=F("table")),
                name="avenant_fiduciary_is_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="avenant_has_reason"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at": None, f"{act}_by": None})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"avenant_{act}_at_and_by",
                )
                for act in ("changed", "sent", "withdrawn")
            ),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None)
                | Q(state="withdrawn")
                | Q(state__in=["sent", "signed"], sent_at__isnull=False),
                name="avenant_sent_has_sender",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", signed_on__isnull=False)
                | Q(~Q(state="signed"), signed_on=None),
                name="avenant_signed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None)
                | Q(ends_on__isnull=False)
                | Q(signed_on__lte=F("was_ends_on")),
                name="avenant_signed_while_in_force",
                violation_error_message=_(
                    "La convention est finie : seul un avenant qui la prolonge peut se signer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(~Q(withdrawn_reason=""), state="withdrawn", withdrawn_at__isnull=False)
                | Q(~Q(state="withdrawn"), withdrawn_at=None),
                name="avenant_withdrawn_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="fixed_once_sent",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["sent", "signed", "withdrawn"]),
                func=FIXED,
            ),
            pgtrigger.Trigger(
                name="starts_from_what_holds",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state <> 'withdrawn'"),
                declare=[("problem", "text"), ("lines", "numeric")],
                func=STARTS_FROM_WHAT_HOLDS,
            ),
            pgtrigger.Trigger(
                name="applied_whole",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.state = 'signed'"),
                func=APPLIED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} · {self.number}"

    @property
    def new_ends_on(self) -> date:
        """The end once the avenant is applied."""
        return self.ends_on or self.was_ends_on

    @property
    def new_amount(self) -> Decimal:
        """The amount in dollars once the avenant is applied."""
        return self.amount if self.amount is not None else self.was_amount

    @property
    def effective_on(self) -> date | None:
        """The first day its terms hold: its signature; an extension signed late takes over on the
        day after the former end, so that no day is without a convention."""
        if self.signed_on is None or self.ends_on is None:
            return self.signed_on
        return min(self.signed_on, self.was_ends_on + timedelta(days=1))

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @transition(field=state, source=State.DRAFT, target=State.SENT)
    def send(self, *, by: User) -> None:
        self.sent_at, self.sent_by = clock.now(), by

    @transition(field=state, source=State.SENT, target=State.SIGNED)
    def complete_signatures(self, *, on: date) -> None:
        self.signed_on = on

    @transition(field=state, source=[State.DRAFT, State.SENT], target=State.WITHDRAWN)
    def withdraw(self, *, by: User, reason: str) -> None:
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_reason = clock.now(), by, reason


class AvenantTranche(ScopedModel):
    """One tranche of the schedule an avenant writes, before and after.

    Without ``tranche`` it is added; without ``rank`` it is taken out. An avenant that changes the
    schedule holds every tranche of it, those it leaves alone too.
    """

    scoped_by = "avenant"

    avenant = models.ForeignKey(Avenant, on_delete=models.CASCADE, related_name="lines")
    tranche = models.ForeignKey(
        "conventions.Tranche", on_delete=models.PROTECT, null=True, related_name="+"
    )
    was_rank = models.PositiveSmallIntegerField(null=True)
    was_fiscal_year = models.PositiveSmallIntegerField(null=True)
    was_amount = MoneyField(null=True)
    was_waits_for = models.CharField(max_length=24, blank=True)
    was_waits_for_year = models.PositiveSmallIntegerField(null=True)
    rank = models.PositiveSmallIntegerField(_("rang"), null=True)
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"), null=True)
    amount = MoneyField(_("montant"), null=True)
    waits_for = models.CharField(_("attend"), max_length=24, blank=True)
    waits_for_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = [F("rank").asc(nulls_last=True), "was_rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["avenant", "rank"], name="avenant_line_rank_once"),
            models.UniqueConstraint(fields=["avenant", "tranche"], name="avenant_line_once"),
            models.CheckConstraint(
                condition=Q(tranche=None, was_rank=None, was_amount=None)
                | Q(tranche__isnull=False, was_rank__isnull=False, was_amount__isnull=False),
                name="avenant_line_before",
            ),
            models.CheckConstraint(
                condition=Q(rank=None, amount=None, tranche__isnull=False)
                | Q(rank__isnull=False, amount__isnull=False, amount__gt=0),
                name="avenant_line_after",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fixed_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=LINES_FIXED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.avenant} · {self.rank or self.was_rank}"

    @property
    def before(self) -> tuple[int, int, Decimal, str, int] | None:
        """Rank, fiscal year, amount, what it waits for and of which year; None when added."""
        if self.was_rank is None:
            return None
        assert self.was_fiscal_year is not None
        assert self.was_amount is not None
        assert self.was_waits_for_year is not None
        return (
            self.was_rank,
            self.was_fiscal_year,
            self.was_amount,
            self.was_waits_for,
            self.was_waits_for_year,
        )

    @property
    def after(self) -> tuple[int, int, Decimal, str, int] | None:
        """The same once the avenant is applied; None when the tranche is taken out."""
        if self.rank is None:
            return None
        assert self.fiscal_year is not None
        assert self.amount is not None
        assert self.waits_for_year is not None
        return self.rank, self.fiscal_year, self.amount, self.waits_for, self.waits_for_year


class AvenantSignatory(Party):
    """A party that must sign an avenant: those of the convention, and the one that comes in."""

    scoped_by = "avenant"

    avenant = models.ForeignKey(Avenant, on_delete=models.CASCADE, related_name="signatories")

    class Meta(Party.Meta):
        constraints = [
            *Party.Meta.constraints,
            models.UniqueConstraint(
                fields=["avenant", "kind", "mrc", "organisation"],
                nulls_distinct=False,
                name="avenantsignatory_once",
            ),
        ]
        triggers = [
            signature_stays(),
            pgtrigger.Trigger(
                name="parties_fixed_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=PARTIES_FIXED,
            ),
        ]
