"""What people type about projects: the request, the decision, the follow-up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.errors import Refusal
from alliances.forms import LANGUAGES, DateInput
from alliances.models import Alliance, Mrc, Organisation
from alliances.money import MoneyFormField
from fqis.models import Call, Decision, Project
from fqis.selectors.projects import mrcs_of, organisations_of, priorities_in_force
from fqis.services.organisations import refusals_of_organisation
from fqis.services.projects import Source
from fqis.services.request_rules import refusals_of_request
from plans.models import Priority


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class OrganisationChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        city = f", {obj.city}" if obj.city else ""
        return f"{obj.name}{city}" + ("" if obj.is_eligible else f" ({_('non admissible')})")


class PriorityChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.rank}. {obj.title}"


class CallChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number}. {obj.title}"


class ProjectForm(forms.Form):
    """A request: the register's own fields, and an organisation chosen or written."""

    title = forms.CharField(label=_("Titre du projet"), max_length=200)
    organisation = OrganisationChoice(
        Organisation.objects.none(),
        label=_("Organisation porteuse"),
        required=False,
        empty_label=_("Une organisation qui n’est pas dans la liste"),
        help_text=_("Si elle n’est pas dans la liste, décrivez-la plus bas."),
    )
    organisation_name = forms.CharField(
        label=_("Nom de la nouvelle organisation"), max_length=200, required=False
    )
    organisation_neq = forms.CharField(
        label=_("NEQ"), max_length=14, required=False, help_text=_("Dix chiffres.")
    )
    organisation_class = forms.ChoiceField(
        label=_("Forme"),
        required=False,
        choices=[("", _("Choisir")), *Organisation.LegalClass.choices],
    )
    organisation_city = forms.CharField(label=_("Ville"), max_length=100, required=False)
    priority = PriorityChoice(
        Priority.objects.none(),
        label=_("Priorité du plan en vigueur"),
        required=False,
        empty_label=_("Choisir une priorité"),
    )
    call = CallChoice(
        Call.objects.none(),
        label=_("Appel de projets"),
        required=False,
        empty_label=_("Sans appel"),
    )
    amount_requested = MoneyFormField(
        label=_("Montant demandé"), help_text=_("En dollars, par exemple 1 234,56.")
    )
    received_on = forms.DateField(label=_("Demande reçue le"), widget=DateInput())
    starts_on = forms.DateField(label=_("Début"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Fin"), widget=DateInput(), help_text=_("Cinq ans au plus après le début.")
    )
    people_expected = forms.IntegerField(
        label=_("Personnes à rejoindre"),
        required=False,
        min_value=0,
        help_text=_("Un nombre, jamais de noms."),
    )
    population = forms.CharField(label=_("Population visée"), max_length=300, required=False)
    description = forms.CharField(label=_("Description"), required=False, widget=lines(4))
    activities = forms.CharField(label=_("Activités"), required=False, widget=lines(4))
    partners = forms.CharField(label=_("Partenaires"), required=False, widget=lines(2))
    mrcs = forms.ModelMultipleChoiceField(
        Mrc.objects.none(),
        label=_("MRC desservies"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucune cochée : le projet sert tout le territoire."),
    )
    is_structuring = forms.BooleanField(label=_("Projet structurant"), required=False)
    pools_people = forms.BooleanField(
        label=_("Met en commun des ressources humaines"), required=False
    )
    pools_material = forms.BooleanField(
        label=_("Met en commun des ressources matérielles"), required=False
    )
    pools_money = forms.BooleanField(
        label=_("Met en commun des ressources financières"), required=False
    )
    pooling = forms.CharField(
        label=_("Ce que chacun met en commun"), required=False, widget=lines(2)
    )
    contact_name = forms.CharField(label=_("Personne à joindre"), max_length=150, required=False)
    contact_email = forms.EmailField(label=_("Courriel de cette personne"), required=False)
    contact_phone = forms.CharField(label=_("Téléphone"), max_length=30, required=False)
    language = forms.ChoiceField(
        label=_("Langue du porteur"), choices=LANGUAGES, required=False, initial="fr"
    )
    inadmissible_because = forms.CharField(
        label=_("Motif de non-admissibilité"),
        required=False,
        widget=lines(2),
        help_text=_("Seulement pour garder la trace d’une demande que le FQIS ne peut soutenir."),
    )

    # The page says which sections are optional.
    hide_optional = True
    RULED = [
        "title", "amount_requested", "received_on", "starts_on", "ends_on", "priority", "call",
    ]  # fmt: skip
    ORGANISATION = [
        "organisation_name",
        "organisation_neq",
        "organisation_class",
        "organisation_city",
    ]

    def __init__(self, *args: Any, alliance: Alliance, editing: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.alliance = alliance
        choices: dict[str, Any] = {
            "organisation": organisations_of(alliance),
            "priority": priorities_in_force(alliance),
            "mrcs": mrcs_of(alliance),
            "call": Call.objects.shown().filter(alliance=alliance).order_by("-closes_at", "-pk"),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        if not alliance.territory.mrcs.exists():
            del self.fields["mrcs"]
        if not choices["call"].exists():
            del self.fields["call"]
        if editing:
            del self.fields["inadmissible_because"]
        self.fields["received_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """What the services would refuse, all at once; a field that is already wrong says no
        more."""
        data = super().clean() or {}
        carrier = data.get("organisation")
        found: list[Refusal] = []
        if carrier is None and (data.get("organisation_name") or "").strip():
            found += self._of_new_organisation(data)
            carrier = Organisation(
                name=data["organisation_name"], legal_class=data.get("organisation_class") or ""
            )
            carrier = carrier if carrier.legal_class else None
        elif carrier is None:
            self.add_error("organisation", _("Choisissez une organisation, ou décrivez-la."))
        found += refusals_of_request(
            self.alliance,
            day=clock.today(),
            organisation=carrier,
            is_admissible=not (data.get("inadmissible_because") or "").strip(),
            **{name: data.get(name) for name in self.RULED},
        )
        for refusal in found:
            if refusal.field not in self.errors:
                self.add_error(refusal.field, str(refusal))
        data["language"] = data.get("language") or "fr"
        return data

    def _of_new_organisation(self, data: dict[str, Any]) -> list[Refusal]:
        return refusals_of_organisation(
            self.alliance,
            name=data["organisation_name"],
            neq=data.get("organisation_neq") or "",
            legal_class=data.get("organisation_class") or "",
        )

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        names = [name for name in cls.base_fields if hasattr(project, name) and name != "mrcs"]
        priority = None
        if project.priority_lineage:
            priority = (
                priorities_in_force(project.alliance)
                .filter(lineage=project.priority_lineage)
                .first()
            )
        return {name: getattr(project, name) for name in names} | {
            "mrcs": [mrc.pk for mrc in project.mrcs.all()],
            "priority": priority,
        }


class SourceForm(forms.Form):
    hide_optional = True
    name = forms.CharField(label=_("Autre source de financement"), max_length=200, required=False)
    amount = MoneyFormField(label=_("Montant"), required=False)
    is_confirmed = forms.BooleanField(label=_("Confirmé"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Écrivez le montant de cette source."))
        if data.get("amount") and not data.get("name"):
            self.add_error("name", _("Écrivez le nom de cette source."))
        return data


class OtherSources(forms.BaseFormSet):
    def clean(self) -> None:
        """Says which row repeats a source already written."""
        seen: set[str] = set()
        for form in self.forms:
            name = (form.cleaned_data if form.is_valid() else {}).get("name", "").strip()
            if name and name in seen:
                form.add_error("name", _("La même source de financement est écrite deux fois."))
            seen.add(name)


SourceFormSet = forms.formset_factory(SourceForm, formset=OtherSources, extra=3, max_num=30)


def sources_of(formset: forms.BaseFormSet) -> list[Source]:
    """The rows that were filled."""
    return [
        Source(row["name"].strip(), row["amount"], row["is_confirmed"])
        for row in (form.cleaned_data for form in formset if form.is_valid())
        if row.get("name") and row.get("amount")
    ]


class ActForm(forms.Form):
    """The form of an act on a project; it knows the project to say what is possible."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project


class DayForm(ActForm):
    on = forms.DateField(label=_("Date"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()


class AnalysisForm(ActForm):
    because = forms.CharField(
        label=_("Ce que vous avez vérifié"),
        required=False,
        widget=lines(2),
        max_length=2000,
        help_text=_("Obligatoire si un contrôle d’admissibilité attend sa réponse."),
    )


class DecisionForm(DayForm):
    hide_optional = True
    outcome = forms.ChoiceField(
        label=_("Décision"),
        choices=[one for one in Decision.Outcome.choices if one[0] != "inadmissible"],
        widget=forms.RadioSelect,
    )
    amount = MoneyFormField(
        label=_("Montant accordé"), required=False, help_text=_("Si le projet est accepté.")
    )
    priority = PriorityChoice(
        Priority.objects.none(),
        label=_("Priorité du plan"),
        required=False,
        empty_label=_("Choisir une priorité"),
    )
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        widget=lines(),
        help_text=_("Obligatoire, sauf si le projet est accepté."),
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, widget=lines(2), max_length=2000
    )
    outside_because = forms.CharField(
        label=_("Pourquoi hors séance"),
        required=False,
        widget=lines(2),
        max_length=2000,
        help_text=_("Ce projet est confié à un comité, qui décide en séance."),
    )
    seen_decisions = forms.IntegerField(widget=forms.HiddenInput)

    field_order = [
        "outcome",
        "on",
        "amount",
        "priority",
        "conditions",
        "reason",
        "outside_because",
        "seen_decisions",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.project
        self.fields["on"].label = _("Date de la décision")
        choices: Any = self.fields["priority"]
        choices.queryset = Priority.objects.filter(
            version__plan__alliance=project.alliance, version__state__in=["approved", "superseded"]
        ).order_by("-version__number", "rank")
        choices.label_from_instance = lambda one: (
            f"{one.rank}. {one.title} (version {one.version.number})"
        )
        choices.queryset = choices.queryset.select_related("version")
        if getattr(project, "referral", None) is None:
            del self.fields["outside_because"]
        self.fields["amount"].initial = project.amount_requested
        self.fields["priority"].initial = project.priority_id
        self.fields["seen_decisions"].initial = len(project.decisions.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") != Decision.Outcome.ACCEPTED:
            data["amount"] = None
        return data


class CompleteForm(DayForm):
    people_reached = forms.IntegerField(
        label=_("Personnes directement rejointes"),
        min_value=0,
        help_text=_("Un nombre, jamais de noms."),
    )
    people_in_poverty = forms.IntegerField(
        label=_("Dont personnes en situation de pauvreté"), min_value=0, required=False
    )
    targets_met = forms.TypedChoiceField(
        label=_("Cibles atteintes"),
        required=False,
        choices=[("", _("Pas encore évalué")), ("oui", _("Oui")), ("non", _("Non"))],
        coerce=lambda value: {"oui": True, "non": False}.get(value),
        empty_value=None,
    )
    note = forms.CharField(label=_("Bilan"), widget=lines())


class AbandonForm(DayForm):
    note = forms.CharField(label=_("Motif"), widget=lines())
