"""What the pages across territories filter, read from the address."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Cycle, Territory, User
from alliances.permissions import territories_of
from plans.models import Canvas, CanvasSection, PlanVersion
from plans.selectors.across import choices_of, sections_of
from plans.selectors.board import TO_COME
from plans.selectors.search import LONGEST

STATES = [
    ("", _("Tous")),
    (TO_COME, _("À venir")),
    (PlanVersion.State.DRAFT.value, _("Brouillon")),
    (PlanVersion.State.SUBMITTED.value, _("Transmis, à valider")),
    (PlanVersion.State.RETURNED.value, _("Retourné")),
    (PlanVersion.State.VALIDATED.value, _("Validé, à approuver")),
    (PlanVersion.State.APPROVED.value, _("En vigueur")),
]
KINDS = [("", _("Tous")), *Territory.Kind.choices]


class CycleForm(forms.Form):
    """A cycle that has plans: today's, unless another is chosen."""

    data: QueryDict
    cycle = forms.ChoiceField(label=_("Cycle"), required=False)

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        self.cycles = list(
            Cycle.objects.filter(pk__in=Canvas.objects.values("cycle")).order_by("-starts_on")
        )
        values = data.copy()
        self.chosen_cycle = self._choose(values.get("cycle", ""))
        values["cycle"] = self.chosen_cycle.slug
        super().__init__(values, *args, **kwargs)
        self.choose_among("cycle", [(cycle.slug, cycle.slug) for cycle in self.cycles])

    def _choose(self, slug: str) -> Cycle:
        today = clock.today()
        running = [one for one in self.cycles if one.starts_on <= today <= one.closes_on]
        return next((one for one in self.cycles if one.slug == slug), (running or self.cycles)[0])

    def choose_among(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class BoardForm(CycleForm):
    """The board of all plans; a choice that does not exist filters nothing."""

    etat = forms.ChoiceField(label=_("État"), choices=STATES, required=False)
    retard = forms.ChoiceField(
        label=_("Échéance"), choices=[("", _("Toutes")), ("oui", _("En retard"))], required=False
    )
    nature = forms.ChoiceField(label=_("Type de territoire"), choices=KINDS, required=False)
    tri = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.is_valid()

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))


class AcrossForm(CycleForm):
    """One section of a cycle's canvas, and the territories whose text is read side by side."""

    section = forms.ChoiceField(label=_("Section"), required=False)
    territoire = forms.MultipleChoiceField(
        label=_("Territoires"), required=False, widget=forms.CheckboxSelectMultiple
    )
    MOST = 6

    def __init__(self, data: QueryDict, *args: Any, user: User, code: str, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.sections = sections_of(self.chosen_cycle)
        self.among = choices_of(user, self.chosen_cycle)
        self.data = self.data.copy()
        self.data["section"] = code
        grouped: dict[str, list[tuple[str, str]]] = {}
        for one in self.sections:
            grouped.setdefault(one.group, []).append((one.code, str(one)))
        self.choose_among("section", list(grouped.items()))
        self.choose_among(
            "territoire", [(one.territory.slug, one.territory.name) for one in self.among]
        )
        asked = self.data.getlist("territoire")
        known = [one for one in self.among if one.territory.slug in asked]
        self.is_too_many = len(known) > self.MOST
        self.chosen = (known or self.among[:2])[: self.MOST]
        self.data.setlist("territoire", [one.territory.slug for one in self.chosen])

    @property
    def chosen_section(self) -> CanvasSection | None:
        return next((one for one in self.sections if one.code == self.data["section"]), None)


class SearchForm(CycleForm):
    """Words to find, in the versions in force or in all, on every territory or on one."""

    q = forms.CharField(
        label=_("Mots à chercher"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": LONGEST}),
    )
    territoire = forms.ModelChoiceField(
        Territory.objects.none(),
        label=_("Territoire"),
        to_field_name="slug",
        empty_label=_("Tous"),
        required=False,
    )
    portee = forms.ChoiceField(
        label=_("Versions"),
        choices=[("", _("En vigueur")), ("toutes", _("Toutes"))],
        required=False,
    )
    field_order = ("q", "territoire", "cycle", "portee")

    def __init__(self, data: QueryDict, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.choose_among(
            "cycle", [("", _("Tous")), *((one.slug, one.slug) for one in self.cycles)]
        )
        if "cycle" not in data:
            self.data["cycle"] = ""
        place = self.fields["territoire"]
        assert isinstance(place, forms.ModelChoiceField)
        place.queryset = Territory.objects.filter(pk__in=territories_of(user))
        self.is_valid()

    @property
    def text(self) -> str:
        return str(self.cleaned_data.get("q", "")).strip()

    @property
    def only_cycle(self) -> Cycle | None:
        """The cycle asked for; None for all."""
        slug = self.cleaned_data.get("cycle", "")
        return next((one for one in self.cycles if one.slug == slug), None)
