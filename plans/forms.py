"""The forms of the plan's elements, whole or one field at a time."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alliances.forms import DateInput
from alliances.models import Mrc
from alliances.money import MoneyFormField, MoneyInput, parse_money
from alliances.templatetags.portal import date_long, decimal_text, money
from plans.models import Action, Indicator, NationalPriority, Objective, PlanVersion, Priority
from plans.opening import Opening
from plans.services import IndicatorLine

LARGEST = Decimal("9999999999.99")
MOST_PEOPLE = 2_147_483_647


class QuantityField(forms.CharField):
    """A number as people type it: ``1 200``, ``4,5``. Refuses what could be read two ways."""

    def __init__(self, *, whole: bool = False, **kwargs: Any) -> None:
        self.whole = whole
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric" if whole else "decimal"})

    def prepare_value(self, value: object) -> object:
        # As it is typed, in both languages: « 1 200 », « 4,5 ».
        if not isinstance(value, int | Decimal):
            return value
        text = f"{Decimal(value).normalize():,f}"
        return text.replace(",", "\u00a0").replace(".", ",")

    def clean(self, value: object) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            number = parse_money(str(text)) if "$" not in str(text) else None
        except ValueError:
            number = None
        if number is None or number > LARGEST:
            raise ValidationError(_("Entrez un nombre, par exemple 1 200 ou 4,5."))
        if not self.whole:
            return number
        if number != number.to_integral_value() or number > MOST_PEOPLE:
            raise ValidationError(_("Entrez un nombre entier, par exemple 1 200."))
        return int(number)


DATE_ERRORS = {"invalid": _("Entrez une date, par exemple 2026-12-03.")}


class ElementForm(forms.Form):
    """An element of the logic, with the revision the person opened."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def values(self) -> dict[str, Any]:
        """What is sent to the service, without the revision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class PriorityForm(ElementForm):
    title = forms.CharField(
        label=_("Priorité"),
        max_length=300,
        error_messages={"required": _("Nommez la priorité.")},
    )
    national_priorities = forms.ModelMultipleChoiceField(
        NationalPriority.objects.none(),
        label=_("Priorités nationales auxquelles elle répond"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regional_link = forms.CharField(
        label=_("Lien régional"),
        help_text=_("Plan, politique ou démarche de la région."),
        max_length=300,
        required=False,
    )
    local_link = forms.CharField(
        label=_("Lien local"),
        help_text=_("Plan ou démarche d’une MRC ou d’une ville."),
        max_length=300,
        required=False,
    )

    def __init__(
        self, *args: Any, version: PlanVersion, element: Priority | None = None, **kwargs: Any
    ) -> None:
        if element is not None:
            kwargs["initial"] = {
                "title": element.title,
                "national_priorities": list(element.national_priorities.all()),
                "regional_link": element.regional_link,
                "local_link": element.local_link,
                "revision": element.revision,
            }
        super().__init__(*args, **kwargs)
        themes = NationalPriority.objects.filter(cycle=version.plan.alliance.cycle_id)
        self.fields["national_priorities"].queryset = themes  # type: ignore[attr-defined]


class ObjectiveForm(ElementForm):
    title = forms.CharField(
        label=_("Objectif"),
        help_text=_("Ce que vous voulez atteindre, et quand."),
        max_length=300,
        error_messages={"required": _("Nommez l’objectif.")},
    )

    def __init__(
        self, *args: Any, version: PlanVersion, element: Objective | None = None, **kwargs: Any
    ) -> None:
        if element is not None:
            kwargs["initial"] = {"title": element.title, "revision": element.revision}
        super().__init__(*args, **kwargs)


class ActionForm(ElementForm):
    title = forms.CharField(
        label=_("Action"), max_length=300, error_messages={"required": _("Nommez l’action.")}
    )
    means = forms.CharField(
        label=_("Moyens"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    starts_on = forms.DateField(
        label=_("Début"), required=False, widget=DateInput(), error_messages=DATE_ERRORS
    )
    ends_on = forms.DateField(
        label=_("Fin"), required=False, widget=DateInput(), error_messages=DATE_ERRORS
    )
    budget = MoneyFormField(label=_("Budget prévu, en dollars"), allow_zero=True, required=False)
    people_to_reach = QuantityField(label=_("Personnes à rejoindre"), whole=True, required=False)
    population = forms.CharField(label=_("Population visée"), max_length=300, required=False)
    mrcs = forms.ModelMultipleChoiceField(
        Mrc.objects.none(),
        label=_("Territoire"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-grid"}),
    )
    expected_result = forms.CharField(label=_("Résultat attendu"), max_length=500, required=False)
    lead = forms.CharField(label=_("Responsable"), max_length=200, required=False)
    collaborators = forms.CharField(label=_("Collaborateurs"), max_length=500, required=False)

    hide_optional = True
    wide = {"title", "means", "population", "mrcs", "expected_result"}

    def __init__(
        self,
        *args: Any,
        version: PlanVersion,
        element: Action | None = None,
        opening: Opening | None = None,
        **kwargs: Any,
    ) -> None:
        if element is not None:
            names = [name for name in self.base_fields if name != "mrcs"]
            kwargs["initial"] = {name: getattr(element, name) for name in names}
            kwargs["initial"]["mrcs"] = list(element.mrcs.all())
        super().__init__(*args, **kwargs)
        places = Mrc.objects.filter(territory=version.territory_id)
        self.fields["mrcs"].queryset = places  # type: ignore[attr-defined]
        self.closed: list[tuple[str, str]] = []
        if opening is not None and element is not None:
            self._close(opening, element)

    def _close(self, opening: Opening, element: Action) -> None:
        """Keeps the fields a modification opens; the others are read, with their words."""
        names = {one.pk: str(one) for one in element.mrcs.all()}
        for name in [one for one in self.fields if one != "revision"]:
            if opening.allows_field(name):
                continue
            field = self.fields.pop(name)
            value = list(names) if name == "mrcs" else getattr(element, name)
            self.closed.append((str(field.label), in_words(field, value, names)))


class IndicatorForm(forms.Form):
    """One line of an action's indicators."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Indicateur"), max_length=300, required=False)
    baseline = QuantityField(label=_("Référence"), required=False)
    target = QuantityField(label=_("Cible"), required=False)
    unit = forms.CharField(label=_("Unité"), max_length=60, required=False)
    frequency = forms.ChoiceField(
        label=_("Fréquence de mesure"),
        choices=[("", _("Choisir")), *Indicator.Frequency.choices],
        required=False,
    )
    remove = forms.BooleanField(label=_("Retirer cet indicateur"), required=False)

    hide_optional = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("remove"):
            return cleaned
        written = any(
            cleaned.get(name) not in (None, "")
            for name in ("baseline", "target", "unit", "frequency")
        )
        if not cleaned.get("name") and (written or cleaned.get("pk")):
            self.add_error("name", _("Nommez l’indicateur."))
        if cleaned.get("target") is not None and not cleaned.get("unit"):
            self.add_error("unit", _("Dites l’unité, par exemple « tonnes »."))
        return cleaned

    @property
    def lacks_target(self) -> bool:
        """Whether a saved indicator still waits for its target."""
        return not self.is_bound and bool(self.initial.get("pk")) and not self.initial.get("target")

    @property
    def line(self) -> IndicatorLine | None:
        """What is sent to the service; None when nothing was written."""
        cleaned = self.cleaned_data
        if not cleaned:
            return None
        if cleaned["remove"]:
            return IndicatorLine(pk=cleaned["pk"]) if cleaned["pk"] else None
        if not cleaned["name"]:
            return None
        return IndicatorLine(
            cleaned["pk"],
            cleaned["revision"],
            {
                "name": cleaned["name"],
                "baseline": cleaned["baseline"],
                "target": cleaned["target"],
                "unit": cleaned["unit"],
                "frequency": cleaned["frequency"],
            },
        )


class BaseIndicatorLines(forms.BaseFormSet):
    """The indicators of an action, with an empty line at the end."""

    @property
    def lines(self) -> list[IndicatorLine]:
        return [form.line for form in self.forms if form.line is not None]


IndicatorLines = forms.formset_factory(
    IndicatorForm, formset=BaseIndicatorLines, extra=1, max_num=20, validate_max=True
)


def indicator_lines(data: Any = None, *, action: Action | None = None) -> BaseIndicatorLines:
    """The lines of ``action``, bound to ``data`` when something was sent."""
    if data is not None:
        return IndicatorLines(data, prefix="ind")  # type: ignore[return-value]
    saved = Indicator.objects.filter(action=action) if action is not None else []
    initial = [
        {
            "pk": one.pk,
            "revision": one.revision,
            "name": one.name,
            "baseline": one.baseline,
            "target": one.target,
            "unit": one.unit,
            "frequency": one.frequency,
        }
        for one in saved
    ]
    return IndicatorLines(initial=initial, prefix="ind")  # type: ignore[return-value]


# --- One field at a time

FORMS: dict[str, type[forms.Form]] = {
    "priorite": PriorityForm,
    "objectif": ObjectiveForm,
    "action": ActionForm,
    "indicateur": IndicatorForm,
}


def field_of(kind: str, name: str) -> forms.Field | None:
    """The field of an element's form by that name."""
    return FORMS[kind].base_fields.get(name) if kind in FORMS else None


def typed(field: forms.Field, sent: list[str]) -> Any:
    """What was sent for one field, in the type of its column; keys for a choice of several.

    Raises ValidationError.
    """
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted(int(one) for one in sent if one.isdecimal())
    return field.clean(sent[-1] if sent else "")


def in_box(field: forms.Field, value: Any) -> list[str]:
    """A value as the field's control holds it, to send again."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [str(one) for one in value]
    if isinstance(field.widget, MoneyInput):
        return [field.widget.format_value(value) or ""]
    shown = field.prepare_value(value)
    return ["" if shown is None else str(shown)]


def in_words(field: forms.Field, value: Any, names: dict[int, str]) -> str:
    """A value as people read it; ``names`` are those of the keys a choice of several holds."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(names.get(one, "") for one in value)
    if isinstance(field, MoneyFormField):
        return money(value, "")
    if isinstance(field, forms.DateField):
        return date_long(value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, Decimal):
        return decimal_text(value)
    return "" if value is None else str(value)
