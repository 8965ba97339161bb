"""The forms of the decisions taken on a version, and of what opens one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.widgets import SegmentedRadioSelect
from plans.models import CanvasSection, Opinion, PlanVersion, ReviewPoint
from plans.selectors.review import ReviewLine
from plans.services import PointEntry


class DecisionForm(forms.Form):
    """Names the submission the person read, so that nobody decides on another."""

    submitted_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: PlanVersion, **kwargs: Any) -> None:
        # A page may hold two decisions: their fields need their own ids.
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)
        moment = version.submitted_at
        self.initial["submitted_at"] = moment.isoformat() if moment else ""


class OpinionForm(DecisionForm):
    stance = forms.ChoiceField(
        label=_("Avis"),
        choices=Opinion.Stance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez un avis.")},
    )
    text = forms.CharField(
        label=_("Vos réserves ou vos raisons"),
        help_text=_("La Table et la DGSSAC les lisent. Nécessaire si l’avis n’est pas favorable."),
        required=False,
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    hide_optional = True


class ReturnForm(DecisionForm):
    """The reason, and the words of each point to correct, taken from the checklist."""

    reason = forms.CharField(
        label=_("Motif du retour"),
        help_text=_("La Table le reçoit. Dites ce qu’elle doit corriger."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Écrivez le motif du retour : la Table le reçoit.")},
    )

    hide_optional = True

    def __init__(self, *args: Any, points: list[ReviewPoint] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in points or []:
            one = point.requirement
            self.fields[f"remark-{one.pk}"] = forms.CharField(
                label=f"{one.section.code} {one.label}",
                initial=point.note,
                required=False,
                max_length=5000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def remarks(self) -> dict[int, str]:
        """The words of each point, by requirement."""
        return {
            int(name.removeprefix("remark-")): text
            for name, text in self.cleaned_data.items()
            if name.startswith("remark-")
        }


class ValidateForm(DecisionForm):
    note = forms.CharField(
        label=_("Pourquoi sans l’avis de la DGSQ"),
        help_text=_("Cette note reste au journal."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    hide_optional = True

    def __init__(self, *args: Any, opinion: Opinion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if opinion is not None:
            del self.fields["note"]


class ApproveForm(DecisionForm):
    on = forms.DateField(
        label=_("Approuvé le"),
        widget=DateInput(),
        error_messages={
            "required": _("Entrez la date d’approbation."),
            "invalid": _("Entrez une date, par exemple 2026-12-03."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today())


# --- The analyst's checklist


@dataclass(frozen=True)
class PointFields:
    """A line of the checklist with its two fields and what the page showed of it."""

    line: ReviewLine
    verdict: forms.BoundField
    note: forms.BoundField
    seen: forms.BoundField
    other: ReviewPoint | None


class ReviewForm(DecisionForm):
    """Every point of the checklist: any of them may be sent, alone or with others."""

    hide_optional = True

    def __init__(self, *args: Any, lines: list[ReviewLine], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_%s")
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.others: dict[int, ReviewPoint] = {}
        for line in lines:
            pk, row = line.requirement.pk, line.row
            self.fields[f"verdict-{pk}"] = forms.ChoiceField(
                label=line.requirement.label,
                choices=ReviewPoint.Verdict.choices,
                widget=SegmentedRadioSelect,
                required=False,
                initial=row.verdict if row else "",
            )
            self.fields[f"note-{pk}"] = forms.CharField(
                label=_("Remarque"),
                required=False,
                max_length=5000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=row.note if row else "",
            )
            self.fields[f"seen-{pk}"] = forms.CharField(
                required=False,
                widget=forms.HiddenInput,
                initial=row.reviewed_at.isoformat() if row else "",
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        for line in self.lines:
            pk = line.requirement.pk
            verdict, note = typed.get(f"verdict-{pk}"), typed.get(f"note-{pk}")
            if verdict == ReviewPoint.Verdict.TO_CORRECT and not note:
                self.add_error(
                    f"note-{pk}", _now("Dites ce qui est à corriger : la Table le reçoit.")
                )
            elif note and not verdict:
                self.add_error(f"verdict-{pk}", _now("Choisissez Conforme ou À corriger."))
        return typed

    def entries(self) -> list[PointEntry]:
        """The points that say something and hold no error."""
        found = []
        for line in self.lines:
            pk = line.requirement.pk
            verdict = self.cleaned_data.get(f"verdict-{pk}")
            if verdict and f"note-{pk}" in self.cleaned_data:
                seen = _moment(self.cleaned_data.get(f"seen-{pk}") or "")
                note = self.cleaned_data[f"note-{pk}"]
                found.append(PointEntry(pk, verdict, note, seen))
        return found

    def show_others(self, rows: dict[int, ReviewPoint]) -> None:
        """Says what somebody else decided; sent again, the person's own words are kept."""
        self.others = rows
        data = dict(self.data.items())
        for pk, row in rows.items():
            data[self.add_prefix(f"seen-{pk}")] = row.reviewed_at.isoformat()
        self.data = data

    def points(self) -> Iterator[PointFields]:
        for line in self.lines:
            pk = line.requirement.pk
            yield PointFields(
                line,
                self[f"verdict-{pk}"],
                self[f"note-{pk}"],
                self[f"seen-{pk}"],
                self.others.get(pk),
            )


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


# --- Opening a modification


class SectionChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.title}"


class NewVersionForm(forms.Form):
    """Why the plan changes, and the sections that the change opens, by group."""

    reason = forms.CharField(
        label=_("Pourquoi le plan change"),
        help_text=_("La DGSSAC lit cette phrase avec la nouvelle version."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Dites pourquoi le plan change.")},
    )
    sections = SectionChoices(
        CanvasSection.objects.none(),
        label=_("Sections à modifier"),
        help_text=_("Les autres restent comme elles sont en vigueur. Vous pourrez en ouvrir une"
                    " de plus."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une section à modifier.")},
    )  # fmt: skip

    def __init__(self, *args: Any, canvas_id: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "modifier_%s")
        super().__init__(*args, **kwargs)
        self.canvas_sections = (
            list(CanvasSection.objects.filter(canvas=canvas_id)) if canvas_id else []
        )
        self.fields["sections"].queryset = CanvasSection.objects.filter(canvas=canvas_id)  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, list[tuple[CanvasSection, bool]]]]:
        """The sections by group of the canvas, with whether each is ticked."""
        chosen = {str(value) for value in self["sections"].value() or []}
        found: dict[str, list[tuple[CanvasSection, bool]]] = {}
        for one in self.canvas_sections:
            found.setdefault(one.group, []).append((one, str(one.pk) in chosen))
        return list(found.items())
