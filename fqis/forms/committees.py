"""What people type about committees: who sits, the grid, the sittings and their decisions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances.forms import DateInput
from alliances.models import Alliance, Mrc, User
from alliances.money import MoneyFormField
from fqis.forms.projects import lines
from fqis.models import MAX_SCORE, Committee, Project, Sitting, SittingItem
from fqis.selectors.committees import (
    GridRow,
    people_who_may_sit,
    places_of,
    to_list,
    to_refer,
)
from fqis.services.committees import GridLine


class CommitteeForm(forms.Form):
    hide_optional = True
    name = forms.CharField(label=_("Nom du comité"), max_length=150)
    mandate = forms.CharField(label=_("Mandat"), required=False, widget=lines(2), max_length=2000)
    place = forms.ChoiceField(
        label=_("Argent du comité"),
        required=False,
        help_text=_("L’enveloppe du territoire, ou une sous-enveloppe du partage décidé."),
    )

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = {str(part.pk): part for part in places_of(alliance)}
        choices: Any = self.fields["place"]
        choices.choices = [("", _("L’enveloppe du territoire"))] + [
            (key, str(part)) for key, part in self.parts.items()
        ]

    def values(self) -> dict[str, Any]:
        """The keywords of the service."""
        typed = dict(self.cleaned_data)
        part = self.parts.get(typed.pop("place"))
        mrc: Mrc | None = part.mrc if part else None
        return typed | {"mrc": mrc, "part_name": part.name if part else ""}


class GridForm(forms.Form):
    """The grid, line by line; a line without a name is left out."""

    ROWS = 8

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = list(committee.criteria.all())
        for rank in range(1, max(self.ROWS, len(kept)) + 1):
            line = kept[rank - 1] if rank <= len(kept) else None
            self.fields[f"label_{rank}"] = forms.CharField(
                label=_("Critère"),
                required=False,
                max_length=200,
                initial=line.label if line else "",
            )
            self.fields[f"help_{rank}"] = forms.CharField(
                label=_("Ce qu’on y regarde"),
                required=False,
                max_length=500,
                initial=line.help if line else "",
            )
            self.fields[f"weight_{rank}"] = forms.IntegerField(
                label=_("Poids"),
                required=False,
                min_value=1,
                max_value=100,
                initial=line.weight if line else None,
            )
        self.count = max(self.ROWS, len(kept))

    hide_optional = True

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {name: self[f"{name}_{rank}"] for name in ("label", "help", "weight")}
            for rank in range(1, self.count + 1)
        ]

    def grid(self) -> list[GridLine]:
        typed = self.cleaned_data
        return [
            GridLine(
                typed[f"label_{rank}"], typed[f"weight_{rank}"] or 0, typed[f"help_{rank}"] or ""
            )
            for rank in range(1, self.count + 1)
            if (typed.get(f"label_{rank}") or "").strip() or typed.get(f"weight_{rank}")
        ]


class MemberForm(forms.Form):
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Personne"), empty_label=_("Choisir une personne")
    )

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_who_may_sit(committee)  # type: ignore[attr-defined]


class ProjectChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} · {obj.title} · {obj.organisation}"


class ReferForm(forms.Form):
    projects = ProjectChoices(
        Project.objects.none(),
        label=_("Projets admissibles sans comité"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].queryset = to_refer(alliance)  # type: ignore[attr-defined]


class SittingForm(forms.Form):
    hide_optional = True
    on = forms.DateField(label=_("Date de la séance"), widget=DateInput())
    place = forms.CharField(label=_("Lieu"), required=False, max_length=200)


class ListForm(forms.Form):
    projects = ProjectChoices(
        Project.objects.none(),
        label=_("Projets du comité à décider"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].queryset = to_list(sitting)  # type: ignore[attr-defined]


class PresenceForm(forms.Form):
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Personnes présentes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = sitting.committee.members.filter(left_at=None)
        people: Any = self.fields["people"]
        people.queryset = User.objects.filter(pk__in=seats.values("person")).order_by(
            "full_name", "pk"
        )
        people.initial = list(sitting.presences.values_list("person_id", flat=True))


class ItemForm(forms.Form):
    """What a sitting is about to decide on one project."""

    hide_optional = True
    outcome = forms.ChoiceField(
        label=_("Décision"),
        required=False,
        choices=[*SittingItem.Outcome.choices, ("", _("À décider"))],
        widget=forms.RadioSelect,
    )
    amount = MoneyFormField(
        label=_("Montant accordé"), required=False, help_text=_("Si le projet est accepté.")
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, widget=lines(2), max_length=2000
    )
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        widget=lines(2),
        max_length=2000,
        help_text=_("Obligatoire, sauf si le projet est accepté."),
    )

    @classmethod
    def initial_of(cls, item: SittingItem) -> dict[str, Any]:
        return {
            "outcome": item.outcome,
            "amount": item.amount if item.amount is not None else item.project.amount_requested,
            "conditions": item.conditions,
            "reason": item.reason,
        }


class ScoreForm(forms.Form):
    """The reader's own grid: a score from 0 to 5 and a comment for each criterion."""

    hide_optional = True
    CHOICES = [(str(value), str(value)) for value in range(MAX_SCORE + 1)]

    def __init__(self, *args: Any, rows: list[GridRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = rows
        for row in rows:
            score, key = row.score, row.criterion.pk
            value = score.value if score else None
            self.fields[f"note_{key}"] = forms.ChoiceField(
                label=row.criterion.label,
                help_text=row.criterion.help,
                required=False,
                choices=self.CHOICES,
                widget=forms.RadioSelect,
                initial="" if value is None else str(value),
            )
            self.fields[f"mot_{key}"] = forms.CharField(
                label=_("Commentaire"),
                required=False,
                widget=lines(2),
                max_length=2000,
                initial=score.comment if score else "",
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "row": row,
                "score": self[f"note_{row.criterion.pk}"],
                "comment": self[f"mot_{row.criterion.pk}"],
            }
            for row in self.grid
        ]


class WhyForm(forms.Form):
    """A reason, and nothing else."""

    reason = forms.CharField(label=_("Motif"), widget=lines(2), max_length=2000)


class ConflictForm(WhyForm):
    hide_optional = True
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Personne retirée"), required=False, empty_label=_("Moi-même")
    )
    field_order = ["person", "reason"]

    def __init__(self, *args: Any, people: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if people is None:
            del self.fields["person"]
        else:
            self.fields["person"].queryset = people  # type: ignore[attr-defined]
