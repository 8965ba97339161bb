"""The zones of devitalisation, as people read and fill them."""

from typing import Any

import pytest
from django.test import Client

from alliances.models import (
    Alliance,
    DevitalisedZone,
    User,
)

from .registers import BASE, mrc

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signed_in")]


def zone_typed(**changes: Any) -> dict[str, Any]:
    return {
        "mrc": mrc().pk,
        "municipality": "Sainte-Thècle",
        "index_name": "Indice de vitalité économique",
        "value": "-4,25",
        "year": "2022",
        "source": "ISQ",
        "most_affected": "Aînés seuls",
        **changes,
    }


def test_a_zone_is_added_listed_exported_changed_and_taken_out(
    client: Client, alliance: Alliance, who: User
) -> None:
    assert client.post(f"{BASE}/zones/nouvelle/", zone_typed()).status_code == 302
    zone = DevitalisedZone.objects.get()
    page = client.get(f"{BASE}/zones/").text
    for words in ("Sainte-Thècle", "-4,25", "ISQ", "Aînés seuls", "1 zone que le plan"):
        assert words in page
    assert "-4,25" in client.get(f"{BASE}/zones/?export=csv").content.decode("utf-8-sig")
    assert 'value="-4,25"' in client.get(f"{BASE}/zones/{zone.pk}/").text
    changed = zone_typed(value="", revision="0")
    assert client.post(f"{BASE}/zones/{zone.pk}/", changed).status_code == 302
    zone.refresh_from_db()
    assert (zone.value, zone.revision) == (None, 1)
    client.post(f"{BASE}/zones/{zone.pk}/retirer/")
    assert not DevitalisedZone.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": ""}, "Un indice a une année"),
        ({"source": ""}, "Un indice a une source"),
        ({"mrc": lambda: mrc("Sherbrooke").pk}, "choix"),
        ({"mrc": ""}, "obligatoire"),
        ({"value": "beaucoup"}, "nombre"),
    ],
)
def test_a_refused_zone_loses_nothing_that_was_typed(
    client: Client, alliance: Alliance, who: User, changes: dict[str, Any], sentence: str
) -> None:
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    response = client.post(f"{BASE}/zones/nouvelle/", zone_typed(**values))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Aînés seuls" in response.text
