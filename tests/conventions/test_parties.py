"""The name of a party."""

import pytest

from alliances.models import Mrc
from conventions.parties import mrc_name


@pytest.mark.parametrize(
    ("name", "kind", "written"),
    [
        ("Maskinongé", "MRC", "MRC de Maskinongé"),
        ("Le Domaine-du-Roy", "MRC", "MRC du Domaine-du-Roy"),
        ("Les Basques", "MRC", "MRC des Basques"),
        ("La Matapédia", "MRC", "MRC de La Matapédia"),
        ("Antoine-Labelle", "MRC", "MRC d’Antoine-Labelle"),
        ("Trois-Rivières", "TE", "Trois-Rivières"),
    ],
)
def test_an_mrc_is_named_in_correct_french(name: str, kind: str, written: str) -> None:
    assert mrc_name(Mrc(name=name, kind=kind)) == written
