"""Every address for every role, against the table kept in ``urls_roles.csv``.

The table is written again by ``UPDATE_URLS=1 pytest tests/architecture/test_urls.py``, and read
before it is committed: each changed cell is a right that changed.
"""

import copy
import csv
import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client
from django.utils.safestring import mark_safe

from alliances.models import Alliance, User

from .addresses import Address, addresses, is_of_alliance, routes

TABLE = Path(__file__).parent / "urls_roles.csv"
PEOPLE = {
    "coordination": "coordination@mauricie.example",
    "direction": "direction@mauricie.example",
    "partner": "partenaire@mauricie.example",
    "advisor": "conseil@dgsq-04.example",
    "analyst": "analyse@dgssac.example",
    "delegate": "delegue@dgssac.example",
    "budget": "budget@dgssac.example",
    "payments": "paiements@dgssac.example",
    "auditor": "audit@dgssac.example",
    "admin": "admin@dgssac.example",
    "elsewhere": "direction@estrie.example",
}
ACTORS = ["anonymous", *PEOPLE]
# One of each side reads the whole page; of the others, the answer alone is asked.
READERS = {"anonymous", "coordination", "advisor", "analyst"}
ROUTES = routes()
# Objects that the story has none of: their pages answer 404 to everybody.
WITHOUT_OBJECT = {
    "application_receipt": "only the browser that opened the link reads it",
    "mfa_deactivate_totp": "nobody has a second factor in the story",
    "mfa_download_recovery_codes": "nobody has a second factor in the story",
    "mfa_view_recovery_codes": "nobody has a second factor in the story",
    "open_data_file": "each test has a folder of its own, without the story's files",
    "register_view_remove": "a view of the national register is its owner's alone",
    "scan_image": "each test has a folder of its own, without the story's files",
}


def outcome(response: HttpResponse) -> str:
    """« ok » when the door is open, whatever the form then says of its fields."""
    if response.status_code in (HTTPStatus.UNAUTHORIZED,):
        return "sign-in"
    if response.status_code == HTTPStatus.FOUND and response["Location"].startswith(
        "/compte/connexion/?"
    ):
        return "sign-in"
    if response.status_code in (403, 404, 405):
        return str(response.status_code)
    # 503 is an answer: a part of the portal is not there yet.
    assert response.status_code in {*range(200, 500), 503}, response.content[:500]
    return "ok"


# Tables that a visit writes by itself, and pages that may write when read, with the reason.
OWN_TABLES = {"django_session", settings.CACHES["default"]["LOCATION"]}
MAY_WRITE = {
    "alliance_export_file": "an auditor must know who took the whole file of an Alliance",
    "download_document": "an auditor must know who opened an official document",
    "account_reset_password_from_key": "allauth keeps the address the first time it looks for it",
}
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.I)


def only_reads(route: str) -> Callable[..., Any]:
    """Stops a GET that writes."""

    def check(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        written = WRITES.match(sql)
        if written and written[2] not in OWN_TABLES and route not in MAY_WRITE:
            raise AssertionError(f"{route}: a GET writes in {written[2]}")
        return execute(sql, params, many, context)

    return check


@pytest.fixture(scope="package")
def sessions(story: dict[str, Alliance], django_db_blocker: Any) -> dict[str, Client]:
    """Each person signed in once, for every address."""
    with django_db_blocker.unblock():
        clients = {actor: Client() for actor in ACTORS}
        for actor, email in PEOPLE.items():
            clients[actor].force_login(User.objects.get(email=email))
    return clients


def ask(client: Client, method: str, address: Address, *, read: bool) -> str:
    """One visit by one person, that leaves nothing behind: neither a row nor a cookie.

    ``read``: whether the page is written out.
    """
    kept = copy.deepcopy(client.cookies)
    before = transaction.savepoint()
    unread = nullcontext() if read else patch.object(Template, "render", return_value=mark_safe(""))
    try:
        with unread:
            return visited(client, method, address)
    finally:
        transaction.savepoint_rollback(before)
        client.cookies = kept


def visited(client: Client, method: str, address: Address) -> str:
    if method == "POST":
        return outcome(client.post(address.url, address.data))
    with connection.execute_wrapper(only_reads(address.route)):
        return outcome(client.get(address.url))


def asked_by_all(sessions: dict[str, Client], method: str, address: Address) -> dict[str, str]:
    """What each person is answered. A method that a view does not know, it knows for nobody."""

    def asked(actors: list[str]) -> dict[str, str]:
        return {
            actor: ask(sessions[actor], method, address, read=actor in READERS) for actor in actors
        }

    seen = asked(ACTORS[:2])
    if seen[ACTORS[1]] == "405":
        return seen | dict.fromkeys(ACTORS[2:], "405")
    return seen | asked(ACTORS[2:])


def rows_of(route: str, alliance: Alliance, sessions: dict[str, Client]) -> list[dict[str, str]]:
    rows = []
    for address in addresses(route, ROUTES[route], alliance):
        for method in ("GET", "POST"):
            seen = asked_by_all(sessions, method, address)
            if set(seen.values()) - {"405", "sign-in"}:
                rows.append({"route": address.label, "method": method, **seen})
    return rows


def kept() -> list[dict[str, str]]:
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keep(rows: list[dict[str, str]]) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["route", "method", *ACTORS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=_place))


def _place(row: dict[str, str]) -> tuple[str, str, str]:
    """The route, its act, the method: where a row stands in the table."""
    route, _, act = row["route"].partition(" ")
    return route, act, row["method"]


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_address_answers_each_role_as_the_table_says(
    route: str, home: Alliance, sessions: dict[str, Client]
) -> None:
    seen = rows_of(route, home, sessions)
    if os.environ.get("UPDATE_URLS"):
        others = [row for row in kept() if _place(row)[0] != route]
        keep([*others, *seen])
    assert sorted(seen, key=_place) == [row for row in kept() if _place(row)[0] == route]


def test_the_table_has_no_row_of_a_route_that_is_gone() -> None:
    assert {_place(row)[0] for row in kept()} <= set(ROUTES)


def test_every_page_opens_for_somebody() -> None:
    closed = [
        (row["route"], row["method"])
        for row in kept()
        if "ok" not in row.values() and row["route"] not in WITHOUT_OBJECT
    ]
    assert closed == []


@pytest.mark.parametrize("route", sorted(r for r, p in ROUTES.items() if is_of_alliance(p)))
def test_a_foreign_territory_does_not_exist(route: str) -> None:
    """From the table, which the test above has just compared with the portal."""
    rows = [row for row in kept() if _place(row)[0] == route]
    assert rows
    assert {row["elsewhere"] for row in rows} <= {"404", "405"}


def test_an_alliance_that_never_was_answers_like_one_elsewhere(home: Alliance) -> None:
    client = Client()
    client.force_login(User.objects.get(email=PEOPLE["elsewhere"]))
    pages: list[Any] = [
        client.get(f"/alliances/{place}/2024-2029/plan/") for place in ("mauricie", "nulle-part")
    ]
    assert {page.status_code for page in pages} == {404}
    texts = [
        page.text.replace("nulle-part", "mauricie").split("<main")[1].split("</main>")[0]
        for page in pages
    ]
    assert texts[0] == texts[1]


# --- Doors without a key, each with its reason
NO_SIGN_IN = {
    "account_inactive": "says why a closed account does not open",
    "account_login": "the door itself",
    "account_logout": "safe to ask twice",
    "account_reset_password": "for who forgot the password",
    "account_reset_password_done": "for who forgot the password",
    "account_reset_password_from_key": "for who forgot the password",
    "account_reset_password_from_key_done": "for who forgot the password",
    "account_signup": "says that access is by invitation",
    "accessibility": "a public statement",
    "application": "an organisation writes by its link, without an account",
    "application_receipt": "the acknowledgement, for who holds the link",
    "components": "the gallery, in the demo only",
    "health": "a probe has no account",
    "health_ready": "a probe has no account",
    "help": "help must open before signing in",
    "endorsement": "a partner answers by link, without an account",
    "invitation": "the link comes before the account",
    "mfa_authenticate": "second step of signing in",
    "mfa_login_webauthn": "signing in with a key",
    "open_data": "what public money funds is for everybody",
    "open_data_file": "what public money funds is for everybody",
    "privacy": "a public statement",
    "project_result_link": "a carrier writes its results by link, without an account",
    "public_call": "a call for projects is for everybody, and so is applying",
    "public_calls": "a call for projects is for everybody",
    "public_initiatives": "what public money funds is for everybody",
    "public_initiatives_of": "what public money funds is for everybody",
    "public_territory": "the guide asks each territory to say how it chooses",
    "set_language": "the sign-in page also exists in English",
    "verify": "anybody who holds a document may check it",
    "verify_document": "the address of the QR code",
}


def test_only_the_listed_pages_open_without_signing_in() -> None:
    found = {
        name
        for name, pattern in ROUTES.items()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert found == set(NO_SIGN_IN)
