"""What a Table types about a call for projects, and an organisation about its address."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import LANGUAGES
from alliances.models import Alliance, Mrc
from alliances.money import MoneyFormField
from fqis.forms.projects import lines
from fqis.models import Call, SubEnvelope
from fqis.selectors.calls import sub_envelopes_of
from fqis.selectors.projects import mrcs_of, priorities_in_force
from fqis.services.calls import WRITTEN, CallTerms, Paper, refusals_of_call
from plans.models import Priority


class MomentInput(forms.DateTimeInput):
    """The browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class PrioritiesChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.rank}. {obj.title}"


class CallForm(forms.Form):
    """A call in preparation; everything is checked at once."""

    hide_optional = True
    title = forms.CharField(label=_("Titre de l’appel"), max_length=200)
    presentation = forms.CharField(
        label=_("Présentation"),
        widget=lines(5),
        max_length=5000,
        help_text=_("Ce que la Table cherche, pour qui, pourquoi."),
    )
    place = forms.ChoiceField(label=_("Enveloppe"), required=False)
    amount = MoneyFormField(label=_("Montant de l’appel"))
    ceiling = MoneyFormField(label=_("Plafond par projet"))
    opens_at = forms.DateTimeField(
        label=_("Ouverture"), widget=MomentInput(), help_text=_("Heure du Québec.")
    )
    closes_at = forms.DateTimeField(
        label=_("Fermeture"),
        widget=MomentInput(),
        help_text=_("À la seconde, à l’horloge du portail. Heure du Québec."),
    )
    priorities = PrioritiesChoice(
        Priority.objects.none(), label=_("Priorités du plan en vigueur"), required=False
    )
    mrcs = forms.ModelMultipleChoiceField(
        Mrc.objects.none(),
        label=_("Territoire admissible"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucune cochée : tout le territoire."),
    )
    selection = forms.CharField(
        label=_("Mécanisme de sélection"),
        widget=lines(4),
        max_length=5000,
        help_text=_("Qui lit les demandes, selon quels critères, qui décide."),
    )
    frequency = forms.CharField(
        label=_("Fréquence de la sélection"),
        max_length=300,
        help_text=_("Par exemple : une fois par année, en février."),
    )
    follow_up = forms.CharField(
        label=_("Suivi des projets soutenus"), widget=lines(3), required=False, max_length=5000
    )
    papers_required = forms.CharField(
        label=_("Documents obligatoires"),
        widget=lines(3),
        required=False,
        help_text=_("Un par ligne."),
    )
    papers_optional = forms.CharField(
        label=_("Documents facultatifs"),
        widget=lines(2),
        required=False,
        help_text=_("Un par ligne."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alliance = alliance
        self.parts = list(sub_envelopes_of(alliance))
        choices: Any = self.fields["place"]
        choices.choices = [
            ("", _("Toute l’enveloppe du territoire")),
            *((_key(part), str(part)) for part in self.parts),
        ]
        if not self.parts:
            del self.fields["place"]
        self.fields["priorities"].queryset = priorities_in_force(alliance)  # type: ignore[attr-defined]
        self.fields["mrcs"].queryset = mrcs_of(alliance)  # type: ignore[attr-defined]
        if not alliance.territory.mrcs.exists():
            del self.fields["mrcs"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        for refusal in refusals_of_call(self.alliance, self.terms()):
            field = "papers_required" if refusal.field == "papers" else refusal.field
            self.add_error(field if field in self.fields else None, str(refusal))
        return data

    def terms(self) -> CallTerms:
        typed = self.cleaned_data
        part = next((one for one in self.parts if _key(one) == typed.get("place")), None)
        return CallTerms(
            **{name: typed[name] for name in WRITTEN},
            priorities=list(typed["priorities"]),
            mrc=part.mrc if part else None,
            sub_region=part.name if part else "",
            mrcs=list(typed.get("mrcs") or []),
            papers=[
                Paper(name.strip()[:150], is_required)
                for field, is_required in (("papers_required", True), ("papers_optional", False))
                for name in typed[field].splitlines()
                if name.strip()
            ],
        )

    @classmethod
    def initial_of(cls, call: Call) -> dict[str, Any]:
        own = {name: getattr(call, name) for name in cls.base_fields if hasattr(call, name)}
        lineages = [one.priority.lineage for one in call.served.all()]
        in_force = priorities_in_force(call.alliance).filter(lineage__in=lineages)
        papers = list(call.papers.all())
        return own | {
            "place": f"mrc-{call.mrc_id}" if call.mrc_id else call.sub_region,
            "priorities": [priority.pk for priority in in_force],
            "mrcs": [mrc.pk for mrc in call.mrcs.all()],
            "papers_required": "\n".join(one.name for one in papers if one.is_required),
            "papers_optional": "\n".join(one.name for one in papers if not one.is_required),
        }


def _key(part: SubEnvelope) -> str:
    return f"mrc-{part.mrc_id}" if part.mrc_id else part.name


class ExtendForm(forms.Form):
    closes_at = forms.DateTimeField(
        label=_("Nouvelle fermeture"), widget=MomentInput(), help_text=_("Heure du Québec.")
    )
    reason = forms.CharField(label=_("Motif"), widget=lines(2), max_length=1000)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = call.closes_at.isoformat()

    def clean_seen(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


class LinkForm(forms.Form):
    """Where the link of an application goes, and the language it speaks."""

    email = forms.EmailField(
        label=_("Courriel"),
        help_text=_("Votre lien y arrive. Il sert à revenir à votre demande."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Langue de la demande"), choices=LANGUAGES)


CALL_STATES = [
    ("preparation", _("En préparation")),
    ("a-venir", _("À venir")),
    ("ouverts", _("Ouverts")),
    ("fermes", _("Fermés")),
]
CALL_SORTS = {
    "numero": "number",
    "titre": "title",
    "montant": "amount",
    "ouverture": "opens_at",
    "fermeture": "closes_at",
    "recues": "received",
}


class CallFilter(django_filters.FilterSet):
    etat = django_filters.ChoiceFilter(
        label=_("État"), choices=CALL_STATES, method="by_state", empty_label=_("Tous")
    )
    q = django_filters.CharFilter(label=_("Titre"), field_name="title", lookup_expr="icontains")
    tri = django_filters.CharFilter(widget=forms.HiddenInput, method="by_sort")

    class Meta:
        model = Call
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        moment = clock.now()
        published = Q(state=Call.State.PUBLISHED)
        return queryset.filter(
            {
                "preparation": Q(state=Call.State.DRAFT),
                "a-venir": published & Q(opens_at__gt=moment),
                "ouverts": published & Q(opens_at__lte=moment, closes_at__gt=moment),
                "fermes": Q(state=Call.State.CLOSED) | (published & Q(closes_at__lte=moment)),
            }[value]
        )

    def by_sort(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        field = CALL_SORTS.get(value.removeprefix("-"))
        if field is None:
            return queryset
        return queryset.order_by(f"-{field}" if value.startswith("-") else field, "-pk")
