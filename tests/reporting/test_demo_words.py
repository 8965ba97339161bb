"""The story's titles read as French does."""

import pytest

from reporting.demo.words import INDIGENOUS_ORGANISATIONS, INITIATIVES, ORGANISATIONS, at_place


@pytest.mark.parametrize(
    ("words", "place", "said"),
    [
        ("Halte-garderie de {place}", "Lotbinière", "Halte-garderie de Lotbinière"),
        ("Halte-garderie de {place}", "Les Etchemins", "Halte-garderie des Etchemins"),
        ("Médiation urbaine à {place}", "Les Basques", "Médiation urbaine aux Basques"),
        ("Médiation urbaine à {place}", "Le Granit", "Médiation urbaine au Granit"),
        ("Cuisine collective de {place}", "Le Rocher-Percé", "Cuisine collective du Rocher-Percé"),
        ("Cuisine collective de {place}", "Avignon", "Cuisine collective d’Avignon"),
        ("Cuisine collective de {place}", "La Tuque", "Cuisine collective de La Tuque"),
        ("Paroles de vécu à {place}", "L’Islet", "Paroles de vécu à L’Islet"),
        ("Centre familial de {place}", "CSSSPNQL", "Centre familial de la CSSSPNQL"),
    ],
)
def test_a_place_takes_its_article(words: str, place: str, said: str) -> None:
    assert at_place(words, place) == said


def test_no_title_keeps_its_blank() -> None:
    titles = [title for _theme, title, _people in INITIATIVES]
    titles += [name for name, _legal in [*ORGANISATIONS, *INDIGENOUS_ORGANISATIONS]]
    for title in titles:
        assert "Avignon" in at_place(title, "Avignon")
        assert "{" not in at_place(title, "Avignon")
