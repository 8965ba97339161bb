"""Every page of an Alliance, in both cycles: no page speaks with the words of the other."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import resolve, reverse

from alliances.cycle_words import words_of
from alliances.models import Alliance
from conventions.terms import TrancheSpec
from fqis.services.envelopes import open_envelope
from plans.services import open_version
from tests.conventions.factories import sent_convention, signed_convention
from tests.factories import AllianceFactory, UserFactory, person
from tests.plans.factories import version_in

pytestmark = pytest.mark.django_db
OLD, NEW = "2017-2024", "2024-2029"
TERMS_2017 = {
    "starts_on": date(2018, 11, 1),
    "ends_on": date(2023, 3, 31),
    "tranches": [
        TrancheSpec(2018, Decimal(400_000), "convention_signed"),
        TrancheSpec(2019, Decimal(600_000), "plan_approved"),
    ],
}
FOREIGN = {
    OLD: re.compile(r"PARC|[Pp]lan d’action régional|[Cc]onvention(?!s? d[ue]s? projet)|\bMESS\b"),
    # « Entente » alone is a kind of file that people deposit.
    NEW: re.compile(r"\b[Ld]’entente\b|[Pp]lan de travail|\bMTESS\b"),
}
ROW = r'<tr><th scope="row"><a href="/alliances/(\w+)/.*?</tr>'
TAKEN_FROM_2017 = re.compile(r"plan de travail 2017-2024, version \d")


def terms_of(cycle: str) -> dict[str, object]:
    return TERMS_2017 if cycle == OLD else {}


def living_alliance(cycle: str) -> Alliance:
    """Signed, its plan in force, a modification open."""
    alliance = AllianceFactory("mauricie", cycle)
    open_envelope(alliance)
    with words_of(alliance.cycle):
        signed_convention(alliance, **terms_of(cycle))
        alliance.plan.versions.all().delete()
        version = version_in("approved", alliance, priorities=1)
        sections = version.plan.canvas.sections.all()[:1]
        open_version(version.plan, by=UserFactory(), reason="Un besoin nouveau.", sections=sections)
    return alliance


def words_on(html: str) -> str:
    """What a person reads or hears on a page: its text, its titles and labels."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", html, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', body)
    return unescape(" ".join([re.sub(r"<[^>]*>", " ", body), *spoken]))


# Of one kind of page, as many as differ in more than their rows.
OF_A_KIND = 8


def walk(client: Client, start: str) -> dict[str, str]:
    """The pages that lead from one to another under ``start``, and their words."""
    found: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        kind = resolve(path).view_name
        if path in found or kinds[kind] == OF_A_KIND:
            continue
        kinds[kind] += 1
        answer = client.get(path)
        html = answer.headers["Content-Type"].startswith("text/html")
        found[path] = words_on(answer.text) if html and answer.status_code == 200 else ""
        links = re.findall(r'href="([^"#]*)', answer.text if html else "")
        waiting += [one for one in map(unescape, links) if one.startswith(start) and "?" not in one]
    return found


@pytest.mark.parametrize(
    ("cycle", "role"), [(OLD, "coordination"), (OLD, "analyst"), (NEW, "coordination")]
)
def test_every_page_speaks_with_the_words_of_its_cycle(
    client: Client, cycle: str, role: str
) -> None:
    alliance = living_alliance(cycle)
    client.force_login(person(role, None if role == "analyst" else "mauricie"))

    pages = walk(client, alliance.get_absolute_url())

    assert len(pages) > 20
    wrong = {
        path: found.group()
        for path, words in pages.items()
        if (found := FOREIGN[cycle].search(TAKEN_FROM_2017.sub("", words)))
    }
    assert wrong == {}


@pytest.mark.parametrize(("cycle", "word"), [(OLD, "entente"), (NEW, "convention")])
def test_what_waits_for_each_is_said_in_the_words_of_its_alliance(
    client: Client, cycle: str, word: str
) -> None:
    convention = sent_convention(AllianceFactory("mauricie", cycle), **terms_of(cycle))
    client.force_login(person("direction", "mauricie"))

    page = words_on(client.get("/").text)

    assert f"Signer l’entente {convention.number}" in page or word == "convention"
    assert f"Signer la convention {convention.number}" in page or word == "entente"


@pytest.mark.parametrize("path", ["/national/", "/plans/", "/alliances/"])
@pytest.mark.parametrize("cycle", [OLD, NEW])
def test_the_boards_speak_with_the_words_of_the_cycle_they_show(
    client: Client, cycle: str, path: str
) -> None:
    living_alliance(cycle)
    client.force_login(person("analyst"))

    words = words_on(client.get(path, {"cycle": cycle}).text)

    main = words[words.index("Aller au contenu") :]
    assert not FOREIGN[cycle].search(main.replace("entente avec", "")), FOREIGN[cycle].search(main)


def test_a_queue_of_both_cycles_says_each_row_in_its_words(client: Client) -> None:
    for territory, cycle in (("mauricie", OLD), ("laval", NEW)):
        signed_convention(AllianceFactory(territory, cycle), **terms_of(cycle))
    client.force_login(person("analyst"))

    page = client.get("/versements/", {"etat": "a-recommander"}).text

    rows = {row[1]: words_on(row[0]) for row in re.finditer(ROW, page, re.DOTALL)}
    assert "Entente signée" in rows["mauricie"]
    assert "Convention signée" in rows["laval"]
    assert "Convention" not in rows["mauricie"]


@pytest.mark.parametrize("cycle", [OLD, NEW])
def test_the_foot_of_a_page_names_the_cycle_of_its_alliance(client: Client, cycle: str) -> None:
    alliance = AllianceFactory("mauricie", cycle)
    client.force_login(person("coordination", "mauricie"))

    def foot(path: str) -> str:
        return words_on(client.get(path).text.split("<footer")[1])

    assert f"Alliances pour la solidarité, cycle {cycle}" in foot(alliance.get_absolute_url())
    assert "cycle" not in foot(reverse("help"))


def test_a_table_goes_from_one_cycle_to_the_other(client: Client) -> None:
    old, new = AllianceFactory("mauricie", OLD), AllianceFactory("mauricie", NEW)
    away = AllianceFactory("laval", OLD)
    client.force_login(person("coordination", "mauricie"))

    home = client.get("/").text
    assert f'href="{old.get_absolute_url()}"' in home
    assert away.get_absolute_url() not in home
    assert "Voir l’alliance 2017-2024" in client.get(new.get_absolute_url()).text
    assert "Voir l’alliance 2024-2029" in client.get(old.get_absolute_url()).text
    assert client.get(away.get_absolute_url()).status_code == 404
