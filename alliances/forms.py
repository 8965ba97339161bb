"""The kernel's forms and the filters of its lists."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alliances import clock, selectors
from alliances.account_forms import password_rules
from alliances.models import Comment, Document, Invitation, JournalEntry, Territory, User
from alliances.roles import ROLES, TABLE_ROLES
from alliances.services.documents import DEPOSITS

LANGUAGES = [("fr", "Français"), ("en", "English")]
Choices = Sequence[tuple[str, str | Promise]]


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


# --- Coming in


class AcceptForm(forms.Form):
    """What an invited person says of themself."""

    full_name = forms.CharField(
        label=_("Nom complet"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Langue du portail"), choices=LANGUAGES)
    password1 = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Mot de passe, encore une fois"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"language": invitation.language})
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["password1"].help_text = password_rules()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        first, second = typed.get("password1"), typed.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Les deux mots de passe diffèrent. Retapez-les."))
        if first:
            person = User(email=self.invitation.email, full_name=typed.get("full_name", ""))
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return typed


class InviteForm(forms.Form):
    """An address and a role. ``territory`` is asked only where any role may be given."""

    email = forms.EmailField(
        label=_("Courriel"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Rôle"))
    territory = forms.ModelChoiceField(
        label=_("Territoire"),
        queryset=Territory.objects.all(),
        required=False,
        empty_label=_("Aucun : rôle national"),
        help_text=_("Pour un rôle de la Table ou de la DGSQ."),
    )
    language = forms.ChoiceField(label=_("Langue de la lettre"), choices=LANGUAGES)

    def __init__(self, *args: Any, territory: Territory | None = None, **kwargs: Any) -> None:
        # A page may also hold a filter by role.
        kwargs.setdefault("auto_id", "inviter_%s")
        super().__init__(*args, **kwargs)
        slugs = TABLE_ROLES if territory is not None else list(ROLES)
        self.fields["role"].choices = role_choices(slugs)  # type: ignore[attr-defined]
        if territory is not None:
            del self.fields["territory"]
            self.fields["language"].initial = territory.default_language


class GrantForm(forms.Form):
    """A role for somebody who has an account, between two days."""

    role = forms.ChoiceField(label=_("Rôle"))
    territory = forms.ModelChoiceField(
        label=_("Territoire"),
        queryset=Territory.objects.all(),
        required=False,
        empty_label=_("Aucun : rôle national"),
        help_text=_("Pour un rôle de la Table ou de la DGSQ."),
    )
    starts_on = forms.DateField(label=_("Du"), widget=DateInput(), required=False)
    ends_on = forms.DateField(label=_("Au"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(list(ROLES))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if ends and ends < (starts or clock.today()):
            self.add_error("ends_on", _("La fin du rôle doit suivre son début."))
        return typed


def role_choices(slugs: list[str]) -> Choices:
    """« Coordination, Table », in the order of the roles."""
    roles = [ROLES[slug] for slug in slugs]
    return [("", _("Choisir")), *((one.slug, f"{one.label}, {one.side.label}") for one in roles)]


# --- Remarks and documents


class CommentForm(forms.Form):
    target_label = forms.CharField(max_length=60)
    target_id = forms.IntegerField()
    field = forms.CharField(max_length=60, required=False)
    quote = forms.CharField(max_length=300, required=False)
    answers = forms.IntegerField(required=False)
    audience = forms.ChoiceField(choices=Comment.Audience.choices, required=False)
    body = forms.CharField(
        max_length=5000,
        error_messages={
            "required": _("Écrivez votre remarque avant de la publier."),
            "max_length": _("Votre remarque dépasse 5 000 caractères. Raccourcissez-la."),
        },
    )


class DepositForm(forms.Form):
    title = forms.CharField(label=_("Titre"), max_length=200)
    kind = forms.ChoiceField(label=_("Type"), choices=list(DEPOSITS.items()), initial="deposit")
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("PDF, DOCX, XLSX, PNG ou JPEG, 10 Mo au plus."),
        error_messages={"empty": _("Ce fichier est vide. Choisissez-en un autre.")},
    )


# --- Filters, from the address


class DocumentFilter(django_filters.FilterSet):
    type = django_filters.ChoiceFilter(label=_("Type"), field_name="kind", empty_label=_("Tous"))
    q = django_filters.CharFilter(
        label=_("Titre ou numéro"), method="search", widget=forms.SearchInput
    )

    class Meta:
        model = Document
        fields: list[str] = []

    def __init__(self, *args: Any, kinds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["type"].extra["choices"] = kinds

    def search(self, queryset: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return queryset.filter(Q(title__icontains=value) | Q(number__icontains=value))


class JournalFilter(django_filters.FilterSet):
    personne = django_filters.ChoiceFilter(
        label=_("Personne"), field_name="actor", empty_label=_("Toutes")
    )
    acte = django_filters.ChoiceFilter(label=_("Acte"), field_name="verb", empty_label=_("Tous"))
    du = django_filters.DateFilter(
        label=_("Du"), field_name="at", lookup_expr="date__gte", widget=DateInput
    )
    au = django_filters.DateFilter(
        label=_("Au"), field_name="at", lookup_expr="date__lte", widget=DateInput
    )

    class Meta:
        model = JournalEntry
        fields: list[str] = []

    def __init__(self, *args: Any, people: Choices, verbs: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["personne"].extra["choices"] = people
        self.filters["acte"].extra["choices"] = verbs


class PeopleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Nom ou courriel"), method="search", widget=forms.SearchInput
    )
    role = django_filters.ChoiceFilter(
        label=_("Rôle"), method="with_role", choices=[], empty_label=_("Tous")
    )
    territoire = django_filters.ModelChoiceFilter(
        label=_("Territoire"),
        queryset=Territory.objects.all(),
        to_field_name="slug",
        method="on_territory",
        empty_label=_("Tous"),
    )
    compte = django_filters.ChoiceFilter(
        label=_("Compte"),
        method="with_account",
        choices=[("ouvert", _("Ouvert")), ("ferme", _("Fermé"))],
        empty_label=_("Tous"),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["role"].extra["choices"] = role_choices(list(ROLES))[1:]

    def search(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(Q(full_name__icontains=value) | Q(email__icontains=value))

    def with_role(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return selectors.holding(queryset, role=value)

    def on_territory(self, queryset: QuerySet[User], name: str, value: Territory) -> QuerySet[User]:
        return selectors.holding(queryset, territory=value)

    def with_account(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(is_active=value == "ouvert")
