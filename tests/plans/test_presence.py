"""Who is where in the editor."""

from datetime import timedelta

import pytest
from django.test import Client

from alliances import clock
from alliances.permissions import forget_rights
from plans.models import (
    Presence,
)
from plans.services import submit_version
from tests.factories import UserFactory, person

from .editor import PLAN
from .factories import draft_version, written_version
from .pages import text_of

pytestmark = pytest.mark.django_db


def test_who_writes_is_seen_by_who_writes(client: Client) -> None:
    draft_version("mauricie")
    helene = person("direction", "mauricie", full_name="Hélène Tremblay")
    client.force_login(helene)
    answer = client.post(f"{PLAN}1/2c/presence/")
    assert answer.json()["sections"]["2c"]["people"] == ""

    client.force_login(person("coordination", "mauricie"))
    page = text_of(client.get(f"{PLAN}1/2c/"))
    reply = client.post(f"{PLAN}1/3/presence/").json()
    client.post(f"{PLAN}1/2c/presence/")

    assert "Hélène Tremblay est dans cette section." in page
    assert reply["sections"]["2c"]["people"] == "Hélène Tremblay est dans cette section."
    assert (reply["done"], reply["total"], reply["progress"]) == (0, 15, "0 élément sur 15")
    assert reply["sections"]["2c"]["state"] == "À faire"
    assert Presence.objects.count() == 2
    client.force_login(person("analyst"))
    assert "Hélène Tremblay est dans" not in text_of(client.get(f"{PLAN}1/2c/"))


def test_who_gives_no_sign_for_ninety_seconds_is_gone(client: Client) -> None:
    draft_version("mauricie")
    client.force_login(person("direction", "mauricie", full_name="Hélène Tremblay"))
    client.post(f"{PLAN}1/2c/presence/")
    client.force_login(person("coordination", "mauricie"))

    with clock.at(clock.now() + timedelta(seconds=91)):
        page = text_of(client.get(f"{PLAN}1/2c/"))

    assert "Hélène Tremblay est dans" not in page


def test_who_lost_the_right_to_write_is_not_shown(client: Client) -> None:
    draft_version("mauricie")
    helene = person("direction", "mauricie", full_name="Hélène Tremblay")
    client.force_login(helene)
    client.post(f"{PLAN}1/2c/presence/")
    helene.groups.clear()
    forget_rights(helene)
    client.force_login(person("coordination", "mauricie"))

    assert "Hélène Tremblay est dans" not in text_of(client.get(f"{PLAN}1/2c/"))


def test_a_reader_has_no_presence(client: Client) -> None:
    draft_version("mauricie")
    client.force_login(person("partner", "mauricie"))

    assert client.post(f"{PLAN}1/2c/presence/").status_code == 403
    assert not Presence.objects.exists()


def test_a_transmitted_version_says_it_is_no_longer_written(client: Client) -> None:
    version = written_version("mauricie", priorities=1)
    submit_version(version, by=UserFactory())
    client.force_login(person("coordination", "mauricie"))

    assert client.post(f"{PLAN}1/2c/presence/").json()["writable"] is False
    assert not Presence.objects.exists()
