"""In production, a ministry role opens nothing before its person holds a second factor."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from alliances.models import User
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.MFA_REQUIRED = True


def code() -> str:
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(SECRET, counter))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", ["analyst", "delegate", "budget", "payments", "auditor", "admin"])
def test_a_national_role_without_factor_goes_to_set_one(role: str) -> None:
    client = signed_in(person(role))

    for path in ("/", "/national/", "/alliances/mauricie/2024-2029/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.post("/versements/autoriser/", {"v": "1"}).status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)


def test_a_regional_adviser_sets_one_too_and_a_table_does_not() -> None:
    assert signed_in(person("advisor", "mauricie")).get("/").status_code == 302
    assert signed_in(person("direction", "mauricie")).get("/").status_code == 200


def test_signing_in_with_a_factor_asks_for_its_code_and_opens_the_portal() -> None:
    analyst = person("analyst")
    totp.TOTP.activate(analyst, SECRET)
    client = Client()

    first = client.post(
        reverse("account_login"), {"login": analyst.email, "password": PASSWORD}, follow=True
    )
    assert first.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/").status_code == 200


def test_the_budget_office_gives_its_code_again_before_it_authorises() -> None:
    budget = person("budget")
    totp.TOTP.activate(budget, SECRET)
    assert Authenticator.objects.filter(user=budget).exists()
    client = signed_in(budget)

    answer = client.get("/versements/autoriser/?v=1")

    assert answer.status_code == 302
    assert "reauth" in answer["Location"] or "confirm" in answer["Location"], answer["Location"]
