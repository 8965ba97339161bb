"""The Alliance of these tests, and the person who writes in it."""

from datetime import date

import pytest
from django.test import Client

from alliances.models import Alliance, User
from alliances.services import partners
from tests.factories import AllianceFactory, UserFactory, person

from .registers import partner


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


@pytest.fixture
def who(alliance: Alliance) -> User:
    return person("coordination", "mauricie", full_name="Maude Gélinas")


@pytest.fixture
def signed_in(who: User, client: Client) -> None:
    client.force_login(who)


@pytest.fixture
def five(alliance: Alliance) -> None:
    partner(alliance, "Anse", kind="sante")
    partner(alliance, "Baie", kind="sante", place="Mékinac")
    partner(alliance, "Cap", kind="habitation", place="Mékinac", joined_on=date(2025, 3, 1))
    partner(alliance, "Dune", kind="affaires", contribution="Une dune")
    gone = partner(alliance, "Écluse", kind="affaires")
    partners.leave(gone, by=UserFactory(), on=date(2025, 6, 1))
