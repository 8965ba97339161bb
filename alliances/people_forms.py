"""The form that lets somebody stand in for an absent person."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.models import Membership, User
from alliances.roles import MINISTRY_ROLES, TABLE_ROLES


def _candidates(absence: Membership) -> QuerySet[User]:
    """Open accounts, without the absent person and who is of the other side only."""
    others = TABLE_ROLES if absence.spec.is_ministry else MINISTRY_ROLES
    of_other_side = Membership.objects.active_on(clock.today()).filter(role__in=others)
    return (
        User.objects.filter(is_active=True, is_portal=False)
        .exclude(pk=absence.user_id)
        .exclude(pk__in=of_other_side.values("user"))
        .order_by("full_name", "pk")
    )


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} ({obj.email})"


class StandInForm(forms.Form):
    user = PersonChoice(
        User.objects.none(),
        label=_("Qui remplace"),
        empty_label=_("Choisir"),
        error_messages={"required": _("Choisissez une personne.")},
    )
    starts_on = forms.DateField(label=_("Du"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Au"), help_text=_("Dernier jour du remplacement."), widget=DateInput()
    )
    reason = forms.CharField(
        label=_("Motif"),
        help_text=_("Reste au journal, par exemple « vacances »."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Dites pourquoi cette personne est remplacée.")},
    )

    def __init__(self, *args: Any, absence: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = _candidates(absence)  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", clock.today())
