"""The registers a plan draws on: living while it is written, frozen the day it is transmitted."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import Alliance, Partner, User
from alliances.services import consultations, governance, partners, zones
from plans.models import CanvasSection, PlanVersion
from plans.publication import publication_data
from plans.selectors.registers import register_for, registers_as_data, registers_of
from plans.services import return_version, submit_version
from tests.alliances.registers import mrc, partner
from tests.factories import AllianceFactory, UserFactory, person

from .factories import draft_version, version_in, written_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


@pytest.fixture
def by() -> User:
    return UserFactory()


@pytest.fixture
def filled(alliance: Alliance, by: User) -> Alliance:
    """One row or two of each register."""
    partner(alliance, "CIUSSS", contribution="Deux organisateurs", contact="Léa Roy")
    partner(alliance, "CDC de Mékinac", kind="developpement-social", place="Mékinac")
    body = governance.add_body(
        alliance, "Comité directeur", by=by, mandate="Décider", support="Transport payé"
    )
    for day, held in ((date(2025, 1, 20), 1), (date(2026, 1, 20), 3)):
        governance.count_seats(body, by=by, on=day, seats=14, lived_experience=held)
    zones.add_zone(
        alliance, by=by, mrc=mrc(), municipality="Sainte-Thècle", value=Decimal("-4.25"),
        index_name="Indice", year=2022, source="ISQ", most_affected="Aînés seuls",
    )  # fmt: skip
    consultations.add_consultation(
        alliance, by=by, on=date(2025, 2, 12), kind="workshop", title="Forum sur le logement",
        mrc=mrc(), people=40, people_in_poverty=12, outcome="Se loger passe avant tout.",
    )  # fmt: skip
    return alliance


def section(version: PlanVersion, code: str) -> CanvasSection:
    return CanvasSection.objects.get(canvas=version.plan.canvas, code=code)


def page(client: Client, version: PlanVersion, code: str = "") -> str:
    base = f"/alliances/mauricie/2024-2029/plan/{version.number}/"
    response = client.get(f"{base}{code}/" if code else base)
    assert response.status_code == 200
    return response.text


# --- Data


def test_the_registers_are_plain_data_without_any_contact(filled: Alliance) -> None:
    data = registers_as_data(filled, clock.today())
    assert json.loads(json.dumps(data)) == data
    assert data["partners"] == [
        {
            "name": "CIUSSS",
            "category": "Santé publique, Santé Québec et organisation communautaire",
            "category_code": "sante",
            "level": "regional",
            "mrc": "",
            "contribution": "Deux organisateurs",
            "since": "2025-01-15",
        },
        {
            "name": "CDC de Mékinac",
            "category": (
                "Démarches de développement social et corporations de développement communautaire"
            ),
            "category_code": "developpement-social",
            "level": "local",
            "mrc": "Mékinac",
            "contribution": "",
            "since": "2025-01-15",
        },
    ]
    assert data["bodies"] == [
        {
            "name": "Comité directeur",
            "mandate": "Décider",
            "meetings_per_year": None,
            "support": "Transport payé",
            "seats": 14,
            "lived_experience": 3,
            "counted_on": "2026-01-20",
        }
    ]
    assert (data["zones"][0]["value"], data["zones"][0]["mrc"]) == ("-4.25", "Mékinac")
    assert data["consultations"] == [
        {
            "on": "2025-02-12",
            "kind": "workshop",
            "title": "Forum sur le logement",
            "mrc": "Mékinac",
            "people": 40,
            "people_in_poverty": 12,
            "outcome": "Se loger passe avant tout.",
        }
    ]
    assert (len(data["categories"]), len(data["mrcs"])) == (9, 6)
    assert "Léa Roy" not in json.dumps(data)


def test_the_registers_of_a_day_are_those_of_that_day(filled: Alliance, by: User) -> None:
    partners.leave(Partner.objects.get(name="CIUSSS"), by=by, on=date(2026, 2, 1))
    body = filled.bodies.get()
    governance.close_body(body, by=by, on=date(2026, 3, 1))

    def seen(day: date) -> tuple[int, list[int | None], int]:
        data = registers_as_data(filled, day)
        held = [one["lived_experience"] for one in data["bodies"]]
        return len(data["partners"]), held, len(data["consultations"])

    assert seen(date(2025, 1, 14)) == (0, [None], 0)
    assert seen(date(2025, 2, 12)) == (2, [1], 1)
    assert seen(date(2026, 2, 15)) == (1, [3], 1)
    assert seen(date(2026, 3, 1)) == (1, [], 1)


def test_the_data_cost_the_same_for_1_and_300_partners(filled: Alliance, by: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            registers_as_data(filled, clock.today())
        return len(captured)

    few = cost()
    category = Partner.objects.earliest("pk").category
    Partner.objects.bulk_create(
        Partner(
            alliance=filled,
            territory_id=filled.territory_id,
            name=f"Partenaire {number}",
            category=category,
            updated_by=by,
        )
        for number in range(300)
    )
    assert cost() == few == 7


# --- Which section shows what


def registers_by_section(cycle: str) -> dict[str, str]:
    found = CanvasSection.objects.filter(canvas__cycle__slug=cycle).exclude(register="")
    return dict(found.order_by("rank").values_list("code", "register"))


def test_the_canvas_says_which_section_shows_which_register() -> None:
    assert registers_by_section("2024-2029") == {
        "1a": "bodies",
        "1c": "matrix",
        "1d": "seats",
        "2a": "consultations",
        "2c": "zones",
        "9": "partners",
    }
    assert registers_by_section("2017-2024") == {
        "2a": "bodies",
        "3": "consultations",
        "4": "zones",
        "5": "partners",
        "6": "partners",
    }


def test_loading_the_canvas_again_puts_the_register_back() -> None:
    CanvasSection.objects.filter(code="2c").update(register="")
    call_command("load_reference", verbosity=0)
    assert registers_by_section("2024-2029")["2c"] == "zones"


def test_a_section_without_register_has_none(filled: Alliance) -> None:
    version = draft_version(filled)
    assert register_for(section(version, "1b"), version) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1a", ["Instances du registre", "Comité directeur", "Décider"]),
        ("1c", ["Partenaires du registre", "CIUSSS", "Il manque 7 catégories du guide sur 9",
                "Aucun partenaire local dans 5 MRC sur 6"]),
        ("1d", ["3 sièges sur 14", "Transport payé"]),
        ("2a", ["Consultations du registre", "Forum sur le logement", "Atelier, Mékinac",
                "dont 12 en situation de pauvreté", "Se loger passe avant tout."]),
        ("2c", ["Sainte-Thècle", "-4,25", "Aînés seuls"]),
        ("9", ["CIUSSS", "Deux organisateurs", "Régional", "CDC de Mékinac"]),
    ],
)  # fmt: skip
def test_the_editor_and_the_reading_page_show_the_register(
    client: Client, filled: Alliance, code: str, words: list[str]
) -> None:
    version = draft_version(filled)
    client.force_login(person("coordination", "mauricie"))
    editor, reading = page(client, version, code), page(client, version)
    for word in words:
        assert word in editor
        assert word in reading
    assert "Modifier le registre" in editor
    assert "/concertation/" in editor
    client.force_login(person("advisor", "mauricie"))
    assert "Modifier le registre" not in page(client, version, code)
    assert "Voir le registre" in page(client, version, code)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("1a", "Aucune instance n’est inscrite"),
        ("1c", "Aucun partenaire n’est inscrit"),
        ("1d", "Aucune instance n’est inscrite"),
        ("2a", "Aucune consultation n’est inscrite"),
        ("2c", "Aucune zone n’est inscrite"),
        ("9", "Aucun partenaire n’est inscrit"),
    ],
)
def test_an_empty_register_says_so(
    client: Client, alliance: Alliance, code: str, sentence: str
) -> None:
    version = draft_version(alliance)
    client.force_login(person("coordination", "mauricie"))
    assert page(client, version, code).count(sentence) == 1


def test_the_plan_of_2017_shows_its_own(client: Client, by: User) -> None:
    old = AllianceFactory("mauricie", "2017-2024")
    partner(old, "Bureau de la députée", kind="deputation", contribution="Une salle")
    version = draft_version(old)
    client.force_login(person("coordination", "mauricie"))
    base = f"/alliances/mauricie/2017-2024/plan/{version.number}"
    for code in ("5", "6"):
        assert "Une salle" in client.get(f"{base}/{code}/").text
    assert "Aucune zone n’est inscrite" in client.get(f"{base}/4/").text


def test_the_pages_cost_the_same_for_2_and_300_partners(
    client: Client, filled: Alliance, by: User
) -> None:
    version = draft_version(filled)
    client.force_login(person("coordination", "mauricie"))

    def cost() -> list[int]:
        found = []
        for code in ("1c", "9", ""):
            page(client, version, code)
            with CaptureQueriesContext(connection) as captured:
                page(client, version, code)
            found.append(len(captured))
        return found

    few = cost()
    category = Partner.objects.earliest("pk").category
    Partner.objects.bulk_create(
        Partner(
            alliance=filled,
            territory_id=filled.territory_id,
            name=f"Partenaire {number}",
            category=category,
            contribution="Une salle et une ressource, deux jours par semaine.",
            updated_by=by,
        )
        for number in range(298)
    )
    assert cost() == few
    assert "Lire les 300 partenaires" in page(client, version, "9")


# --- Frozen


def test_transmitting_freezes_the_registers_of_the_day(
    client: Client, filled: Alliance, by: User
) -> None:
    version = submit_version(written_version(filled), by=by)
    kept = registers_as_data(filled, clock.today())
    version.refresh_from_db()
    assert version.registers == kept
    partners.change_partner(Partner.objects.get(name="CIUSSS"), by=by, name="Santé Québec")
    zones.remove_zone(filled.zones.get(), by=by)
    governance.change_body(filled.bodies.get(), by=by, name="Conseil")
    consultations.remove_consultation(filled.consultations.get(), by=by)
    assert registers_of(version) == kept == publication_data(version)["registers"]
    client.force_login(person("advisor", "mauricie"))
    for text in (page(client, version, "9"), page(client, version)):
        assert "CIUSSS" in text
        assert "Santé Québec</th>" not in text
        assert "Tel qu’il était le" in text
        assert "Voir le registre d’aujourd’hui" in text
    assert "Sainte-Thècle" in page(client, version, "2c")
    assert "Forum sur le logement" in page(client, version, "2a")
    assert "Il manque 7 catégories du guide sur 9" in page(client, version, "1c")


def test_a_returned_version_shows_the_living_registers_and_freezes_them_again(
    filled: Alliance, by: User
) -> None:
    version = submit_version(written_version(filled), by=by)
    partner(filled, "Office d’habitation", kind="habitation")
    version = return_version(version, by=UserFactory(), reason="La cible manque de clarté.")
    assert len(registers_of(version)["partners"]) == 3
    assert len(version.registers["partners"]) == 2


def test_an_approved_version_keeps_its_registers_against_the_database(filled: Alliance) -> None:
    version = version_in("approved", filled)
    with (
        pytest.raises(IntegrityError, match="approuvée ne change plus"),
        transaction.atomic(),
    ):
        PlanVersion.objects.filter(pk=version.pk).update(registers={})


def test_a_version_transmitted_before_registers_were_kept_says_so(
    client: Client, filled: Alliance, by: User
) -> None:
    version = submit_version(written_version(filled), by=by)
    PlanVersion.objects.filter(pk=version.pk).update(registers={})
    client.force_login(person("advisor", "mauricie"))
    text = page(client, version, "9")
    assert "avant que le registre soit gardé" in text
    assert "CIUSSS" not in text
