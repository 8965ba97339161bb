"""What people type in the registers of the Concertation, and the filters of their lists."""

from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alliances import clock, registers
from alliances.forms import DateInput
from alliances.models import (
    Alliance,
    Consultation,
    DevitalisedZone,
    GovernanceBody,
    Mrc,
    Partner,
    PartnerCategory,
)
from alliances.models.alliances import NameKey

Kind = Consultation.Kind
Level = Partner.Level
MOST_PEOPLE = 1_000_000
REGIONAL_PLACE = "regional"


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class RevisedForm(forms.Form):
    """A form that says which state of the row its writer read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    @property
    def values(self) -> dict[str, Any]:
        """The keywords of the services."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    def said_meanwhile(self, stored: dict[str, Any]) -> list[tuple[str | Promise, str]]:
        """The fields whose stored value is not the typed one, in words; the next saving is then
        of somebody who has read them."""
        differing: list[tuple[str | Promise, str]] = []
        for name, field in self.fields.items():
            if name != "revision" and field.has_changed(stored.get(name), self[name].data):
                differing.append((field.label or name, _words(field, stored.get(name))))
        revision = self.add_prefix("revision")
        self.data = {**self.data.dict(), revision: str(stored["revision"])}  # type: ignore[attr-defined]
        return differing


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, "—"))  # type: ignore[arg-type]
    return "—" if value in (None, "") else str(value)


class PartnerForm(RevisedForm):
    """A partner. One question says both its level and its MRC: they cannot disagree."""

    name = forms.CharField(label=_("Nom de l’organisation"), max_length=200)
    category = forms.ModelChoiceField(
        PartnerCategory.objects.none(),
        label=_("Catégorie"),
        empty_label=_("Choisir"),
        help_text=_("Celles que le guide nomme."),
    )
    place = forms.ChoiceField(label=_("Palier"))
    contribution = forms.CharField(
        label=_("Contribution"),
        required=False,
        max_length=2000,
        widget=lines(3),
        help_text=_("Son rôle, ses ressources, ce qu’il s’engage à faire. Le plan le reprend."),
    )
    contact = forms.CharField(
        label=_("Personne contact"),
        required=False,
        max_length=150,
        help_text=_("Au travail seulement, jamais une personne en situation de pauvreté."),
    )
    email = forms.EmailField(
        label=_("Courriel"),
        required=False,
        help_text=_("Pour lui demander son appui au plan."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    joined_on = forms.DateField(label=_("Participe depuis le"), widget=DateInput())

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = registers.categories_of(alliance)  # type: ignore[attr-defined]
        self.mrcs = {mrc.code: mrc for mrc in registers.mrcs_of(alliance)}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("Choisir")),
            (REGIONAL_PLACE, _("Régional : tout le territoire")),
            *((code, _("Local : %(mrc)s") % {"mrc": mrc}) for code, mrc in self.mrcs.items()),
        ]
        self.fields["joined_on"].initial = clock.today()

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        mrc = self.mrcs.get(values.pop("place"))
        return {**values, "level": Level.LOCAL if mrc else Level.REGIONAL, "mrc": mrc}

    @staticmethod
    def initial_of(partner: Partner) -> dict[str, Any]:
        names = ["name", "category", "contribution", "contact", "email", "joined_on", "revision"]
        place = partner.mrc.code if partner.mrc else REGIONAL_PLACE
        return {name: getattr(partner, name) for name in names} | {"place": place}


class DayForm(forms.Form):
    """The day something happened."""

    on = forms.DateField(label=_("Le"), widget=DateInput())
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class BodyForm(RevisedForm):
    name = forms.CharField(
        label=_("Nom de l’instance"),
        max_length=200,
        help_text=_("Par exemple « Comité directeur »."),
    )
    mandate = forms.CharField(label=_("Mandat"), required=False, max_length=2000, widget=lines(3))
    meetings_per_year = forms.IntegerField(
        label=_("Rencontres par année"), required=False, min_value=0, max_value=366
    )
    support = forms.CharField(
        label=_("Soutien offert aux personnes en situation de pauvreté"),
        required=False,
        max_length=2000,
        widget=lines(3),
        help_text=_("Transport, garde d’enfants, préparation : ce qui rend la place possible."),
    )

    @staticmethod
    def initial_of(body: GovernanceBody) -> dict[str, Any]:
        names = ["name", "mandate", "meetings_per_year", "support", "revision"]
        return {name: getattr(body, name) for name in names}


class SeatForm(forms.Form):
    """How many seats, and how many are held by people living in poverty. Never a name."""

    on = forms.DateField(label=_("Compté le"), widget=DateInput())
    seats = forms.IntegerField(label=_("Sièges"), min_value=1, max_value=500)
    lived_experience = forms.IntegerField(
        label=_("Dont sièges tenus par des personnes en situation de pauvreté"),
        min_value=0,
        max_value=500,
        help_text=_("Un nombre, jamais un nom."),
    )


class ZoneForm(RevisedForm):
    """A zone; where the territory has no MRC, the place is named alone."""

    mrc = forms.ModelChoiceField(
        queryset=Mrc.objects.none(), label=_("MRC"), empty_label=_("Choisir")
    )
    municipality = forms.CharField(
        label=_("Municipalité ou secteur"),
        required=False,
        max_length=150,
        help_text=_("Vide : toute la MRC."),
    )
    index_name = forms.CharField(
        label=_("Indice"),
        required=False,
        max_length=100,
        initial=DevitalisedZone._meta.get_field("index_name").default,
    )
    value = forms.DecimalField(
        label=_("Valeur"), required=False, max_digits=10, decimal_places=4, localize=True
    )
    year = forms.IntegerField(label=_("Année que l’indice décrit"), required=False)
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=300,
        help_text=_("Qui le publie, dans quel document."),
    )
    most_affected = forms.CharField(
        label=_("Personnes les plus touchées"),
        required=False,
        max_length=2000,
        widget=lines(3),
        help_text=_("Des groupes, jamais des noms."),
    )

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mrcs = registers.mrcs_of(alliance)
        if mrcs:
            self.fields["mrc"].queryset = mrcs  # type: ignore[attr-defined]
        else:
            del self.fields["mrc"]
            self.fields["municipality"].required = True
            self.fields["municipality"].help_text = ""

    @staticmethod
    def initial_of(zone: DevitalisedZone) -> dict[str, Any]:
        names = [name for name in ZoneForm.base_fields if name != "value"]
        value = zone.value.normalize() if zone.value is not None else None
        return {name: getattr(zone, name) for name in names} | {"value": value}


class ConsultationForm(RevisedForm):
    """A consultation; people are counted, never named."""

    on = forms.DateField(label=_("Tenue le"), widget=DateInput())
    kind = forms.ChoiceField(label=_("Forme"), choices=[("", _("Choisir")), *Kind.choices])
    title = forms.CharField(
        label=_("Titre"),
        max_length=200,
        help_text=_("Par exemple « Forum sur le logement »."),
    )
    mrc = forms.ModelChoiceField(
        queryset=Mrc.objects.none(),
        label=_("MRC"),
        required=False,
        empty_label=_("Tout le territoire"),
    )
    people = forms.IntegerField(
        label=_("Personnes"),
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text=_("Un nombre, jamais un nom."),
    )
    people_in_poverty = forms.IntegerField(
        label=_("Dont personnes en situation de pauvreté"),
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        help_text=_("Vide : leur nombre n’est pas connu."),
    )
    outcome = forms.CharField(
        label=_("Ce qui en ressort"),
        max_length=5000,
        widget=lines(6),
        help_text=_("Vision commune, besoins, priorités. Le plan le reprend."),
    )

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mrcs = registers.mrcs_of(alliance)
        if mrcs:
            self.fields["mrc"].queryset = mrcs  # type: ignore[attr-defined]
        else:
            del self.fields["mrc"]

    @staticmethod
    def initial_of(one: Consultation) -> dict[str, Any]:
        return {name: getattr(one, name) for name in ConsultationForm.base_fields}


# --- Filters, from the address


class SortedFilter(django_filters.FilterSet):
    """A list whose column heads sort it: ``tri=nom``, ``tri=-nom``."""

    SORTS: dict[str, str | NameKey] = {}
    tri = django_filters.CharFilter(widget=forms.HiddenInput, method="sort")

    def sort(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        column = self.SORTS.get(value.removeprefix("-"))
        if column is None:
            return queryset
        by = F(column) if isinstance(column, str) else column
        order = by.desc(nulls_last=True) if value[0] == "-" else by.asc()
        return queryset.order_by(order, "pk")


class PlacedFilter(SortedFilter):
    """A list of rows that may have an ``mrc``, a choice where the territory has some."""

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mrcs = [(mrc.code, mrc.name) for mrc in registers.mrcs_of(alliance)]
        if mrcs:
            self.filters["mrc"].extra["choices"] = mrcs
        else:
            del self.filters["mrc"]


class PartnerFilter(PlacedFilter):
    SORTS = {
        "nom": NameKey("name"),
        "categorie": "category__rank",
        "palier": "mrc__name",
        "depuis": "joined_on",
    }
    categorie = django_filters.ChoiceFilter(
        label=_("Catégorie"), field_name="category__code", empty_label=_("Toutes")
    )
    palier = django_filters.ChoiceFilter(
        label=_("Palier"), field_name="level", choices=Level.choices, empty_label=_("Tous")
    )
    mrc = django_filters.ChoiceFilter(
        label=_("MRC"), field_name="mrc__code", empty_label=_("Toutes")
    )
    presence = django_filters.ChoiceFilter(
        label=_("Présence"),
        choices=[("partis", _("Partis")), ("tous", _("Présents et partis"))],
        method="keep",
        empty_label=_("Présents"),
    )
    q = django_filters.CharFilter(
        label=_("Nom ou contribution"), method="search", widget=forms.SearchInput
    )

    class Meta:
        model = Partner
        fields: list[str] = []

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, alliance=alliance, **kwargs)
        self.filters["categorie"].extra["choices"] = [
            (one.code, one.short) for one in registers.categories_of(alliance)
        ]

    def filter_queryset(self, queryset: QuerySet[Partner]) -> QuerySet[Partner]:
        found = super().filter_queryset(queryset)
        presence = self.form.cleaned_data.get("presence")
        if presence == "tous":
            return found
        return found.filter(left_on__isnull=presence != "partis")

    def keep(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return queryset

    def search(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return queryset.filter(Q(name__icontains=value) | Q(contribution__icontains=value))


class ZoneFilter(PlacedFilter):
    SORTS = {
        "zone": NameKey("municipality"),
        "mrc": "mrc__name",
        "valeur": "value",
        "annee": "year",
    }
    mrc = django_filters.ChoiceFilter(
        label=_("MRC"), field_name="mrc__code", empty_label=_("Toutes")
    )
    q = django_filters.CharFilter(
        label=_("Lieu ou personnes"), method="search", widget=forms.SearchInput
    )

    class Meta:
        model = DevitalisedZone
        fields: list[str] = []

    def search(
        self, queryset: QuerySet[DevitalisedZone], name: str, value: str
    ) -> QuerySet[DevitalisedZone]:
        return queryset.filter(
            Q(municipality__icontains=value)
            | Q(mrc__name__icontains=value)
            | Q(most_affected__icontains=value)
        )


class ConsultationFilter(PlacedFilter):
    SORTS = {
        "titre": NameKey("title"),
        "mrc": "mrc__name",
        "date": "on",
        "personnes": "people",
    }
    forme = django_filters.ChoiceFilter(
        label=_("Forme"), field_name="kind", choices=Kind.choices, empty_label=_("Toutes")
    )
    mrc = django_filters.ChoiceFilter(
        label=_("MRC"), field_name="mrc__code", empty_label=_("Toutes")
    )
    q = django_filters.CharFilter(
        label=_("Titre ou ce qui en ressort"), method="search", widget=forms.SearchInput
    )

    class Meta:
        model = Consultation
        fields: list[str] = []

    def search(
        self, queryset: QuerySet[Consultation], name: str, value: str
    ) -> QuerySet[Consultation]:
        return queryset.filter(Q(title__icontains=value) | Q(outcome__icontains=value))
