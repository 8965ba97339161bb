"""What people type about an avenant: the parts it opens, then their new values only."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, Organisation
from alliances.money import MoneyFormField
from alliances.templatetags.portal import date_long
from conventions.forms import (
    DAY,
    BaseTrancheFormSet,
    DayInput,
    SignatureForm,
    TrancheForm,
    condition_value,
)
from conventions.models import Avenant, Convention, Tranche

from .changes import Changes, Parties, Row, changes_of, rows_of

PARTS = {
    "end": _("La fin : prolonger la convention"),
    "amount": _("Le montant, avec les tranches qui le totalisent"),
    "schedule": _("L’échéancier : exercices, montants et jalons des tranches"),
    "parties": _("Les parties : la Table ou le fiduciaire"),
}


class PartsForm(forms.Form):
    """What the avenant opens; the rest of the convention stays closed."""

    change = forms.MultipleChoiceField(
        label=_("Ce que l’avenant change"),
        choices=list(PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins une partie.")},
    )


def chosen_parts(names: Iterable[str]) -> list[str]:
    """The known parts among ``names``; an amount opens the schedule that must sum to it."""
    wanted = set(names)
    if "amount" in wanted:
        wanted.add("schedule")
    return [part for part in PARTS if part in wanted]


def parts_of(avenant: Avenant) -> list[str]:
    """The parts a written avenant changes."""
    changes = changes_of(avenant)
    opened = {
        "end": changes.ends_on,
        "amount": changes.amount,
        "schedule": changes.rows,
        "parties": changes.parties,
    }
    return chosen_parts(part for part, value in opened.items() if value is not None)


FIELDS = {"end": ["ends_on"], "amount": ["amount"], "parties": ["table", "fiduciary"]}


class AvenantForm(forms.Form):
    """The reason, and the new values of the parts that are open."""

    ends_on = forms.DateField(label=_("Nouvelle fin"), widget=DayInput, error_messages=DAY)
    amount = MoneyFormField(label=_("Nouveau montant"))
    table = forms.ModelChoiceField(Organisation.objects.none(), label=_("Table"))
    fiduciary = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Fiduciaire du FQIS"),
        required=False,
        empty_label=_("Aucun fiduciaire"),
    )
    reason = forms.CharField(
        label=_("Motif"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Pourquoi la convention change. Chaque partie le lit."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, convention: Convention, parts: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        alliance = convention.alliance
        for part, names in FIELDS.items():
            for name in names:
                if part not in parts:
                    del self.fields[name]
        if "ends_on" in self.fields and convention.ends_on >= alliance.cycle.closes_on:
            self.fields["ends_on"].help_text = _("La convention va déjà jusqu’à la fin du cycle.")
        elif "ends_on" in self.fields:
            self.fields["ends_on"].help_text = _("Après le %(was)s, au plus tard le %(last)s.") % {
                "was": date_long(convention.ends_on),
                "last": date_long(alliance.cycle.closes_on),
            }
        for name in ("table", "fiduciary"):
            if name in self.fields:
                self.fields[name].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
                    territory=alliance.territory_id, legal_class__in=Organisation.ELIGIBLE
                ).order_by("name", "pk")

    @classmethod
    def first(cls, convention: Convention) -> dict[str, Any]:
        """What the form proposes: the convention as it is."""
        alliance = convention.alliance
        return {
            "ends_on": convention.ends_on,
            "amount": convention.amount,
            "table": alliance.table_id,
            "fiduciary": alliance.fiduciary_id,
        }

    @classmethod
    def written(cls, avenant: Avenant) -> dict[str, Any]:
        values = cls.first(avenant.convention) | {
            "reason": avenant.reason,
            "revision": avenant.revision,
            "ends_on": avenant.new_ends_on,
            "amount": avenant.new_amount,
        }
        if avenant.table is not None:
            values |= {"table": avenant.table_id, "fiduciary": avenant.fiduciary_id}
        return values

    def changes(self, rows: list[Row] | None) -> Changes:
        typed = self.cleaned_data
        return Changes(
            typed.get("ends_on"),
            typed.get("amount"),
            rows,
            Parties(typed["table"], typed["fiduciary"]) if "table" in typed else None,
        )


class ScheduleForm(TrancheForm):
    """One row of the new schedule; ``tranche`` is the one it changes."""

    tranche = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def row(self) -> Row:
        return Row(self.cleaned_data["tranche"], self.spec())


ScheduleFormSet = forms.formset_factory(
    ScheduleForm, formset=BaseTrancheFormSet, can_delete=True, extra=0, max_num=24, absolute_max=30
)


def schedule_rows(
    alliance: Alliance, *, data: Any = None, rows: list[dict[str, Any]] | None = None
) -> BaseTrancheFormSet:
    """The rows as they were posted, or as ``rows`` proposes them."""
    options: dict[str, Any] = {"prefix": "tranche", "form_kwargs": {"alliance": alliance}}
    if data is not None:
        return ScheduleFormSet(data, **options)  # type: ignore[return-value]
    return ScheduleFormSet(initial=rows, **options)  # type: ignore[return-value]


def proposed(
    convention: Convention, avenant: Avenant | None, fixed: dict[int, str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the form opens with: the draft, else the convention as it is; then its tranches that
    may change."""
    rows = changes_of(avenant).rows if avenant else None
    initial = AvenantForm.written(avenant) if avenant else AvenantForm.first(convention)
    return initial, _initial_rows(rows or rows_of(convention.tranches.all()), fixed)


def _initial_rows(rows: Iterable[Row], fixed: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "tranche": row.tranche_id,
            "fiscal_year": row.spec.fiscal_year,
            "amount": row.spec.amount,
            "waits_for": condition_value(row.spec.waits_for, row.spec.waits_for_year),
        }
        for row in rows
        if row.tranche_id not in fixed
    ]


def typed_rows(tranches: BaseTrancheFormSet) -> list[Row]:
    return [form.row() for form in tranches.forms if form not in tranches.deleted_forms]


def whole_schedule(
    tranches: Iterable[Tranche], fixed: dict[int, str], typed: list[Row]
) -> list[Row]:
    """The typed rows around the tranches that no longer change, each of those at its own rank."""
    kept = {one.rank: row for one, row in zip(tranches, rows_of(tranches), strict=True)
            if one.pk in fixed}  # fmt: skip
    left = list(typed)
    found: list[Row] = []
    while left or kept:
        row = kept.pop(len(found) + 1, None)
        if row is None and not left:
            row = kept.pop(min(kept))
        found.append(row if row is not None else left.pop(0))
    return found


class AvenantSignatureForm(SignatureForm):
    """Who signed the avenant for a party, and when."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].label = _("Signé le")
        self.fields["file"].label = _("Avenant signé")


class DayForm(forms.Form):
    """The day whose convention is asked."""

    le = forms.DateField(label=_("Jour"), widget=DayInput, error_messages=DAY)

    @classmethod
    def today(cls) -> dict[str, Any]:
        return {"le": clock.today()}
