"""The forms of the shared practices: telling one, finding one."""

from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from alliances.models import Territory, User
from plans.models import Action, SharedPractice
from plans.selectors.practices import saying, theme_names


class PracticeForm(forms.Form):
    """An action told for who does not know it. Plain text."""

    title = forms.CharField(
        label=_("Titre"),
        max_length=300,
        error_messages={"required": _("Donnez un titre à la pratique.")},
    )
    summary = forms.CharField(
        label=_("Ce qui a été fait"),
        help_text=_("Pour une personne qui ne connaît ni votre territoire ni votre plan."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Dites ce qui a été fait.")},
    )
    result = forms.CharField(
        label=_("Ce que cela a donné"),
        help_text=_("Ce qui a changé, ce qui a aidé, ce que vous feriez autrement."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    contact = forms.CharField(
        label=_("À qui écrire"),
        help_text=_("Une personne ou un service, et son courriel de travail."),
        max_length=200,
        required=False,
    )

    @staticmethod
    def initial_of(action: Action, by: User) -> dict[str, str]:
        """What the plan already says of the action."""
        contact = ", ".join(filter(None, [action.lead or by.full_name, by.email]))
        return {
            "title": action.title,
            "summary": action.means,
            "result": action.expected_result,
            "contact": contact[:200],
        }

    @staticmethod
    def values_of(practice: SharedPractice) -> dict[str, str]:
        return {
            "title": practice.title,
            "summary": practice.summary,
            "result": practice.result,
            "contact": practice.contact,
        }


SORTS = {"titre": "title", "territoire": "territory__rank", "date": "shared_at"}


class PracticeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Mots à chercher"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    theme = django_filters.ChoiceFilter(
        label=_("Priorité ou thème du guide"), method="by_theme", empty_label=_("Tous")
    )
    nature = django_filters.ChoiceFilter(
        label=_("Type de territoire"),
        field_name="territory__kind",
        choices=Territory.Kind.choices,
        empty_label=_("Tous"),
    )
    population = django_filters.CharFilter(label=_("Population visée"), method="by_population")
    tri = django_filters.ChoiceFilter(
        label=_("Ordre"),
        choices=[("-date", _("Les plus récentes")), ("titre", _("Titre")),
                 ("territoire", _("Territoire"))],
        method="sort",
        empty_label=None,
        null_label=None,
    )  # fmt: skip

    class Meta:
        model = SharedPractice
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes = theme_names()
        self.filters["theme"].extra["choices"] = sorted(
            self.themes.items(), key=lambda pair: pair[1]
        )

    def search(
        self, queryset: QuerySet[SharedPractice], name: str, value: str
    ) -> QuerySet[SharedPractice]:
        return saying(queryset, value, "title", "summary", "result", "population")

    def by_theme(
        self, queryset: QuerySet[SharedPractice], name: str, value: str
    ) -> QuerySet[SharedPractice]:
        return queryset.filter(themes__contains=[value])

    def by_population(
        self, queryset: QuerySet[SharedPractice], name: str, value: str
    ) -> QuerySet[SharedPractice]:
        return saying(queryset, value, "population")

    def sort(
        self, queryset: QuerySet[SharedPractice], name: str, value: str
    ) -> QuerySet[SharedPractice]:
        column = F(SORTS[value.removeprefix("-")])
        return queryset.order_by(column.desc() if value[0] == "-" else column.asc(), "-pk")
