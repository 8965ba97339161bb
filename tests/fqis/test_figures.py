"""The file of figures of the national split, as offices write it."""

from decimal import Decimal

import pytest

from alliances.models import Territory
from fqis.figures import read_figures


def read(text: str):
    return read_figures("f.csv", text.encode(), Territory.objects.all())


HEAD = "Territoire;Chiffre;Valeur;Année;Source\n"


@pytest.mark.django_db
def test_a_file_of_figures_is_read_whatever_its_accents() -> None:
    reading = read(
        HEAD + "ESTRIE;IDMS;20,8;2011;Institut\nlaval;Montant;2 500 000,00;2018;Presse\n"
    )
    assert reading.errors == []
    assert [(one.place.slug, one.kind, one.value) for one in reading.figures] == [
        ("estrie", "idms", Decimal("20.80")),
        ("laval", "former", Decimal("2500000.00")),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 0, "vide"),
        ("a;b\n1;2\n", 1, "première ligne"),
        (HEAD, 0, "aucun chiffre"),
        (HEAD + "Ailleurs;idms;1;2011;S\n", 2, "Territoire inconnu"),
        (HEAD + "laval;taille;1;2011;S\n", 2, "Chiffre inconnu"),
        (HEAD + "laval;idms;12,345.6;2011;S\n", 2, "illisible"),
        (HEAD + "laval;idms;-5;2011;S\n", 2, "illisible"),
        (HEAD + "laval;montant;1e9;2011;S\n", 2, "illisible"),
        (HEAD + "laval;idms;101;2011;S\n", 2, "pourcentage"),
        (HEAD + "laval;idms;12;;S\n", 2, "année et une source"),
        (HEAD + "laval;idms;12;2011;S\nLaval;IDMS;13;2011;S\n", 3, "déjà donné"),
        ("\0\1\2", 0, "lisible"),
        ("PK\3\4rien", 0, "lisible"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, line: int, sentence: str) -> None:
    reading = read(text)
    assert [(one.line, sentence in one.message) for one in reading.errors] == [(line, True)]
