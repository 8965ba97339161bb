"""The words of a cycle: « entente » in 2017, « convention » since; elided as French does."""

import gettext as gettext_module
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext

from alliances.cycle_words import words_of
from alliances.models import Cycle

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
def test_each_cycle_says_its_own_words(sentence: str, said: str) -> None:
    with words_of(cycle(OLD), "fr"):
        assert gettext(sentence) == said
    with words_of(cycle(NEW), "fr"):
        assert gettext(sentence) == sentence


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
        said = [ngettext("%(n)s convention", "%(n)s conventions", n) for n in (0, 1, 2)]
    assert said == ["%(n)s entente", "%(n)s entente", "%(n)s ententes"]


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
    folder = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.mo"
    with folder.open("rb") as file:
        catalogue = gettext_module.GNUTranslations(file)
    for key in catalogue._catalog:  # type: ignore[attr-defined]
        yield key[0] if isinstance(key, tuple) else key


def test_no_sentence_keeps_a_word_of_2024_or_forgets_to_elide() -> None:
    with words_of(cycle(OLD), "fr"):
        said = [gettext(sentence) for sentence in sentences() if sentence]
    wrong = [
        one
        for one in said
        if "PARC" in one
        or any(f"{word} entente" in one.lower() for word in (" la", " de", " sa", " ma", " que"))
        or one.lower().startswith(("la entente", "de entente"))
        or ("onvention" in one and "projet" not in one and "%(convention" not in one)
    ]
    assert wrong == []
