"""The consultations: what the register holds, what it refuses, what the database holds."""

from datetime import date, timedelta
from typing import Any

import pytest

from alliances import clock
from alliances.errors import StaleAct
from alliances.models import Alliance, Consultation, JournalEntry, User
from alliances.registers import consultations_of, consultations_words
from alliances.services import consultations
from tests.factories import AllianceFactory

from .registers import held_by_the_database, insert, mrc, of_another_territory, refused

pytestmark = pytest.mark.django_db
HELD = date(2025, 2, 12)


def consultation(alliance: Alliance, who: User, **fields: Any) -> Consultation:
    values = {
        "on": HELD,
        "kind": "workshop",
        "title": "Forum sur le logement",
        "mrc": mrc(),
        "people": 40,
        "people_in_poverty": 12,
        "outcome": "Se loger passe avant tout.",
        **fields,
    }
    return consultations.add_consultation(alliance, by=who, **values)


def test_a_consultation_is_written_with_who_took_part(alliance: Alliance, who: User) -> None:
    one = consultation(alliance, who, title="  Forum   sur le logement ")
    assert (str(one), one.people, one.people_in_poverty, one.updated_by) == (
        "Forum sur le logement", 40, 12, who,
    )  # fmt: skip
    assert JournalEntry.objects.get(verb="add_consultation").target_id == one.pk


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"on": date(2999, 1, 1)}, "dans l’avenir", "on"),
        ({"title": "  "}, "un titre", "title"),
        ({"title": "FORUM sur le  logement"}, "déjà inscrite", "title"),
        ({"mrc": "Sherbrooke"}, "d’un autre territoire", "mrc"),
        ({"people": 0, "people_in_poverty": None}, "au moins une personne", "people"),
        ({"people": 11}, "plus de personnes en situation de pauvreté", "people_in_poverty"),
        ({"outcome": " \n "}, "ce qui en ressort", "outcome"),
    ],
)
def test_a_consultation_is_refused_when_added_and_when_changed(
    alliance: Alliance, who: User, changes: dict[str, Any], sentence: str, field: str
) -> None:
    if isinstance(changes.get("mrc"), str):
        changes = {**changes, "mrc": mrc(changes["mrc"])}
    consultation(alliance, who)
    with refused(sentence, field):
        consultation(alliance, who, **{"title": "Assemblée de Mékinac", **changes})
    other = consultation(alliance, who, title="Tournée des villages")
    with refused(sentence, field):
        consultations.change_consultation(other, by=who, **changes)


def test_today_and_everybody_in_poverty_are_welcome(alliance: Alliance, who: User) -> None:
    one = consultation(alliance, who, on=clock.today(), people=12)
    assert (one.on, one.people, one.people_in_poverty) == (clock.today(), 12, 12)


def test_the_same_title_comes_back_another_day(alliance: Alliance, who: User) -> None:
    consultation(alliance, who)
    consultation(alliance, who, on=HELD + timedelta(days=7))
    assert Consultation.objects.count() == 2


def test_a_territory_without_mrc_consults_too(who: User) -> None:
    assert consultation(AllianceFactory("cssspnql"), who, mrc=None).mrc is None


def test_the_second_writer_of_a_consultation_is_told(alliance: Alliance, who: User) -> None:
    one = consultation(alliance, who)
    consultations.change_consultation(one, by=who, revision=0, people=41)
    with pytest.raises(StaleAct, match="Maude Gélinas a modifié"):
        consultations.change_consultation(one, by=who, revision=0, people=42)
    with pytest.raises(StaleAct, match="Maude Gélinas a modifié"):
        consultations.remove_consultation(one, by=who, revision=0)


def test_a_consultation_taken_out_stays_in_the_journal(alliance: Alliance, who: User) -> None:
    one = consultation(alliance, who)
    consultations.remove_consultation(one, by=who)
    assert not Consultation.objects.exists()
    entry = JournalEntry.objects.get(verb="remove_consultation")
    assert entry.summary == "a retiré la consultation « Forum sur le logement »"
    assert (entry.data["on"], entry.data["people"], entry.data["people_in_poverty"]) == (
        "2025-02-12", 40, 12,
    )  # fmt: skip
    with pytest.raises(StaleAct, match="retirée du registre"):
        consultations.change_consultation(one, by=who, people=2)


def test_the_register_says_how_many_took_part(alliance: Alliance, who: User) -> None:
    def words() -> str:
        return consultations_words(consultations_of(alliance))

    assert words() == "0 consultation."
    one = consultation(alliance, who, people_in_poverty=None)
    assert words() == "1 consultation, 40 participations."
    consultation(alliance, who, title="Entrevues", people=1200, people_in_poverty=30)
    assert words() == (
        "2 consultations, 1\u00a0240 participations, dont au moins 30 de personnes en situation de"
        " pauvreté."
    )
    consultations.change_consultation(one, by=who, people_in_poverty=10)
    assert "dont 40 de personnes" in words()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"on": date(2999, 1, 1)}, "consultation_not_ahead"),
        ({"title": ""}, "consultation_has_title"),
        ({"title": "forum  SUR le logement"}, "consultation_once"),
        ({"outcome": ""}, "consultation_has_outcome"),
        ({"people": 0, "people_in_poverty": None}, "consultation_heard_somebody"),
        ({"people": 11}, "consultation_within_people"),
        ({"mrc_id": of_another_territory}, "consultation_mrc_of_territory"),
    ],
)
def test_the_database_refuses_the_consultation_too(
    alliance: Alliance, who: User, changes: dict[str, Any], rule: str
) -> None:
    consultation(alliance, who)
    row = {
        "territory_id": alliance.territory_id,
        "alliance_id": alliance.pk,
        "on": HELD,
        "kind": "survey",
        "title": "Sondage",
        "mrc_id": mrc().pk,
        "people": 40,
        "people_in_poverty": 12,
        "outcome": "Le transport manque.",
        "revision": 0,
        "updated_at": clock.now(),
        "updated_by_id": who.pk,
    }
    insert("alliances_consultation", **row)
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    with held_by_the_database(rule):
        insert("alliances_consultation", **{**row, "title": "Autre", **values})
