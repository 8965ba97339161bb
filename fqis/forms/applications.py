"""What an organisation types when it applies online, and how its draft comes back."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.errors import Refusal
from alliances.forms import DateInput
from alliances.models import Mrc, Organisation
from alliances.money import MoneyFormField
from fqis.forms.budgets import BudgetFormSet, lines_of
from fqis.forms.projects import PriorityChoice, SourceFormSet, lines, sources_of
from fqis.models import Application, Call
from fqis.selectors.projects import mrcs_of
from fqis.services.organisations import refusals_of_identity
from fqis.services.request_rules import refusals_of_request
from fqis.services.submissions import Request, refusals_of_application
from plans.models import Priority

KEPT = re.compile(
    r"[a-z_]{1,40}|(sources|budget)-(\d{1,2}-[a-z_]{1,20}"
    r"|(TOTAL|INITIAL)_FORMS|(MIN|MAX)_NUM_FORMS)"
)
NOT_KEPT = {"csrfmiddlewaretoken", "act", "remove", "revision", "autosave_fields", "file", "paper"}
MORE, MOST_ROWS = 3, 40


class ApplicationForm(forms.Form):
    """The whole of a request: who, what, for whom, with whom."""

    hide_optional = True
    use_required_attribute = False
    organisation_name = forms.CharField(label=_("Nom de l’organisation"), max_length=200)
    organisation_neq = forms.CharField(
        label=_("NEQ"),
        max_length=14,
        required=False,
        help_text=_("Dix chiffres. Un conseil de bande peut n’en pas avoir."),
    )
    organisation_class = forms.ChoiceField(
        label=_("Forme juridique"),
        choices=[
            ("", _("Choisir")),
            *(one for one in Organisation.LegalClass.choices if one[0] in Organisation.ELIGIBLE),
        ],
        help_text=_("Les formes que le FQIS peut soutenir."),
    )
    organisation_city = forms.CharField(label=_("Ville"), max_length=100, required=False)
    contact_name = forms.CharField(label=_("Personne à joindre"), max_length=150)
    contact_email = forms.EmailField(label=_("Courriel de cette personne"))
    contact_phone = forms.CharField(label=_("Téléphone"), max_length=30, required=False)
    title = forms.CharField(label=_("Titre du projet"), max_length=200)
    description = forms.CharField(
        label=_("Le projet en quelques lignes"), widget=lines(5), max_length=5000
    )
    priority = PriorityChoice(
        Priority.objects.none(),
        label=_("Priorité du plan à laquelle il répond"),
        empty_label=_("Choisir une priorité"),
    )
    starts_on = forms.DateField(label=_("Début"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Fin"), widget=DateInput(), help_text=_("Cinq ans au plus après le début.")
    )
    population = forms.CharField(
        label=_("Population visée"),
        max_length=300,
        help_text=_("Par exemple : familles monoparentales, personnes aînées seules."),
    )
    people_expected = forms.IntegerField(
        label=_("Personnes à rejoindre"), min_value=1, help_text=_("Un nombre, jamais de noms.")
    )
    mrcs = forms.ModelMultipleChoiceField(
        Mrc.objects.none(),
        label=_("MRC desservies"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.CharField(label=_("Activités"), widget=lines(5), max_length=5000)
    partners = forms.CharField(
        label=_("Partenaires"), widget=lines(3), required=False, max_length=3000
    )
    pools_people = forms.BooleanField(
        label=_("Des ressources humaines sont mises en commun"), required=False
    )
    pools_material = forms.BooleanField(
        label=_("Des ressources matérielles sont mises en commun"), required=False
    )
    pools_money = forms.BooleanField(
        label=_("Des ressources financières sont mises en commun"), required=False
    )
    pooling = forms.CharField(
        label=_("Ce que chacun met en commun"), widget=lines(3), required=False, max_length=3000
    )
    amount_requested = MoneyFormField(
        label=_("Montant demandé au FQIS"), help_text=_("En dollars, par exemple 1 234,56.")
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        priorities: Any = self.fields["priority"]
        priorities.queryset = Priority.objects.filter(
            pk__in=[one.priority_id for one in call.served.all()]
        ).order_by("rank")
        places = [place.mrc_id for place in call.places.all()]
        mrcs: Any = self.fields["mrcs"]
        mrcs.queryset = mrcs_of(call.alliance)
        if places:
            mrcs.queryset = mrcs.queryset.filter(pk__in=places)
        else:
            mrcs.help_text = _("Aucune cochée : le projet sert tout le territoire.")
        if not mrcs.queryset.exists():
            del self.fields["mrcs"]

    def clean(self) -> dict[str, Any]:
        """What the service would refuse, all at once."""
        data = super().clean() or {}
        found = refusals_of_identity(
            name=data.get("organisation_name") or "-",
            neq=data.get("organisation_neq") or "",
            legal_class=data.get("organisation_class") or Organisation.LegalClass.INDIGENOUS,
        )
        known: dict[str, Any] = {
            name: data.get(name) for name in ("title", "amount_requested", "starts_on", "ends_on")
        }
        found += refusals_of_request(
            self.call.alliance,
            day=clock.today(),
            priority=data.get("priority"),
            call=self.call,
            **known,
        )
        for refusal in found:
            if refusal.field in self.fields and refusal.field not in self.errors:
                self.add_error(refusal.field, str(refusal))
        return data


def _hush(form: forms.Form) -> None:
    """A form that was not judged has no error to show."""
    vars(form)["_errors"] = ErrorDict()


class Sheets:
    """The three forms of an application, read together: the request, its budget, its sources."""

    def __init__(self, call: Call, data: QueryDict | None) -> None:
        self.call = call
        self.form = ApplicationForm(data, call=call)
        self.budget = BudgetFormSet(data, prefix="budget")
        self.sources = SourceFormSet(data, prefix="sources")

    @classmethod
    def of_draft(cls, application: Application) -> "Sheets":
        """As it was typed, without a word about what is still missing."""
        if not application.content:
            return cls(application.call, None)
        sheets = cls(application.call, typed_of(application.content))
        _hush(sheets.form)
        for formset in (sheets.budget, sheets.sources):
            for form in formset:
                _hush(form)
            vars(formset).update(_errors=[{} for _one in formset], _non_form_errors=ErrorList())
        return sheets

    def all(self) -> list[Any]:
        return [self.form, *self.budget, *self.sources]

    def is_valid(self) -> bool:
        answers = [one.is_valid() for one in (self.form, self.budget, self.sources)]
        if not all(answers):
            return False
        for refusal in refusals_of_application(self.call, self.request()):
            field = refusal.field if refusal.field in self.form.fields else None
            if field is None or field not in self.form.errors:
                self.form.add_error(field, str(refusal))
        return not self.form.errors

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field if refusal.field in self.form.fields else None
        self.form.add_error(field, str(refusal))

    def request(self) -> Request:
        typed = dict(self.form.cleaned_data)
        return Request(
            neq=typed.pop("organisation_neq"),
            legal_class=typed.pop("organisation_class"),
            city=typed.pop("organisation_city"),
            mrcs=list(typed.pop("mrcs", [])),
            budget=lines_of(self.budget),
            sources=sources_of(self.sources),
            **typed,
        )


def typed_of(content: dict[str, list[str]]) -> QueryDict:
    """A draft as the forms read it; rows that a browser miscounted start again."""
    data = QueryDict(mutable=True)
    for name, values in content.items():
        data.setlist(name, values)
    for prefix, least in (("budget", 4), ("sources", 3)):
        total = data.get(f"{prefix}-TOTAL_FORMS", "")
        number = int(total) if total.isascii() and total.isdecimal() and len(total) < 3 else least
        data[f"{prefix}-TOTAL_FORMS"] = str(max(least, min(number, MOST_ROWS)))
        data[f"{prefix}-INITIAL_FORMS"] = "0"
    return data


def content_of(data: QueryDict, *, more: bool = False) -> dict[str, list[str]]:
    """What a draft keeps of a form that was sent; ``more`` rows when they were asked."""
    kept = {
        name: [str(value).replace("\x00", "") for value in data.getlist(name)]
        for name in kept_names(data)
    }
    if more:
        for prefix in ("budget", "sources"):
            total = int(str(typed_of(kept)[f"{prefix}-TOTAL_FORMS"])) + MORE
            kept[f"{prefix}-TOTAL_FORMS"] = [str(min(total, MOST_ROWS))]
    return kept


def kept_names(names: Iterable[str]) -> list[str]:
    return [name for name in names if KEPT.fullmatch(name) and name not in NOT_KEPT]
