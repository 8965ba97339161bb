"""The register of the consultations, as people read and fill it."""

from typing import Any

import pytest
from django.test import Client

from alliances.models import Alliance, Consultation, User

from .registers import BASE, mrc

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signed_in")]
URL = f"{BASE}/consultations"


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "on": "2025-02-12",
        "kind": "workshop",
        "title": "Forum sur le logement",
        "mrc": mrc().pk,
        "people": "40",
        "people_in_poverty": "12",
        "outcome": "Se loger passe avant tout.",
        **changes,
    }


def test_a_consultation_is_added_listed_exported_changed_and_taken_out(
    client: Client, alliance: Alliance, who: User
) -> None:
    assert f"{URL}/" in client.get(f"{BASE}/zones/").text
    assert client.post(f"{URL}/nouvelle/", typed()).status_code == 302
    one = Consultation.objects.get()
    page = client.get(f"{URL}/").text
    for words in ("Forum sur le logement", "Atelier", "Mékinac", "dont 12 en", "Se loger passe",
                  "1 consultation, 40 participations"):  # fmt: skip
        assert words in page
    sheet = client.get(f"{URL}/?export=csv").content.decode("utf-8-sig")
    assert "2025-02-12" in sheet
    assert "Atelier" in sheet
    assert "Retirer la consultation" in client.get(f"{URL}/{one.pk}/").text
    changed = typed(people="41", mrc="", people_in_poverty="", revision="0")
    assert client.post(f"{URL}/{one.pk}/", changed).status_code == 302
    one.refresh_from_db()
    assert (one.people, one.people_in_poverty, one.mrc, one.revision) == (41, None, None, 1)
    stale = client.post(f"{URL}/{one.pk}/", typed(people="42", revision="0"))
    assert stale.status_code == 409
    assert "Quelqu’un a écrit avant vous" in stale.text
    client.post(f"{URL}/{one.pk}/retirer/")
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": "2999-01-01"}, "dans l’avenir"),
        ({"people_in_poverty": "41"}, "plus de personnes en situation de pauvreté"),
        ({"mrc": lambda: mrc("Sherbrooke").pk}, "choix"),
        ({"people": "0"}, "supérieure"),
        ({"kind": ""}, "obligatoire"),
    ],
)
def test_a_refused_consultation_loses_nothing_that_was_typed(
    client: Client, alliance: Alliance, who: User, changes: dict[str, Any], sentence: str
) -> None:
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    response = client.post(f"{URL}/nouvelle/", typed(**values))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Se loger passe avant tout." in response.text


def test_consultations_are_filtered_sorted_and_the_export_follows(
    client: Client, alliance: Alliance, who: User
) -> None:
    client.post(f"{URL}/nouvelle/", typed())
    client.post(
        f"{URL}/nouvelle/",
        typed(title="Grande assemblée", kind="assembly", mrc="", on="2025-03-01", people="200"),
    )

    def titles(asked: str) -> list[str]:
        return [one.title for one in client.get(f"{URL}/?{asked}").context["page"]]

    assert titles("") == ["Grande assemblée", "Forum sur le logement"]
    assert titles("tri=date") == ["Forum sur le logement", "Grande assemblée"]
    assert titles("tri=-personnes") == ["Grande assemblée", "Forum sur le logement"]
    assert titles("forme=assembly") == ["Grande assemblée"]
    assert titles(f"mrc={mrc().code}") == ["Forum sur le logement"]
    assert titles("q=forum") == ["Forum sur le logement"]
    assert "Aucune consultation pour ces filtres" in client.get(f"{URL}/?q=rien").text
    sheet = client.get(f"{URL}/?forme=assembly&export=csv").content.decode("utf-8-sig")
    assert "Grande assemblée" in sheet
    assert "Forum" not in sheet


def test_an_empty_register_says_what_it_is_for(client: Client, alliance: Alliance) -> None:
    assert "Aucune consultation n’est inscrite" in client.get(f"{URL}/").text
