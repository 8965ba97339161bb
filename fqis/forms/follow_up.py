"""What people type to follow a project: its agreement, its money, its changes."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.forms import DateInput
from alliances.money import MoneyFormField
from alliances.templatetags.portal import date_long, money
from fqis.forms.projects import ActForm, DayForm, lines
from fqis.models import (
    BudgetLine,
    Project,
    ProjectChange,
    ProjectExpense,
    ProjectInstalment,
    ProjectPayment,
)
from fqis.services.agreements import Part

FILE_HELP = _("PDF, DOCX, XLSX, PNG ou JPEG.")


def key_field() -> forms.UUIDField:
    """Marks the form shown: the same form sent twice acts once."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)


class SignForm(DayForm):
    """Both signatures; only the day is asked of an agreement signed on paper."""

    carrier_signed_on = forms.DateField(
        label=_("Signée par le porteur le"), widget=DateInput(), required=False
    )
    carrier_signatory = forms.CharField(
        label=_("Pour le porteur, nom et fonction"), max_length=150, required=False
    )
    table_signatory = forms.CharField(
        label=_("Pour la Table, nom et fonction"), max_length=150, required=False
    )
    file = forms.FileField(label=_("Convention signée"), required=False, help_text=FILE_HELP)

    field_order = ["carrier_signed_on", "carrier_signatory", "on", "table_signatory", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Signée par la Table le")
        if self.project.agreements.filter(state="prepared").exists():
            for name in self.field_order:
                self.fields[name].required = True


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Motif"), widget=lines(2))


class SignedFileForm(ActForm):
    file = forms.FileField(label=_("Convention signée"), help_text=FILE_HELP)


class InstalmentForm(forms.Form):
    """One row of the agreement to prepare; an empty one is left out."""

    hide_optional = True
    amount = MoneyFormField(label=_("Montant"), required=False)
    condition = forms.ChoiceField(
        label=_("À payer"), choices=ProjectInstalment.Condition.choices, required=False
    )
    due_on = forms.DateField(label=_("Date prévue"), widget=DateInput(), required=False)
    words = forms.CharField(label=_("Précision"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("due_on") or data.get("words")) and not data.get("amount"):
            self.add_error("amount", _("Écrivez le montant de ce versement."))
        return data


InstalmentFormSet = forms.formset_factory(InstalmentForm, extra=3, max_num=12)


def parts_of(formset: forms.BaseFormSet) -> list[Part]:
    """The rows that were filled."""
    return [
        Part(row["amount"], row["condition"], row["due_on"], row["words"])
        for row in (form.cleaned_data for form in formset if form.is_valid())
        if row.get("amount")
    ]


class AgreementForm(forms.Form):
    starts_on = forms.DateField(label=_("Début"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Fin"), widget=DateInput(), help_text=_("Cinq ans au plus après le début.")
    )
    conditions = forms.CharField(
        label=_("Conditions particulières"), widget=lines(4), required=False
    )


class InstalmentChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.rank}. {money(obj.amount)}, {obj.get_condition_display().lower()}"


def instalments_of(project: Project) -> Any:
    return ProjectInstalment.objects.filter(
        agreement__project=project, agreement__state="signed"
    ).order_by("rank")


class PaymentForm(DayForm):
    instalment = InstalmentChoice(
        ProjectInstalment.objects.none(), label=_("Versement convenu"), empty_label=None
    )
    amount = MoneyFormField(label=_("Montant payé"))
    reference = forms.CharField(label=_("Référence"), max_length=60, required=False)
    key = key_field()

    field_order = ["instalment", "amount", "on", "reference", "key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Payé le")
        choices: Any = self.fields["instalment"]
        choices.queryset = instalments_of(self.project)


class ConditionForm(DayForm):
    instalment = InstalmentChoice(
        ProjectInstalment.objects.none(), label=_("Versement convenu"), empty_label=None
    )
    note = forms.CharField(
        label=_("Preuve"), max_length=200, required=False, help_text=_("Le rapport, la lettre.")
    )

    field_order = ["instalment", "on", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Condition remplie le")
        choices: Any = self.fields["instalment"]
        choices.queryset = instalments_of(self.project).filter(
            condition__in=["report", "other"], met_on=None
        )


class PaymentChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{date_long(obj.on)}, {money(obj.amount)}"


class CorrectionForm(ActForm):
    hide_optional = True
    payment = PaymentChoice(
        ProjectPayment.objects.none(), label=_("Paiement à corriger"), empty_label=None
    )
    reason = forms.CharField(label=_("Motif"), widget=lines(2))
    amount = MoneyFormField(
        label=_("Bon montant"),
        required=False,
        help_text=_("Laissez vide pour annuler le paiement sans le remplacer."),
    )
    on = forms.DateField(label=_("Bonne date"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["payment"]
        choices.queryset = self.project.payments.filter(reverses=None, reversed_by=None)


class LineChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({money(obj.asked)})"


class ExpenseForm(DayForm):
    line = LineChoice(BudgetLine.objects.none(), label=_("Poste du budget"), required=False)
    what = forms.CharField(label=_("Objet de la dépense"), max_length=200)
    amount = MoneyFormField(label=_("Montant"))
    file = forms.FileField(label=_("Pièce"), required=False, help_text=FILE_HELP)
    key = key_field()

    field_order = ["line", "what", "amount", "on", "file", "key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Date de la dépense")
        choices: Any = self.fields["line"]
        choices.queryset = self.project.budget.all()
        if self.project.budget.exists():
            choices.required, choices.empty_label = True, _("Choisir un poste")
        else:
            del self.fields["line"]


class ExpenseChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{date_long(obj.on)}, {obj.what}, {money(obj.amount)}"


class CancelExpenseForm(ActForm):
    expense = ExpenseChoice(
        ProjectExpense.objects.none(), label=_("Dépense à annuler"), empty_label=None
    )
    reason = forms.CharField(label=_("Motif"), widget=lines(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["expense"]
        choices.queryset = self.project.expenses.filter(cancelled_at=None)


class ChangeForm(ActForm):
    """What changes; what is left as it is stays."""

    hide_optional = True
    reason = forms.CharField(label=_("Motif de la modification"), widget=lines(2))
    starts_on = forms.DateField(label=_("Début"), widget=DateInput())
    ends_on = forms.DateField(label=_("Fin"), widget=DateInput())
    amount = MoneyFormField(
        label=_("Montant accordé"), help_text=_("Une hausse demande une nouvelle décision.")
    )
    activities = forms.CharField(label=_("Activités"), widget=lines(4), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.project
        self.fields["starts_on"].initial = project.starts_on
        self.fields["ends_on"].initial = project.ends_on
        self.fields["amount"].initial = project.amount_granted
        self.fields["activities"].initial = project.description
        for line in project.budget.all():
            self.fields[f"line_{line.pk}"] = MoneyFormField(
                label=str(line), initial=line.asked, help_text=_("Part du FQIS.")
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        budget: dict[int, Decimal] = {}
        for name in [one for one in data if one.startswith("line_")]:
            value = data.pop(name)
            if value is not None:
                budget[int(name.removeprefix("line_"))] = value
        data["budget"] = budget
        return data


class AgreeChangeForm(DayForm):
    carrier_name = forms.CharField(label=_("Pour le porteur, nom et fonction"), max_length=150)
    file = forms.FileField(label=_("Modification signée"), required=False, help_text=FILE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Convenue le")


def open_change(project: Project) -> ProjectChange | None:
    return project.changes.filter(state="proposed").first()


class ContinueForm(ActForm):
    title = forms.CharField(label=_("Titre du projet qui suit"), max_length=200)
    amount_requested = MoneyFormField(label=_("Montant demandé"))
    starts_on = forms.DateField(label=_("Début"), widget=DateInput())
    ends_on = forms.DateField(label=_("Fin"), widget=DateInput())
    agreed_by_whom = forms.CharField(
        label=_("Qui est d’accord"),
        widget=lines(2),
        help_text=_("Les instances, les partenaires et les milieux qui ont convenu de poursuivre."),
    )
    agreed_on = forms.DateField(label=_("D’accord le"), widget=DateInput())
    evidence = forms.FileField(label=_("Preuve du consensus"), help_text=FILE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].initial = self.project.title
        self.fields["agreed_on"].initial = clock.today()


class PracticeForm(ActForm):
    title = forms.CharField(label=_("Titre"), max_length=120)
    text = forms.CharField(
        label=_("Ce qui a bien marché"),
        max_length=1200,
        widget=lines(5),
        help_text=_("Tout le monde le lira. Ne nommez aucune personne."),
    )
