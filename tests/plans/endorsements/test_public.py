"""The public page of the consensus, signed out: read, answer, refusals."""

import gzip
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import User
from plans.models import (
    Action,
    CanvasSection,
    Endorsement,
    Indicator,
    PlanVersion,
    SectionText,
)
from plans.services import (
    add_priority,
    ask_endorsements,
    cancel_endorsement,
    resend_endorsement,
    save_section_text,
)
from tests.factories import AllianceFactory, person
from tests.plans.agreement import (
    AGREE,
    DISAGREE,
    RESERVATION,
    address,
    asked,
    send_answer,
    sha256_of,
)
from tests.plans.factories import draft_version, validate, written_version
from tests.plans.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tries")]
PLAN = "/alliances/mauricie/2024-2029/plan/"
BOARD = f"{PLAN}1/appuis/"


@pytest.fixture
def version(coordinator: User) -> PlanVersion:
    return written_version("mauricie", by=coordinator, priorities=1)


def test_the_link_opens_without_an_account_and_says_all(client: Client, row: Endorsement) -> None:
    page = client.get(address(row))

    words = text_of(page)
    assert page.status_code == 200
    for said in (
        "Maude Gélinas",
        "PARC, version 1",
        "Moisson Mauricie",
        "Priorité numéro 1",
        "Texte de la section 1a.",
        "60 tonnes",
        "D’accord, avec une réserve",
        "n’est jamais demandé",
    ):
        assert said in words
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]


def test_an_indicator_says_how_often_it_is_measured(client: Client, row: Endorsement) -> None:
    Indicator.objects.filter(version=row.version).update(frequency="half-yearly")

    page = text_of(client.get(address(row)))

    assert "60 tonnes, deux fois par année" in page
    assert "half-yearly" not in page


def test_the_page_tells_nothing_of_the_inside(
    client: Client, row: Endorsement, coordinator: User
) -> None:
    from alliances.services.comments import post_comment

    post_comment(
        row.version, by=coordinator, alliance=row.version.plan.alliance, body="À revoir avant jeudi"
    )

    words = text_of(client.get(address(row)))

    for hidden in ("À revoir avant jeudi", "Brouillon", "Journal", "remarque"):
        assert hidden not in words


@pytest.mark.parametrize("answer", [AGREE, RESERVATION, DISAGREE])
def test_each_answer_is_thanked_and_kept(client: Client, row: Endorsement, answer: str) -> None:
    text = "" if answer == AGREE else "Ajoutez La Tuque."

    response = send_answer(client, row, answer=answer, text=text)

    assert response.status_code == 302
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert "votre réponse est enregistrée" in text_of(page)
    assert text in text_of(page)
    kept = Endorsement.objects.get()
    assert (kept.answer, kept.content_sha256) == (answer, sha256_of(row.version))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"answer": ""}, "Choisissez une réponse."),
        ({"answer": RESERVATION}, "Écrivez votre réserve."),
        ({"answer": DISAGREE}, "Écrivez pourquoi vous n’êtes pas d’accord."),
        ({"name": ""}, "Entrez votre nom."),
        ({"title": " "}, "Entrez votre fonction."),
    ],
)
def test_an_answer_that_is_not_whole_comes_back_with_what_was_typed(
    client: Client, row: Endorsement, changes: dict[str, str], sentence: str
) -> None:
    typed = {"name": "Line Caron", "title": "Directrice générale", **changes}

    response = send_answer(client, row, **typed)

    assert response.status_code == 422
    assert sentence in text_of(response)
    if typed["name"]:
        assert 'value="Line Caron"' in response.content.decode()
    assert Endorsement.objects.get().answer == ""


def test_a_plan_that_changed_is_read_again_before_answering(
    client: Client, row: Endorsement, coordinator: User
) -> None:
    read = sha256_of(row.version)
    add_priority(row.version, by=coordinator, title="Logement social")

    response = send_answer(
        client, row, answer=RESERVATION, text="Trop peu pour La Tuque.", sha256=read
    )

    assert response.status_code == 409
    words = text_of(response)
    assert "Le plan a changé pendant votre lecture" in words
    assert "Logement social" in words
    assert "Trop peu pour La Tuque." in words
    assert f'value="{sha256_of(row.version)}"' in response.content.decode()
    assert Endorsement.objects.get().answer == ""
    assert send_answer(client, row).status_code == 302


def test_a_second_answer_changes_nothing_and_loses_no_word(
    client: Client, row: Endorsement
) -> None:
    send_answer(client, row)

    response = send_answer(client, row, answer=DISAGREE, text="Finalement non.", name="Autre")

    assert response.status_code == 410
    assert "Line Caron a répondu par ce lien" in text_of(response)
    assert "Finalement non." in text_of(response)
    assert Endorsement.objects.get().answer == AGREE


def test_html_in_a_text_stays_text(client: Client, row: Endorsement, table: Client) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    send_answer(client, row, answer=RESERVATION, text=nasty, name=nasty, title=nasty)

    for page in (client.get(address(row)), table.get(BOARD)):
        body = page.content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "&lt;script&gt;alert(1)" in body


@pytest.mark.parametrize(
    ("close", "sentence"),
    [
        ("cancel", "La Table a annulé cette demande"),
        ("resend", "Un lien plus récent vous a été envoyé"),
        ("expire", "Il était valable jusqu’au"),
        ("approve", "Ce plan est maintenant approuvé"),
        ("forge", "Ouvrez le lien du courriel en entier"),
    ],
)
def test_a_link_that_serves_no_more_says_why(
    client: Client, row: Endorsement, coordinator: User, close: str, sentence: str
) -> None:
    path = address(row)
    if close == "cancel":
        cancel_endorsement(row, by=coordinator)
    elif close == "resend":
        resend_endorsement(row, by=coordinator)
    elif close == "expire":
        Endorsement.objects.update(expires_at=clock.now() - timedelta(days=1))
    elif close == "approve":
        approve(row.version)
    else:
        path = path[:-3] + "zz/"

    read, sent = client.get(path), client.post(path, {"text": "Mon avis à garder"})

    assert (read.status_code, sent.status_code) == (410, 410)
    assert sentence in text_of(read)
    assert "Mon avis à garder" in text_of(sent)
    assert Endorsement.objects.get().answer == ""


def approve(version: PlanVersion) -> None:
    from plans.services import approve_version, submit_version

    submit_version(version, by=person("direction", "mauricie"))
    validate(version)
    approve_version(version, by=person("delegate"))


def test_a_forged_link_tells_nothing_of_the_request(client: Client, row: Endorsement) -> None:
    page = client.get(address(row)[:-3] + "zz/")

    for secret in (row.name, row.email, "Maude", row.version.plan.alliance.table.name):
        assert secret not in text_of(page)


def test_the_page_speaks_the_asked_language(
    client: Client, version: PlanVersion, coordinator: User
) -> None:
    (row,) = ask_endorsements(
        version, by=coordinator, others=[("Council", "c@council.example")], language="en"
    )

    page = client.get(address(row))
    assert '<html lang="en-CA">' in page.content.decode()
    assert page.headers["Content-Language"] == "en"
    client.cookies["langue"] = "fr"
    assert "Appuyez-vous ce plan?" in text_of(client.get(address(row)))


def test_who_tries_too_many_links_waits(client: Client, row: Endorsement) -> None:
    forged = address(row)[:-3] + "zz/"
    codes = [client.get(forged).status_code for _ in range(31)]

    assert codes == [410] * 30 + [429]
    assert client.get(address(row)).status_code == 429
    assert client.get(address(row), REMOTE_ADDR="192.0.2.7").status_code == 200


def test_reading_writes_nothing(client: Client, row: Endorsement) -> None:
    with CaptureQueriesContext(connection) as seen:
        client.get(address(row))

    assert not [one for one in seen if re.match(r"(INSERT|UPDATE|DELETE)", one["sql"])]


def test_the_public_page_is_light_and_costs_the_same_for_a_large_plan(
    client: Client, coordinator: User
) -> None:
    def visit(version: PlanVersion) -> tuple[int, int]:
        (row,) = asked(version, "Logis", by=coordinator)
        client.get(address(row))
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address(row))
        return len(seen), len(gzip.compress(page.content))

    small = draft_version(AllianceFactory("estrie"), by=coordinator)
    large = written_version("mauricie", by=coordinator, priorities=20, objectives=5, actions=5)
    assert Action.objects.filter(version=large).count() == 500

    few, many = visit(small), visit(large)

    assert few[0] == many[0]
    assert many[1] < 100_000


def test_somebody_signed_in_elsewhere_reads_the_link_too(client: Client, row: Endorsement) -> None:
    client.force_login(person("direction", "estrie"))

    assert client.get(address(row)).status_code == 200
    assert send_answer(client, row).status_code == 302


def test_the_cleaned_text_of_a_section_is_what_is_read(
    client: Client, row: Endorsement, coordinator: User
) -> None:
    section = CanvasSection.objects.get(canvas=row.version.plan.canvas, code="2a")
    kept = SectionText.objects.get(version=row.version, section=section)
    save_section_text(
        row.version,
        section,
        by=coordinator,
        html="<p>Portrait <b>net</b></p><script>alert(1)</script>",
        revision=kept.revision,
    )

    body = client.get(address(row)).content.decode()

    assert "alert(1)" not in body
    assert "Portrait <" in body
