"""Documents, journal, notices, remarks and the seats of governance, as people use them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from alliances import clock
from alliances.models import (
    Alliance,
    Comment,
    Document,
    GovernanceBody,
    JournalEntry,
    Notification,
    User,
)
from alliances.services import comments, documents, journal, notifications
from tests.factories import AllianceFactory, person

pytestmark = pytest.mark.django_db
BASE = "/alliances/mauricie/2024-2029"
PDF = b"%PDF-1.7 petit fichier"


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


@pytest.fixture
def direction(alliance: Alliance, client: Client) -> User:
    user = person("direction", "mauricie", full_name="Hélène Tremblay")
    client.force_login(user)
    return user


def upload(name: str = "resolution.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def deposit(client: Client, file: SimpleUploadedFile | None, **changes: str):
    typed = {"title": "Résolution du conseil", "kind": "resolution", "file": file, **changes}
    return client.post(f"{BASE}/documents/deposer/", {k: v for k, v in typed.items() if v})


# --- Documents


def test_a_deposited_file_is_listed_with_its_fingerprint(client: Client, direction: User) -> None:
    assert deposit(client, upload()).status_code == 302
    document = Document.objects.get()
    page = client.get(f"{BASE}/documents/")
    assert "Résolution du conseil" in page.text
    assert document.sha256[:8] in page.text
    assert f"/verifier/{document.typed_code}/" in page.text


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (upload("vide.pdf", b""), "Ce fichier est vide"),
        (upload("menteur.pdf", b"MZ\x90"), "n’est pas du PDF, malgré son nom"),
        (upload("page.html", b"<html>"), "Types acceptés"),
        (None, "obligatoire"),
    ],
)
def test_a_deposit_is_refused_with_a_sentence(
    client: Client, direction: User, file: SimpleUploadedFile | None, sentence: str
) -> None:
    response = deposit(client, file)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Résolution du conseil" in response.text
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_refused(client: Client, direction: User, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    response = deposit(client, upload(content=PDF + b" " * 1024 * 1024))
    assert "dépasse 1 Mo" in response.text


def test_a_partner_does_not_deposit(client: Client, alliance: Alliance) -> None:
    client.force_login(person("partner", "mauricie"))
    assert deposit(client, upload()).status_code == 403
    assert "Déposer le fichier" not in client.get(f"{BASE}/documents/").text


def test_the_list_filters_by_kind(client: Client, direction: User) -> None:
    deposit(client, upload(), title="Une résolution")
    deposit(client, upload(), title="Une lettre", kind="letter")
    client.get(f"{BASE}/documents/")
    text = client.get(f"{BASE}/documents/?type=letter").text
    assert "Une lettre" in text
    assert "Une résolution" not in text


def test_a_deposit_downloads_as_a_harmless_attachment(client: Client, direction: User) -> None:
    deposit(client, upload())
    response = client.get(f"/documents/{Document.objects.get().pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert not JournalEntry.objects.filter(verb="download").exists()


@pytest.fixture
def official(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setitem(documents._renderers, "essai", documents.Renderer("essai.html"))
    return documents.create_document(
        "essai", by=person("analyst"), title="Avis", data={}, alliance=alliance, series="ESS"
    )


def test_an_official_document_opens_in_the_page_and_leaves_a_trace(
    client: Client, direction: User, official: Document
) -> None:
    documents.store_file(official, PDF, "pdf", mime="application/pdf")
    response = client.get(f"/documents/{official.pk}/")
    assert response["Content-Disposition"].startswith("inline")
    entry = JournalEntry.objects.get(verb="download")
    assert (entry.actor, entry.alliance_id) == (direction, official.alliance_id)
    assert official.number in entry.summary


def test_a_pending_document_says_that_it_is_being_prepared(
    client: Client, direction: User, official: Document
) -> None:
    response = client.get(f"/documents/{official.pk}/")
    assert response.status_code == 202
    assert "Le portail prépare ce document." in response.text


def test_a_document_of_another_territory_does_not_exist(client: Client, official: Document) -> None:
    client.force_login(person("direction", "estrie"))
    assert client.get(f"/documents/{official.pk}/").status_code == 404


def test_a_national_document_is_for_the_national_office(client: Client) -> None:
    document = documents.create_document("bilan", by=person("analyst"), title="Bilan", data={})
    for role, place, status in [("advisor", "mauricie", 404), ("auditor", None, 202)]:
        client.force_login(person(role, place))
        assert client.get(f"/documents/{document.pk}/").status_code == status


# --- Journal


def test_the_journal_filters_by_person_act_and_day(
    client: Client, alliance: Alliance, direction: User
) -> None:
    other = person("coordination", "mauricie", full_name="Maude Gélinas")
    with clock.at(clock.now() - timedelta(days=10)):
        journal.record(by=other, verb="invite", summary="a invité", alliance=alliance)
    journal.record(by=direction, verb="comment", summary="a écrit", alliance=alliance)
    today = clock.today().isoformat()
    for query, seen, unseen in [
        (f"personne={other.pk}", "a invité", "a écrit"),
        ("acte=comment", "a écrit", "a invité"),
        (f"du={today}", "a écrit", "a invité"),
        (f"au={clock.today() - timedelta(days=5)}", "a invité", "a écrit"),
    ]:
        text = client.get(f"{BASE}/journal/?{query}").text
        assert f"{seen}</td>" in text, query
        assert f"{unseen}</td>" not in text, query


def test_the_journal_tells_who_was_invited(client: Client, direction: User) -> None:
    typed = {"email": "x@exemple.example", "role": "partner", "language": "fr"}
    client.post(f"{BASE}/equipe/inviter/", typed)
    assert "a invité une personne" in client.get(f"{BASE}/journal/").text


def test_the_journal_exports_what_is_filtered(
    client: Client, alliance: Alliance, direction: User
) -> None:
    journal.record(by=direction, verb="comment", summary="=1+1", alliance=alliance)
    journal.record(by=direction, verb="invite", summary="a invité", alliance=alliance)
    response = client.get(f"{BASE}/journal/?acte=comment&export=csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert client.get(f"{BASE}/journal/?export=xlsx").content.startswith(b"PK")


def test_a_partner_does_not_read_the_journal(client: Client, alliance: Alliance) -> None:
    client.force_login(person("partner", "mauricie"))
    assert client.get(f"{BASE}/journal/").status_code == 403


# --- Notices


def test_a_notice_is_read_by_its_reader_only(
    client: Client, alliance: Alliance, direction: User
) -> None:
    other = person("coordination", "mauricie")
    notifications.notify(
        [direction, other], alliance=alliance, subject="Plan retourné", body="Voici pourquoi."
    )
    mine = Notification.objects.get(recipient=direction)
    theirs = Notification.objects.get(recipient=other)
    assert client.get("/avis/").text.count("Plan retourné</th>") <= 1
    client.post("/avis/lus/", {"pk": theirs.pk})
    client.post("/avis/lus/", {"pk": mine.pk})
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.read_at is not None
    assert theirs.read_at is None


def test_all_notices_are_read_at_once(client: Client, alliance: Alliance, direction: User) -> None:
    for number in range(3):
        notifications.notify([direction], alliance=alliance, subject=f"Avis {number}", body="…")
    client.post("/avis/lus/")
    assert not Notification.objects.filter(recipient=direction, read_at=None).exists()


# --- Remarks


@pytest.fixture
def remarked(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A body of governance that people may remark on."""
    body = GovernanceBody.objects.create(alliance=alliance, name="Comité directeur")
    label = "alliances.governancebody"
    monkeypatch.setitem(
        comments._targets, label, comments.Target(GovernanceBody, lambda row: row.alliance)
    )
    return {"target_label": label, "target_id": str(body.pk), "next": f"{BASE}/equipe/"}


def remark(client: Client, remarked: dict[str, str], **typed: str):
    return client.post("/remarques/", {**remarked, "body": "Citez la source.", **typed})


def test_a_remark_its_answer_and_its_end(
    client: Client, direction: User, remarked: dict[str, str]
) -> None:
    response = remark(client, remarked, field="name")
    assert response["Location"] == f"{BASE}/equipe/"
    first = Comment.objects.get()
    remark(client, remarked, answers=str(first.pk), body="C’est fait.")
    client.post(f"/remarques/{first.pk}/regler/", {"next": f"{BASE}/equipe/"})
    first.refresh_from_db()
    assert [one.body for one in first.replies.all()] == ["C’est fait."]
    assert first.resolved_by == direction
    assert (first.side, first.field) == ("table", "name")


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001])
def test_an_empty_or_endless_remark_is_refused(
    client: Client, direction: User, remarked: dict[str, str], body: str
) -> None:
    remark(client, remarked, body=body)
    assert not Comment.objects.exists()


def test_the_table_writes_no_reserved_remark(
    client: Client, direction: User, remarked: dict[str, str]
) -> None:
    response = client.post(
        "/remarques/", {**remarked, "body": "Secret", "audience": "ministry"}, follow=True
    )
    assert "Seul le ministère écrit une remarque réservée." in response.text
    assert not Comment.objects.exists()


def test_the_table_never_sees_a_reserved_remark(
    client: Client,
    alliance: Alliance,
    remarked: dict[str, str],
    identity: Callable[[User | None], None],
) -> None:
    client.force_login(person("advisor", "mauricie"))
    remark(client, remarked, audience="ministry")
    table = person("direction", "mauricie")
    assert Comment.objects.count() == 1
    identity(table)
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "place", "status"), [("auditor", None, 403), ("direction", "estrie", 404)]
)
def test_who_may_not_comment(
    client: Client, remarked: dict[str, str], role: str, place: str | None, status: int
) -> None:
    client.force_login(person(role, place))
    assert remark(client, remarked).status_code == status


def test_a_remark_on_what_nobody_registered_does_not_exist(
    client: Client, direction: User, remarked: dict[str, str]
) -> None:
    assert remark(client, remarked, target_label="alliances.user").status_code == 404


@pytest.mark.parametrize(
    "address", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"]
)
def test_a_remark_never_leads_elsewhere(
    client: Client, direction: User, remarked: dict[str, str], address: str
) -> None:
    assert remark(client, remarked, next=address)["Location"] == "/"
