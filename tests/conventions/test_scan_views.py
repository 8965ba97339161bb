"""Signed papers on the screen: deposit, see where each page went, file by hand."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliances.models import Alliance, User
from conventions.models import Scan, ScanPage
from conventions.scans import services as scans
from conventions.scans.reading import PageCode, Reading
from tests.factories import AllianceFactory, person

from .factories import A_PDF, sent_convention
from .papers import as_pdf, blank

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    alliance = AllianceFactory("laval")
    sent_convention(alliance)
    return alliance


@pytest.fixture
def coordination(client: Client) -> User:
    by = person("coordination", "laval")
    client.force_login(by)
    return by


def a_scan(alliance: Alliance, by: User, pages: int = 1) -> Scan:
    """A scan whose first page is the Table's sheet; no code was read on the others."""
    scan = scans.receive_scan(alliance, by=by, file=as_pdf([blank()] * pages))
    document = alliance.conventions.get().document
    assert document is not None
    first = Reading(1, (PageCode(document.code, 4, 4),))
    readings = [first, *(Reading(position) for position in range(2, pages + 1))]
    return scans.place_pages(scan, readings, by=User.objects.portal())


def words(response: Any) -> str:
    return " ".join(response.text.replace("\u00a0", " ").split())


def test_the_table_deposits_and_sees_the_portal_at_work(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    assert alliance.url("scans") in client.get(alliance.url("convention")).text
    response = client.post(alliance.url("scan_deposit"), {"file": as_pdf([blank()])}, follow=True)
    assert "Le fichier est gardé : 1 page." in words(response)
    assert "Voir où en est le classement" in words(response)


def test_a_refused_file_says_why(client: Client, alliance: Alliance, coordination: User) -> None:
    for content in (b"%PDF-1.7 rien", b"<html>", b""):
        file = SimpleUploadedFile("papiers.pdf", content)
        response = client.post(alliance.url("scan_deposit"), {"file": file})
        assert response.status_code == 422
        assert "error-summary" in response.text
    assert not Scan.objects.exists()


def test_the_tracker_shows_the_sheet_that_came_back(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    a_scan(alliance, coordination, pages=2)
    page = words(client.get(alliance.url("convention")))
    assert "Feuille reçue" in page
    assert "DGSSAC, analyse : consigner la feuille reçue" in page
    assert "Relance à faire depuis le" in page
    assert "1 page à classer" in page


def test_a_person_looks_at_a_page_and_files_it(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    scan = a_scan(alliance, coordination, pages=2)
    address = alliance.url("scan_page", scan.pk, 2)
    image = client.get(alliance.url("scan_image", scan.pk, 2))
    assert (image["Content-Type"], image.content[:4]) == ("image/png", b"\x89PNG")
    assert "Classer la page" in client.get(address).text

    nowhere = client.post(address, {"act": "file", "place": "", "turned": "0"})
    response = client.post(address, {"act": "file", "place": "convention", "turned": "180"})

    assert (nowhere.status_code, response.status_code) == (422, 302)
    page = scan.pages.get(position=2)
    assert (page.filed_by, page.turned, page.signatory) == (coordination, 180, None)
    again = client.post(address, {"act": "set_aside", "reason": "Vide."})
    assert (again.status_code, "a déjà classé cette page" in again.text) == (422, True)


def test_a_person_sets_a_page_aside(client: Client, alliance: Alliance, coordination: User) -> None:
    scan = a_scan(alliance, coordination, pages=2)
    client.post(alliance.url("scan_page", scan.pk, 2), {"act": "set_aside", "reason": "Un mot."})
    assert "Un mot." in client.get(alliance.url("scan", scan.pk)).text


def test_the_party_of_another_convention_is_no_choice(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    other = sent_convention(AllianceFactory("montreal")).signatories.get(kind="table")
    scan = a_scan(alliance, coordination, pages=2)
    posted = {"act": "file", "place": f"convention/{other.pk}", "turned": "0"}
    assert client.post(alliance.url("scan_page", scan.pk, 2), posted).status_code == 422
    assert not ScanPage.objects.filter(position=2, filed_at__isnull=False).exists()


def test_the_scan_of_another_alliance_does_not_exist(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    scan = a_scan(alliance, coordination)
    elsewhere = AllianceFactory("montreal")
    client.force_login(person("analyst"))
    for name, args in (("scan", ()), ("scan_page", (1,)), ("scan_image", (1,))):
        assert client.get(elsewhere.url(name, scan.pk, *args)).status_code == 404
    client.force_login(person("direction", "montreal"))
    assert client.get(alliance.url("scan", scan.pk)).status_code == 404
    assert client.get(reverse("download_document", args=[scan.document_id])).status_code == 404


@pytest.mark.parametrize("role", ["partner", "delegate", "auditor"])
def test_who_only_reads_sees_the_papers_and_files_none(
    client: Client, alliance: Alliance, role: str
) -> None:
    scan = a_scan(alliance, person("coordination", "laval"), pages=2)
    client.force_login(person(role, "laval" if role == "partner" else None))
    assert client.get(alliance.url("scan", scan.pk)).status_code == 200
    assert client.get(alliance.url("scan_page", scan.pk, 2)).status_code == 403
    assert client.post(alliance.url("scan_blanks", scan.pk)).status_code == 403
    file = SimpleUploadedFile("a.pdf", A_PDF)
    assert client.post(alliance.url("scan_deposit"), {"file": file}).status_code == 403


def test_a_scan_of_thirty_pages_costs_the_same_as_one(
    client: Client, alliance: Alliance, coordination: User
) -> None:
    counts = []
    for pages in (2, 30):
        scan = a_scan(alliance, coordination, pages=pages)
        address = alliance.url("scan", scan.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
