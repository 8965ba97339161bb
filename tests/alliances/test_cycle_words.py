"""The words of a cycle: « entente » in 2017, « convention » since; elided as French does."""

from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext

from alliances.cycle_words import words_of
from alliances.models import Cycle
from script.cycle_words import told

pytestmark = pytest.mark.django_db
OLD, NEW = "2017-2024", "2024-2029"
SAID = {
    "La convention %(number)s est signée.": "L’entente %(number)s est signée.",
    "Montant de la convention": "Montant de l’entente",
    "Cette alliance n’a pas encore de convention. Préparez-la, puis envoyez-la en signature.": (
        "Cette alliance n’a pas encore d’entente. Préparez-la, puis envoyez-la en signature."
    ),
    "Votre convention": "Votre entente",
    "Conventions signées": "Ententes signées",
    "la %(convention)s est de %(amount)s": "la %(convention)s est de %(amount)s",
    "Convention du projet signée": "Convention du projet signée",
    "Convention de projet signée": "Convention de projet signée",
    "PARC approuvé": "Plan de travail approuvé",
    "Valider le PARC": "Valider le plan de travail",
    "Approbation du plan d’action régional concerté": "Approbation du plan de travail",
    "La Table écrit le plan d’action régional concerté (PARC) et le transmet.": (
        "La Table écrit le plan de travail et le transmet."
    ),
    "MESS": "MTESS",
    "Priorités nationales auxquelles elle répond": "Thèmes du guide auxquels elle répond",
    "Cette priorité nationale est d’un autre cycle.": "Ce thème du guide est d’un autre cycle.",
    "Priorité nationale": "Thème du guide",
    "priorités nationales": "thèmes du guide",
    "Les priorités nationales ne sont pas reprises.": "Les thèmes du guide ne sont pas repris.",
    "Nationale": "Thème",
    "Enveloppe nationale %(cycle)s": "Enveloppe nationale %(cycle)s",
}


def cycle(slug: str) -> Cycle:
    return Cycle.objects.get(slug=slug)


@pytest.mark.parametrize(("sentence", "said"), SAID.items())
def test_a_sentence_is_told_with_the_words_of_2017(sentence: str, said: str) -> None:
    assert told(sentence, "fr", "entente") == said


def test_each_cycle_says_its_own_words() -> None:
    with words_of(cycle(OLD), "fr"):
        assert gettext("Montant de la convention") == "Montant de l’entente"
        assert gettext("PARC approuvé") == "Plan de travail approuvé"
    with words_of(cycle(NEW), "fr"):
        assert gettext("Montant de la convention") == "Montant de la convention"


def test_the_words_close_with_the_block_and_nest() -> None:
    with translation.override("fr"):
        with words_of(cycle(OLD)):
            with words_of(cycle(NEW)):
                assert gettext("Convention") == "Convention"
            assert gettext("Convention") == "Entente"
        assert gettext("Convention") == "Convention"
        assert translation.get_language() == "fr"


def test_lazy_and_counted_sentences_follow() -> None:
    label = gettext_lazy("Convention signée")
    with words_of(cycle(OLD), "fr"):
        assert str(label) == "Entente signée"
        said = [ngettext("Convention à envoyer", "Conventions à envoyer", n) for n in (0, 1, 2)]
    assert said == ["Entente à envoyer", "Entente à envoyer", "Ententes à envoyer"]


def test_a_row_of_a_list_of_both_cycles_speaks_with_its_own() -> None:
    rows = Template(
        "{% for one in cycles %}{% cycle_words one %}{% translate 'Convention' %}"
        "{% endcycle_words %} {% endfor %}{% translate 'Convention' %}"
    )

    with translation.override("fr"):
        said = rows.render(Context({"cycles": [cycle(OLD), cycle(NEW)]}))

    assert said == "Entente Convention Convention"


def test_counts_of_a_sentence_that_does_not_change_stay_french() -> None:
    with words_of(cycle(OLD), "fr"):
        assert ngettext("%(n)s projet", "%(n)s projets", 0) == "%(n)s projet"


def test_english_says_work_plan() -> None:
    with words_of(cycle(OLD), "en"):
        assert gettext("Valider le PARC") == "Validate the work plan"
        assert gettext("PARC approuvé") == "Work plan approved"
        assert gettext("Montant de la convention") == "Amount of the agreement"
        assert gettext("Priorité nationale") == "Theme of the guide"
    with words_of(cycle(NEW), "en"):
        assert gettext("Valider le PARC") == "Validate the PARC"


def test_dates_and_numbers_keep_the_language() -> None:
    from alliances.templatetags.portal import money

    with words_of(cycle(OLD), "fr"):
        old = money(70000)
    with words_of(cycle(NEW), "fr"):
        assert money(70000) == old


def sentences() -> Iterator[str]:
    """Every sentence of the portal, as the English catalogue lists them."""
    with (settings.BASE_DIR / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file):
            yield message.id[0] if message.pluralizable else message.id


def test_no_sentence_keeps_a_word_of_2024_or_forgets_to_elide() -> None:
    with words_of(cycle(OLD), "fr"):
        # Debian's Python finds a sentence that has a plural under its count only.
        said = [
            gettext(one) if gettext(one) != one else ngettext(one, one, 1)
            for one in sentences()
            if one
        ]
    wrong = [
        one
        for one in said
        if "PARC" in one
        or any(f"{word} entente" in one.lower() for word in (" la", " de", " sa", " ma", " que"))
        or one.lower().startswith(("la entente", "de entente"))
        or ("onvention" in one and "projet" not in one and "%(convention" not in one)
    ]
    assert wrong == []
