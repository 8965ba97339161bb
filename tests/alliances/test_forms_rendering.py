import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from django_cotton.compiler_regex import CottonCompiler

from alliances.money import MoneyFormField
from alliances.widgets import SegmentedRadioSelect


class ProjectForm(forms.Form):
    title = forms.CharField(label="Titre", help_text="Tel que la Table le nomme.")
    amount = MoneyFormField(label="Montant")
    summary = forms.CharField(label="Résumé", required=False, widget=forms.Textarea)
    territory = forms.ChoiceField(label="Territoire", choices=[("m", "Mauricie")])
    decision = forms.ChoiceField(
        label="Décision", choices=[("a", "Accepter"), ("r", "Refuser")], widget=forms.RadioSelect
    )
    file = forms.FileField(label="Résolution")
    agreed = forms.BooleanField(label="Le comité a fait consensus")
    answer = forms.ChoiceField(
        label="Les normes sont suivies",
        choices=[("yes", "Oui"), ("no", "Non")],
        widget=SegmentedRadioSelect,
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.data.get("title") == "Refusé":
            raise forms.ValidationError("Le projet est déjà inscrit.")


class Tags(HTMLParser):
    """Every opening tag with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, name: str) -> dict[str, str]:
        return next(attrs for _tag, attrs in self.found if attrs.get("name") == name)

    @property
    def ids(self) -> set[str]:
        return {attrs["id"] for _tag, attrs in self.found if attrs.get("id")}


def render(template: str, **context: object) -> str:
    return Template(CottonCompiler().process(template)).render(Context(context))


def test_every_label_reaches_its_control() -> None:
    tags = Tags(str(ProjectForm()))

    targets = {attrs["for"] for tag, attrs in tags.found if tag == "label" and attrs.get("for")}

    assert targets <= tags.ids


def test_every_description_exists() -> None:
    tags = Tags(str(ProjectForm({"title": "", "amount": "12,345.6"})))

    described = [
        attrs["aria-describedby"] for _t, attrs in tags.found if "aria-describedby" in attrs
    ]

    assert described
    assert {name for one in described for name in one.split()} <= tags.ids


def test_the_hint_stands_between_the_label_and_the_control() -> None:
    markup = ProjectForm()["title"].as_field_group()

    assert re.search(r"<label.*?class=\"hint\".*?<input", markup, re.S)


def test_an_error_stands_under_the_field_and_marks_it() -> None:
    form = ProjectForm({"title": "Un titre", "amount": "12,345.6"})
    markup = form["amount"].as_field_group()

    assert Tags(markup).named("amount")["aria-invalid"] == "true"
    assert markup.index("<input") < markup.index(
        "Entrez un montant en dollars, par exemple 1 234,56."
    )


@pytest.mark.parametrize("name", ["title", "amount", "summary", "territory", "file"])
def test_text_controls_carry_the_class_of_the_portal(name: str) -> None:
    assert "input" in Tags(str(ProjectForm())).named(name)["class"].split()


@pytest.mark.parametrize("name", ["decision", "agreed", "answer", "token"])
def test_choices_and_hidden_fields_do_not(name: str) -> None:
    assert "class" not in Tags(str(ProjectForm())).named(name)


def test_optional_fields_say_so_unless_the_form_hides_it() -> None:
    form = ProjectForm()
    assert "(facultatif)" in form["summary"].as_field_group()
    assert "(facultatif)" not in form["title"].as_field_group()

    form.hide_optional = True  # type: ignore[attr-defined]
    assert "(facultatif)" not in form["summary"].as_field_group()


def test_radios_are_a_fieldset_with_a_legend() -> None:
    markup = ProjectForm()["decision"].as_field_group()

    assert markup.startswith("<fieldset")
    assert "<legend>Décision" in markup
    assert markup.count('class="choice"') == 2


def test_a_checkbox_stands_before_its_label() -> None:
    markup = ProjectForm()["agreed"].as_field_group()

    assert markup.index("<input") < markup.index("Le comité a fait consensus")


def test_a_file_names_what_is_there() -> None:
    assert 'type="file"' in ProjectForm()["file"].as_field_group()


def test_a_refusal_of_the_whole_form_is_a_notice() -> None:
    form = ProjectForm({"title": "Refusé"})

    assert "notice--error" in str(form.non_field_errors())
    assert "Le projet est déjà inscrit." in str(form.non_field_errors())


def test_the_summary_counts_the_errors_and_leads_to_the_fields() -> None:
    form = ProjectForm({"title": "Un titre", "territory": "m", "decision": "a", "answer": "yes"})

    markup = render('<c-error-summary :form="form" />', form=form)

    assert "Il y a 3 erreurs à corriger" in markup
    assert 'href="#id_amount"' in markup
    assert 'tabindex="-1" data-focus' in markup


def test_the_summary_is_silent_before_sending() -> None:
    assert "error-summary" not in render('<c-error-summary :form="form" />', form=ProjectForm())


def test_a_question_names_its_radios() -> None:
    markup = render('<c-check :field="form.answer" />', form=ProjectForm())
    tags = Tags(markup)

    group = next(attrs for _t, attrs in tags.found if attrs.get("role") == "radiogroup")
    assert group["aria-labelledby"] in tags.ids


def test_what_a_person_typed_is_escaped() -> None:
    markup = ProjectForm({"title": "<script>"})["title"].as_field_group()

    assert "<script>" not in markup
