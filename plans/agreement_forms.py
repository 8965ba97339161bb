"""What people type around the agreement on a plan: who is asked, an answer, a proof, a delay."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from alliances.forms import LANGUAGES, DateInput
from alliances.models import GovernanceBody, Partner
from plans.models import Endorsement, PlanVersion
from plans.selectors.endorsements import Askable, Standing

_LINE = re.compile(r"^(?P<name>.*?)[\s,;:<(]+(?P<email>[^\s,;<>()]+@[^\s,;<>()]+)[\s>)]*$")


class AskForm(forms.Form):
    """Partners to tick, an address for each body, anybody else one per line."""

    partners = forms.ModelMultipleChoiceField(
        Partner.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("Un partenaire choisi a déjà été invité ou n’est pas d’ici."),
            "invalid_pk_value": _("Choisissez parmi les partenaires de cette Alliance."),
        },
    )
    others = forms.CharField(
        label=_("Autres organismes"),
        help_text=_("Un par ligne : le nom, une virgule, le courriel."),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Langue de la demande"), choices=LANGUAGES)

    hide_optional = True

    def __init__(self, *args: Any, version: PlanVersion, askable: Askable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.askable = askable
        self.fields["partners"].queryset = Partner.objects.filter(  # type: ignore[attr-defined]
            pk__in=[one.pk for one in askable.partners]
        )
        self.fields["language"].initial = version.plan.alliance.territory.default_language
        for body in askable.bodies:
            self.fields[_field_of(body)] = forms.EmailField(
                label=body.name,
                required=False,
                widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            )

    def clean_others(self) -> list[tuple[str, str]]:
        found = []
        for line in str(self.cleaned_data["others"]).splitlines():
            if not line.strip():
                continue
            read = _LINE.match(line.strip())
            if read is None or not read["name"].strip():
                raise ValidationError(
                    _("« %(line)s » : écrivez le nom, une virgule, puis le courriel."),
                    params={"line": line.strip()[:80]},
                )
            validate_email(read["email"])
            found.append((read["name"].strip(), read["email"]))
        return found

    @property
    def chosen(self) -> list[str]:
        """The keys of the ticked partners, as sent."""
        return [str(pk) for pk in self["partners"].value() or []]

    @property
    def body_fields(self) -> list[forms.BoundField]:
        return [self[_field_of(body)] for body in self.askable.bodies]

    @property
    def asked(self) -> dict[str, Any]:
        """What is sent to the service."""
        typed = self.cleaned_data
        return {
            "partners": list(typed["partners"]),
            "bodies": [
                (body, typed[_field_of(body)])
                for body in self.askable.bodies
                if typed[_field_of(body)]
            ],
            "others": typed["others"],
            "language": typed["language"],
        }


def _field_of(body: GovernanceBody) -> str:
    return f"body_{body.pk}"


class AnswerForm(forms.Form):
    """One of three answers, with its text, by somebody who says their name and function."""

    answer = forms.ChoiceField(
        label=_("Votre réponse"),
        choices=Endorsement.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une réponse.")},
    )
    text = forms.CharField(
        label=_("Votre réserve, ou ce qui vous empêche d’être d’accord"),
        help_text=_(
            "Elle se lit avec le plan. N’y nommez jamais une personne en situation de pauvreté."
        ),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": _("Votre texte dépasse 5 000 caractères. Raccourcissez-le.")},
    )
    name = forms.CharField(
        label=_("Votre nom"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Entrez votre nom.")},
    )
    title = forms.CharField(
        label=_("Votre fonction"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": _("Entrez votre fonction.")},
    )

    hide_optional = True

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        answer = typed.get("answer")
        if not typed.get("text") and "text" not in self.errors:
            if answer == Endorsement.Answer.RESERVATION:
                self.add_error("text", _("Écrivez votre réserve."))
            elif answer == Endorsement.Answer.DISAGREE:
                self.add_error("text", _("Écrivez pourquoi vous n’êtes pas d’accord."))
        return typed


class EvidenceForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_(
            "Résolution, lettre ou procès-verbal. PDF, DOCX, XLSX, PNG ou JPEG, 10 Mo au plus."
        ),
        error_messages={
            "required": _("Choisissez un fichier."),
            "empty": _("Ce fichier est vide. Choisissez-en un autre."),
        },
    )


class EndorsementFilter(forms.Form):
    etat = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[
            ("", _("Tous")),
            (Standing.WAITING.value, Standing.WAITING.label),
            *Endorsement.Answer.choices,
            (Standing.EARLIER.value, Standing.EARLIER.label),
            (Standing.REPLACED.value, Standing.REPLACED.label),
            (Standing.CANCELLED.value, Standing.CANCELLED.label),
        ],
    )
    q = forms.CharField(label=_("Nom"), required=False, widget=forms.SearchInput)


class ExtendForm(forms.Form):
    """A delay, from the deadline the person read."""

    expected_due_on = forms.DateField(widget=forms.HiddenInput)
    due_on = forms.DateField(
        label=_("Nouvelle échéance"),
        widget=DateInput(),
        error_messages={
            "required": _("Entrez la nouvelle échéance."),
            "invalid": _("Entrez une date, par exemple 2025-04-30."),
        },
    )
    reason = forms.CharField(
        label=_("Motif du délai"),
        help_text=_("La Table le reçoit, et le journal le garde."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Dites pourquoi le délai est accordé.")},
    )

    def __init__(self, *args: Any, now_due_on: date | None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "delai_%s")
        super().__init__(*args, **kwargs)
        if now_due_on is not None:
            self.initial["expected_due_on"] = now_due_on.isoformat()
