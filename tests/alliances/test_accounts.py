import re
from collections.abc import Iterator
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from alliances import account_urls
from alliances.models import User
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
}
SIGNED_IN = {
    "account_home",
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
}
WITH_SECOND_FACTOR = {
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
# Tested by name below or in tests/browser/test_passkeys.py.
ELSEWHERE = {
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "account_reset_password_from_key",
}


@pytest.fixture(autouse=True)
def _no_memory() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture
def maude() -> User:
    return person(
        "coordination", "mauricie", full_name="Maude Gélinas", email="maude@table.example"
    )


def sign_in(client: Client, user: User, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(
        reverse("account_login"), {"login": user.email, "password": password}, **extra
    )


def text_of(response: Any) -> str:
    return response.content.decode()


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def add_application(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    cache.clear()  # a code serves once; the next one would need another half-minute
    return secret


def test_every_address_of_the_account_is_tested() -> None:
    names = {pattern.name for pattern in account_urls.urlpatterns}
    assert names == OPEN_TO_ALL | SIGNED_IN | WITH_SECOND_FACTOR | ELSEWHERE


@pytest.mark.parametrize("name", sorted(OPEN_TO_ALL))
def test_open_pages_are_ours_and_in_french(client: Client, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert '<html lang="fr-CA">' in text_of(response)
    assert "placeholder=" not in text_of(response)
    assert " style=" not in text_of(response)


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_pages_of_the_person_open_after_signing_in(client: Client, maude: User, name: str) -> None:
    sign_in(client, maude)

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "Maude Gélinas" in text_of(response)


@pytest.mark.parametrize("name", sorted(SIGNED_IN | WITH_SECOND_FACTOR))
def test_pages_of_the_person_send_a_visitor_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith((reverse("account_login"), "/"))


@pytest.mark.parametrize("name", sorted(WITH_SECOND_FACTOR))
def test_pages_of_the_second_factor_open_once_there_is_one(
    client: Client, maude: User, name: str
) -> None:
    sign_in(client, maude)
    add_application(client)

    assert client.get(reverse(name)).status_code == 200


def test_nobody_signs_up_alone(client: Client) -> None:
    page = client.get(reverse("account_signup"))
    client.post(
        reverse("account_signup"),
        {"email": "intrus@exemple.org", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "Accès sur invitation" in text_of(page)
    assert not User.objects.filter(email="intrus@exemple.org").exists()


@pytest.mark.parametrize("email", ["maude@table.example", "personne@table.example"])
def test_a_wrong_password_says_the_same_for_a_known_and_an_unknown_address(
    client: Client, maude: User, email: str
) -> None:
    response = client.post(reverse("account_login"), {"login": email, "password": "autre chose"})

    assert response.status_code == 200
    assert "Le courriel ou le mot de passe ne correspond pas" in text_of(response)
    assert 'class="error-summary"' in text_of(response)


def test_the_address_may_be_typed_in_capitals(client: Client, maude: User) -> None:
    response = client.post(
        reverse("account_login"), {"login": "Maude@Table.Example", "password": PASSWORD}
    )

    assert response.status_code == 302


def test_a_closed_account_does_not_open(client: Client, maude: User) -> None:
    maude.is_active = False
    maude.save()

    response = sign_in(client, maude, follow=True)

    assert not response.wsgi_request.user.is_authenticated


def test_too_many_failures_close_the_door_even_to_the_right_password(
    client: Client, maude: User, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
    for _attempt in range(5):
        sign_in(client, maude, "autre chose")

    response = sign_in(client, maude)

    assert response.status_code == 200
    assert "Trop d’essais pour ce compte" in text_of(response)


def test_signing_out_needs_a_post(client: Client, maude: User) -> None:
    sign_in(client, maude)
    client.get(reverse("account_logout"))
    assert client.get(reverse("account_home")).status_code == 200

    response = client.post(reverse("account_logout"), follow=True)

    assert "Vous êtes déconnecté." in text_of(response)
    assert client.get(reverse("account_home")).status_code == 302


def reset_link() -> str:
    found = re.search(
        r"https?://[^/]+(/compte/mot-de-passe/nouveau/\S+)", str(mail.outbox[-1].body)
    )
    assert found
    return found.group(1)


def test_a_forgotten_password_is_replaced_once(client: Client, maude: User) -> None:
    client.post(reverse("account_reset_password"), {"email": maude.email})
    link = reset_link()

    form = client.get(link, follow=True)
    done = client.post(
        form.request["PATH_INFO"],
        {"password1": "une autre phrase longue", "password2": "une autre phrase longue"},
        follow=True,
    )

    assert mail.outbox[0].subject == "Choisir un nouveau mot de passe"
    assert "Votre nouveau mot de passe est enregistré." in text_of(done)
    assert sign_in(client, maude, "une autre phrase longue").status_code == 302
    client.post(reverse("account_logout"))
    assert "Ce lien n’est plus valable." in text_of(client.get(link, follow=True))


def test_an_unknown_address_reads_the_same_page_and_gets_no_letter(client: Client) -> None:
    response = client.post(
        reverse("account_reset_password"), {"email": "personne@table.example"}, follow=True
    )

    assert "Si un compte porte ce courriel" in text_of(response)
    assert mail.outbox == []


def test_a_silent_mail_server_does_not_stop_the_person(
    client: Client, maude: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", fail)

    response = client.post(reverse("account_reset_password"), {"email": maude.email}, follow=True)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("court", "12"),
        ("123456789012", ""),
        ("maude@table.example", ""),
    ],
)
def test_a_weak_password_is_refused(
    client: Client, maude: User, password: str, reason: str
) -> None:
    sign_in(client, maude)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    assert response.status_code == 200
    assert 'class="error-summary"' in text_of(response)
    assert reason in text_of(response)


def test_a_changed_password_is_announced_by_letter(client: Client, maude: User) -> None:
    sign_in(client, maude)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "une autre phrase longue",
            "password2": "une autre phrase longue",
        },
    )

    assert [letter.subject for letter in mail.outbox] == ["Votre mot de passe est changé"]
    assert mail.outbox[0].to == [maude.email]
    assert "depuis l’adresse" in mail.outbox[0].body


def test_a_second_factor_is_added_with_its_recovery_codes(
    client: Client, maude: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, maude)

    page = client.get(reverse("mfa_activate_totp"))
    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    with django_capture_on_commit_callbacks(execute=True):
        accepted = client.post(
            reverse("mfa_activate_totp"),
            {"code": code_for(page.context["form"].secret)},
            follow=True,
        )

    assert "Ce code ne convient pas" in text_of(refused)
    assert len(accepted.context["unused_codes"]) == 10
    assert "Une application d’authentification est ajoutée" in [m.subject for m in mail.outbox]


def test_the_second_factor_is_asked_and_a_recovery_code_serves_once(
    client: Client, maude: User
) -> None:
    sign_in(client, maude)
    secret = add_application(client)
    recovery = Authenticator.objects.get(user=maude, type="recovery_codes").wrap()
    code = recovery.get_unused_codes()[0]
    client.post(reverse("account_logout"))

    first = sign_in(client, maude)
    refused = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code})
    signed_in = client.get(reverse("account_home")).status_code
    client.post(reverse("account_logout"))
    sign_in(client, maude)
    again = client.post(reverse("mfa_authenticate"), {"code": code})

    assert first["Location"] == reverse("mfa_authenticate")
    assert "Ce code ne convient pas" in text_of(refused)
    assert signed_in == 200
    assert "Ce code ne convient pas" in text_of(again)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert client.get(reverse("account_home")).status_code == 200


def test_who_has_just_signed_in_is_not_asked_again(client: Client, maude: User) -> None:
    sign_in(client, maude)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200

    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 600
    session.save()

    response = client.get(reverse("mfa_activate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))


def test_the_account_page_names_the_roles(client: Client, maude: User) -> None:
    sign_in(client, maude)

    text = text_of(client.get(reverse("account_home")))

    assert "Coordination, Table" in text
    assert "Mauricie" in text


def test_a_letter_is_in_the_language_of_the_page(client: Client, maude: User) -> None:
    client.cookies["langue"] = "en"

    client.post(reverse("account_reset_password"), {"email": maude.email})

    assert mail.outbox[0].subject == "Choose a new password"
