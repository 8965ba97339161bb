"""The pages of calls and applications, as the Table, the public and an organisation use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from alliances import clock
from alliances.models import Document, User
from alliances.tasks import render_document
from fqis import services
from fqis.models import Application, Call
from fqis.services import applications
from tests.conftest import bind_identity
from tests.factories import person

from .calls import draft_call, pdf, published_call, ready_alliance, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def plain(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def again() -> None:
    """A visit leaves no identity behind: the test takes the portal's back."""
    bind_identity(User.objects.portal())


# --- The Table


def typed_call(call: Call | None, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Appel de printemps",
        "presentation": "Pour les personnes seules.",
        "amount": "90 000",
        "ceiling": "30 000",
        "opens_at": "2026-12-04T09:00",
        "closes_at": "2027-01-15T16:00",
        "priorities": [one.priority_id for one in call.served.all()] if call else [],
        "selection": "Un comité.",
        "frequency": "Chaque printemps",
        "papers_required": "Lettre d’appui\nÉtats financiers",
        "papers_optional": "Photo",
    } | changes


def test_the_table_prepares_publishes_and_puts_off_a_call(page: Any) -> None:
    alliance = ready_alliance()
    by = person("coordination", "laval")
    served = draft_call(alliance)
    answer = page(by, alliance.url("call_new"), typed_call(served))
    assert "Relisez-le, puis publiez-le" in plain(answer)
    again()
    call = Call.objects.get(title="Appel de printemps")
    assert (call.closes_at.isoformat()) == "2027-01-15T21:00:00+00:00"
    assert [str(one) for one in call.papers.filter(is_required=True)] == [
        "Lettre d’appui",
        "États financiers",
    ]
    page(by, alliance.url("call_edit", call.number), typed_call(served, title="Appel d’hiver"))
    answer = page(by, alliance.url("call_publish", call.number), {"revision": "1"})
    assert "Sa page est ouverte" in plain(answer)
    seen = call.closes_at.isoformat()
    later = {"closes_at": "2027-01-30T16:00", "reason": "Une tempête.", "seen": seen}
    answer = page(by, alliance.url("call_extend", call.number), later)
    assert "Une tempête." in plain(answer)
    again()
    assert Call.objects.get(pk=call.pk).title == "Appel d’hiver"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ceiling": "90 000,01"}, "Le plafond par projet dépasse"),
        ({"closes_at": "2026-12-01T09:00"}, "La fermeture suit"),
        ({"priorities": []}, "au moins une priorité"),
        ({"papers_optional": "Lettre d’appui"}, "demandé deux fois"),
        ({"opens_at": "demain"}, "date"),
    ],
)
def test_a_call_that_does_not_hold_says_why(
    changes: dict[str, Any], sentence: str, page: Any
) -> None:
    call = draft_call()
    answer = page(
        person("coordination", "laval"),
        call.alliance.url("call_edit", call.number),
        typed_call(call, **changes),
    )
    assert answer.status_code == 422
    assert sentence in plain(answer)


def test_a_stale_publication_is_told(page: Any) -> None:
    call = draft_call()
    by = person("coordination", "laval")
    url = call.alliance.url("call_publish", call.number)
    page(by, url, {"revision": call.revision})
    answer = page(by, url, {"revision": call.revision})
    assert answer.status_code == 422
    assert "l’a déjà publié" in plain(answer)


def test_the_list_filters_sorts_and_exports_in_as_many_queries(
    page: Any, django_assert_max_num_queries: Any
) -> None:
    alliance = ready_alliance()
    by = person("advisor", "laval")
    first = published_call(alliance, title="=cmd")
    page(by, alliance.url("calls"))
    with django_assert_max_num_queries(40) as one:
        page(by, alliance.url("calls"))
    again()
    for rank in range(30):
        draft_call(alliance, title=f"Appel {rank}")
    with django_assert_max_num_queries(40) as thirty:
        page(by, alliance.url("calls"))
    assert len(thirty) == len(one)
    listed = plain(page(by, alliance.url("calls") + "?etat=ouverts&tri=-montant"))
    assert "=cmd" in listed
    assert "Appel 3" not in listed
    csv = page(by, alliance.url("calls") + "?etat=ouverts&export=csv").getvalue().decode()
    assert "'=cmd" in csv
    assert first.number in csv
    assert csv.strip().count("\n") == 1


def test_others_read_and_write_nothing(page: Any) -> None:
    call = draft_call()
    url = call.alliance.url
    assert page(person("partner", "laval"), url("call", call.number)).status_code == 200
    for name in ("call_publish", "call_extend", "call_drop"):
        assert page(person("partner", "laval"), url(name, call.number), {}).status_code == 403
        assert page(person("direction", "mauricie"), url(name, call.number), {}).status_code == 404
    assert page(person("direction", "mauricie"), url("calls")).status_code == 404


def test_the_page_of_a_call_costs_the_same_with_many_requests(
    page: Any, django_assert_max_num_queries: Any
) -> None:
    call = published_call()
    submitted(applications.ask_link(call, email="0@x.example", language="fr"))
    by = person("coordination", "laval")
    page(by, call.get_absolute_url())
    with django_assert_max_num_queries(60) as one:
        page(by, call.get_absolute_url())
    again()
    for rank in range(1, 12):
        row = applications.ask_link(call, email=f"{rank}@x.example", language="fr")
        submitted(row, title=f"Projet {rank}")
    with django_assert_max_num_queries(60) as many:
        page(by, call.get_absolute_url())
    assert len(many) == len(one)


# --- Everybody


def test_everybody_reads_the_calls_of_a_territory(client: Client) -> None:
    alliance = ready_alliance()
    open_one = published_call(alliance)
    draft_call(alliance, title="Secret")
    moment = clock.now()
    coming = {"opens_at": moment + timedelta(days=2), "closes_at": moment + timedelta(days=9)}
    published_call(alliance, title="Plus tard", **coming)
    everywhere = plain(client.get("/appels/"))
    assert "Laval" in everywhere
    here = plain(client.get("/appels/laval/"))
    assert open_one.title in here
    assert "Un comité lit chaque demande" in here
    assert "Une fois par année" in here
    assert "Plus tard" in here
    assert "Secret" not in here
    assert "Recevoir mon lien" in plain(client.get(open_one.public_url))


def test_a_call_in_preparation_or_elsewhere_does_not_exist(client: Client) -> None:
    call = draft_call()
    assert client.get(call.public_url).status_code == 404
    assert client.get("/appels/atlantide/").status_code == 404
    assert client.get("/appels/mauricie/2024-2029/A99/").status_code == 404


def test_the_public_page_speaks_english(client: Client) -> None:
    call = published_call()
    client.cookies["langue"] = "en"
    assert "Get my link" in plain(client.get(call.public_url))


def test_a_call_closed_a_second_ago_gives_no_link(client: Client) -> None:
    call = published_call()
    with clock.at(call.closes_at):
        page = client.post(call.public_url, {"email": "a@x.example", "language": "fr"})
        assert page.status_code == 422
        assert "a fermé le" in plain(page)
        assert "Recevoir mon lien" not in plain(client.get(call.public_url))
    again()
    assert not Application.objects.exists()


def test_too_many_links_are_refused(client: Client) -> None:
    call = published_call()
    for rank in range(10):
        client.post(call.public_url, {"email": f"{rank}@x.example", "language": "fr"})
    refused = client.post(call.public_url, {"email": "z@x.example", "language": "fr"})
    assert refused.status_code == 429
    again()
    assert Application.objects.count() == 10


# --- An organisation


def asked(client: Client, call: Call, email: str = "eve@porteur.example") -> str:
    """The address of an application that this browser opened."""
    answer = client.post(call.public_url, {"email": email, "language": "fr"}, follow=True)
    assert f"Un lien part à {email}" in plain(answer)
    again()
    token = applications.token_for(Application.objects.get(email=email, state="draft"))
    url = f"/demandes/{token}/"
    assert "Ouvrir ma demande" in plain(client.get(url))
    client.post(url, {"act": "open"})
    return url


def typed_application(call: Call, **changes: Any) -> dict[str, Any]:
    served = call.served.first()
    assert served is not None
    return {
        "revision": "0",
        "organisation_name": "Maison des familles",
        "organisation_neq": "1140 0000 01",
        "organisation_class": "obnl",
        "organisation_city": "Laval",
        "contact_name": "Ève Roy",
        "contact_email": "eve@porteur.example",
        "title": "Cuisine collective",
        "description": "Cuisiner ensemble.",
        "priority": served.priority_id,
        "activities": "Dix ateliers.",
        "starts_on": "2027-02-01",
        "ends_on": "2028-01-31",
        "population": "Familles",
        "people_expected": "80",
        "pools_material": "on",
        "amount_requested": "40 000",
        "budget-TOTAL_FORMS": "4",
        "budget-INITIAL_FORMS": "0",
        "budget-0-category": "salaries",
        "budget-0-amount": "50 000",
        "budget-0-asked": "40 000",
        "sources-TOTAL_FORMS": "3",
        "sources-INITIAL_FORMS": "0",
        "sources-0-name": "Centraide",
        "sources-0-amount": "10 000",
        "sources-0-is_confirmed": "on",
    } | changes


def test_an_organisation_writes_comes_back_joins_and_sends(client: Client) -> None:
    call = published_call(papers=[services.Paper("Lettre d’appui")])
    url = asked(client, call)
    half = typed_application(call, organisation_neq="12", act="save")
    assert "Demande enregistrée" in plain(client.post(url, half, follow=True))
    back = plain(client.get(url))
    assert 'value="12"' in back
    assert "Un NEQ compte" not in back
    again()
    paper = call.papers.get()
    typed = typed_application(call, revision="1")
    joined = client.post(url, {**typed, "act": "attach", "file": pdf(), "paper": paper.pk})
    assert joined.status_code == 302
    assert "lettre.pdf" in plain(client.get(url))
    sent = client.post(url, {**typed, "revision": "2", "act": "submit"}, follow=True)
    assert "Votre demande est reçue." in plain(sent)
    again()
    receipt = Document.objects.get(kind="accuse_demande")
    assert client.get(url + "accuse/").status_code == 404
    again()
    assert render_document(receipt.pk) == "rendered"
    read = client.get(url + "accuse/")
    assert b"".join(read.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    late = client.post(url, {**typed, "act": "submit"})
    assert late.status_code == 409
    assert "déjà transmise" in plain(late)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"organisation_neq": "114000000"}, "Un NEQ compte dix chiffres"),
        ({"organisation_neq": ""}, "Écrivez le NEQ"),
        ({"sources-0-amount": "9 000"}, "Le budget fait"),
        ({"budget-0-asked": "39 000"}, "Les parts demandées au FQIS font"),
        ({"amount_requested": "50 000,01"}, "dépasse le plafond"),
        ({"organisation_class": "autre"}, "choix"),
        ({"ends_on": "2032-02-01"}, "cinq ans au plus"),
        ({"budget-0-category": ""}, "Choisissez le poste"),
    ],
)
def test_what_does_not_hold_is_told_and_nothing_is_lost(
    changes: dict[str, Any], sentence: str, client: Client
) -> None:
    call = published_call()
    url = asked(client, call)
    typed = typed_application(call, act="submit", **changes)
    answer = client.post(url, typed)
    assert answer.status_code == 422
    assert sentence in plain(answer)
    again()
    row = Application.objects.get()
    assert row.state == "draft"
    assert row.content["title"] == ["Cuisine collective"]


def test_a_link_is_for_the_browser_that_opened_it(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    other = Client()
    elsewhere = other.get(url)
    assert elsewhere.status_code == 410
    assert "un autre navigateur" in plain(elsewhere)
    refused = other.post(url, typed_application(call, act="save"))
    assert refused.status_code == 410
    again()
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert "Un autre lien est en route" in plain(other.post(url, {"act": "renew"}))
        assert client.get(url).status_code == 410
    again()
    row = Application.objects.get()
    assert (row.round, row.content) == (2, {})


def test_an_expired_link_offers_another(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    with clock.at(clock.now() + timedelta(days=31)):
        page = client.get(url)
        assert page.status_code == 410
        assert "Recevoir un autre lien" in plain(page)


def test_a_forged_link_opens_nothing_and_is_soon_refused(client: Client) -> None:
    codes = {client.get(f"/demandes/1.1~faux{rank}/").status_code for rank in range(30)}
    assert codes == {404}
    assert client.get("/demandes/1.1~faux/").status_code == 429
    assert client.get("/demandes/1.1~faux/accuse/").status_code == 404


def test_the_form_saves_itself_field_by_field(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    words = {"title": "Jardin", "revision": "0", "autosave_fields": "title csrfmiddlewaretoken"}
    saved = client.post(url, words, headers={"X-Autosave": "1"})
    assert saved.json()["fields"] == {"revision": 1}
    stale = client.post(url, words, headers={"X-Autosave": "1"})
    assert stale.status_code == 409
    assert "autre fenêtre" in stale.json()["message"]
    again()
    assert Application.objects.get().content["title"] == ["Jardin"]


def test_a_hostile_file_is_refused_and_the_text_is_kept(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    bad = pdf("lettre.pdf", b"MZ")
    answer = client.post(url, {**typed_application(call), "act": "attach", "file": bad})
    assert answer.status_code == 422
    assert "malgré son nom" in plain(answer)
    assert "Cuisine collective" in plain(answer)


def test_two_windows_do_not_write_over_each_other(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    client.post(url, typed_application(call, act="save"))
    stale = client.post(url, typed_application(call, act="save", title="Autre"))
    assert stale.status_code == 422
    assert "autre fenêtre" in plain(stale)
    again()
    assert Application.objects.get().content["title"] == ["Cuisine collective"]


def test_more_rows_can_be_asked(client: Client) -> None:
    call = published_call()
    url = asked(client, call)
    client.post(url, typed_application(call, act="more"))
    assert 'name="budget-6-category"' in plain(client.get(url))


def test_a_register_project_form_names_the_call(page: Any) -> None:
    call = published_call()
    by = person("coordination", "laval")
    assert call.title in plain(page(by, call.alliance.url("project_new")))
