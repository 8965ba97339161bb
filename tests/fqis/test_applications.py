"""Applications without account: the link, the draft, the files, the sending, what stays hidden."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.links import token_of
from alliances.models import Document, Notification, Organisation, User
from alliances.tasks import render_document
from fqis import services, tasks
from fqis.models import Application, ApplicationFile, Call, Project
from fqis.services import applications
from fqis.services.applications import Door
from tests.conftest import bind_identity
from tests.factories import OrganisationFactory, person

from .calls import application_for, pdf, published_call, submitted
from .test_rules import broken

pytestmark = pytest.mark.django_db


def opened(application: Application) -> tuple[str, str]:
    token = applications.token_for(application)
    _row, secret = applications.open_link(token)
    return token, secret


def set_application(application: Application, **values: Any) -> Any:
    return lambda: Application.objects.filter(pk=application.pk).update(**values)


def _erase(application: Application) -> None:
    """Straight to the row, past what its files would say first."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM fqis_application WHERE id = %s", [application.pk])


# --- The link


def test_a_link_goes_to_the_address_and_opens_for_one_browser() -> None:
    application = application_for()
    assert tasks.send_application_links() == 1
    letter = mail.outbox[-1]
    token = applications.token_for(application)
    assert letter.to == ["eve@porteur.example"]
    assert f"/demandes/{token}/" in letter.body
    assert applications.find(token, "").door is Door.NEW
    _row, secret = applications.open_link(token)
    assert applications.find(token, secret).door is Door.OPEN
    assert applications.find(token, "").door is Door.ELSEWHERE
    assert applications.find(token, "another").door is Door.ELSEWHERE
    with pytest.raises(Refusal, match="ne sert plus"):
        applications.open_link(token)
    assert tasks.send_application_links() == 0


def test_a_link_expires_and_another_can_be_asked() -> None:
    application = application_for()
    token = applications.token_for(application)
    with clock.at(application.link_expires_at):
        assert applications.find(token, "").door is Door.EXPIRED
        with pytest.raises(Refusal, match="ne sert plus"):
            applications.open_link(token)
        renewed = applications.renew_link(token)
        assert renewed is not None
        assert applications.find(token, "").door is Door.REPLACED
        assert applications.find(applications.token_for(renewed), "").door is Door.NEW
        assert tasks.send_application_links() == 1


def test_a_link_of_another_kind_or_another_application_opens_nothing() -> None:
    first = application_for()
    second = application_for(first.call, email="autre@porteur.example")
    _token, secret = opened(first)
    opened(second)
    assert applications.find(applications.token_for(second), secret).door is Door.ELSEWHERE
    forged = token_of("plans.endorsement", first.pk, first.round)
    assert applications.find(forged, secret).door is Door.UNKNOWN
    assert applications.renew_link(forged) is None


def test_asking_again_sends_the_same_draft_and_closes_the_former_link() -> None:
    application = application_for()
    token = applications.token_for(application)
    tasks.send_application_links()
    again = application_for(application.call, email="EVE@porteur.example ")
    assert (again.pk, again.round) == (application.pk, 1)
    with clock.at(clock.now() + timedelta(minutes=2)):
        again = application_for(application.call)
    assert (again.pk, again.round) == (application.pk, 2)
    assert applications.find(token, "").door is Door.REPLACED


@pytest.mark.parametrize(("days", "sentence"), [(-2, "ouvre le"), (10, "a fermé le")])
def test_a_call_that_is_not_open_sends_no_link(days: int, sentence: str) -> None:
    call = published_call()
    with clock.at(clock.now() + timedelta(days=days)), pytest.raises(Refusal, match=sentence):
        application_for(call)


# --- The draft


def test_a_draft_keeps_what_is_typed() -> None:
    application = application_for()
    row = applications.save_draft(application, {"title": ["Cuisine"], "mrcs": ["1", "2"]})
    row = applications.save_draft(
        row, {"title": ["Cuisine collective"]}, revision=row.revision, names=["title", "mrcs"]
    )
    assert row.content == {"title": ["Cuisine collective"], "mrcs": []}
    with pytest.raises(StaleAct, match="autre fenêtre"):
        applications.save_draft(row, {}, revision=0)
    with pytest.raises(Refusal, match="trop longs"):
        applications.save_draft(row, {"description": ["x" * 300_000]})


def test_a_draft_is_invisible_to_everybody_even_in_raw_sql() -> None:
    application = application_for()
    applications.attach_file(application, pdf())
    outsider = person("coordination", "mauricie")
    tables = ("fqis_application", "fqis_applicationfile")

    def counts(user: User | None) -> list[int]:
        bind_identity(user)
        with connection.cursor() as cursor:
            found = []
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table}")
                found.append(cursor.fetchone()[0])
        return found

    people = [
        person("coordination", "laval"),
        person("direction", "laval"),
        person("advisor", "laval"),
        person("analyst"),
        person("auditor"),
    ]
    for somebody in [*people, None]:
        assert counts(somebody) == [0, 0]
    bind_identity(User.objects.portal())
    submitted(application)
    assert counts(people[0]) == [1, 1]
    assert counts(outsider) == [0, 0]


# --- The files


def test_a_file_is_checked_each_time() -> None:
    application = application_for()
    applications.attach_file(application, pdf())
    with pytest.raises(Refusal, match="déjà joint"):
        applications.attach_file(application, pdf("encore.pdf"))
    with pytest.raises(Refusal, match="malgré son nom"):
        applications.attach_file(application, pdf("faux.pdf", b"<script>"))
    with pytest.raises(Refusal, match="type de fichier"):
        applications.attach_file(application, pdf("virus.exe"))
    file = application.files.get()
    applications.remove_file(application, file.pk)
    applications.remove_file(application, file.pk)
    assert not application.files.exists()


def test_a_file_of_another_application_is_not_removed() -> None:
    first = application_for()
    second = application_for(first.call, email="autre@porteur.example")
    file = applications.attach_file(first, pdf())
    applications.remove_file(second, file.pk)
    assert first.files.count() == 1


def test_a_document_that_is_asked_is_joined() -> None:
    call = published_call(
        papers=[services.Paper("Lettre d’appui"), services.Paper("Photo", is_required=False)]
    )
    application = application_for(call)
    with pytest.raises(Refusal, match="Joignez les documents demandés : Lettre d’appui"):
        submitted(application)
    paper = call.papers.first()
    applications.attach_file(application, pdf(), paper=paper)
    project = submitted(application).project
    assert project is not None
    document = Document.objects.get(subject_label="fqis.project", kind="application_file")
    assert (document.title, document.subject_id) == ("Lettre d’appui", project.pk)
    assert application.files.get().document == document


# --- The sending


def test_an_application_becomes_a_project_that_is_received() -> None:
    call = published_call()
    told_person = person("coordination", "laval")
    application = submitted(application_for(call))
    project = application.project
    assert project is not None
    assert (project.state, project.call, project.language) == ("received", application.call, "fr")
    assert project.organisation.neq == "1140000001"
    assert (project.population, project.activities) == ("Familles", "Dix ateliers.")
    assert project.budget.get().asked == Decimal(40000)
    assert project.sources.get().is_confirmed
    told = Notification.objects.filter(subject__startswith="Demande reçue").values_list(
        "recipient__email", flat=True
    )
    assert told_person.email in told


def test_the_acknowledgement_is_drawn_then_sent(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    application = submitted()
    document = Document.objects.get(kind="accuse_demande")
    assert document.number == "AD-2026-0001"
    assert render_document(document.pk) == "rendered"
    letter = Notification.objects.get(address="eve@porteur.example")
    assert letter.attachment == document
    assert application.project is not None
    assert application.project.number in letter.body


def test_the_acknowledgement_speaks_the_language_of_the_organisation() -> None:
    call = published_call()
    application = applications.ask_link(call, email="eve@porteur.example", language="en")
    submitted(application)
    document = Document.objects.get(kind="accuse_demande")
    assert (document.language, document.title) == ("en", "Acknowledgement of receipt")
    assert document.data["budget"][0]["category"] == "Wages and benefits"


def test_a_known_organisation_is_found_by_its_neq() -> None:
    application = application_for()
    known = OrganisationFactory(
        territory=application.call.territory, name="Maison", neq="1140000001"
    )
    project = submitted(application).project
    assert project is not None
    assert project.organisation == known


def test_an_indigenous_organisation_may_have_no_neq() -> None:
    application = application_for()
    words = {"neq": "", "legal_class": "autochtone", "organisation_name": "Conseil"}
    first = submitted(application, **words).project
    again = application_for(application.call)
    second = submitted(again, **words, title="Autre projet").project
    assert first is not None
    assert second is not None
    assert first.organisation == second.organisation


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"neq": "114000000"}, "dix chiffres", "organisation_neq"),
        ({"neq": ""}, "Écrivez le NEQ", "organisation_neq"),
        ({"legal_class": "autre"}, "pas admissible", "organisation"),
        ({"budget": []}, "Écrivez le budget", "budget"),
        ({"sources": []}, "Le budget fait", "budget"),
        ({"amount_requested": Decimal("39000.00")}, "parts demandées", "budget"),
        ({"priority": None}, "Choisissez la priorité", "priority"),
        ({"title": ""}, "titre", "title"),
    ],
)
def test_a_request_that_does_not_hold_is_refused_whole(
    changes: dict[str, Any], sentence: str, field: str
) -> None:
    application = application_for()
    with pytest.raises(Refusal, match=sentence) as refusal:
        submitted(application, **changes)
    assert refusal.value.field == field


def test_the_same_application_twice_is_refused() -> None:
    first = submitted()
    with pytest.raises(StaleAct, match="déjà transmise"):
        submitted(first)
    again = application_for(first.call)
    with pytest.raises(Refusal, match="déjà reçue pour cet appel"):
        submitted(again, title=" cuisine COLLECTIVE")
    assert Project.objects.count() == 1


def test_a_call_closed_a_second_ago_receives_nothing() -> None:
    application = application_for()
    closes = application.call.closes_at
    with clock.at(closes), pytest.raises(Refusal, match="a fermé le"):
        submitted(application)
    with clock.at(closes - timedelta(seconds=1)):
        assert submitted(application).state == "submitted"


def test_an_mrc_that_the_call_is_not_for_is_refused() -> None:
    from .calls import ready_alliance

    alliance = ready_alliance("mauricie")
    here, there = alliance.territory.mrcs.all()[:2]
    application = application_for(published_call(alliance, mrcs=[here]))
    with pytest.raises(Refusal, match="n’est pas ouvert à"):
        submitted(application, mrcs=[there])
    with pytest.raises(Refusal, match="Choisissez les MRC"):
        submitted(application, mrcs=[])
    assert submitted(application, mrcs=[here]).project


# --- What the database holds


def test_what_is_sent_never_changes() -> None:
    application = application_for()
    applications.attach_file(application, pdf())
    application = submitted(application)
    broken("application_frozen", set_application(application, content={"a": ["b"]}))
    broken(
        "application_frozen",
        set_application(application, state="draft", project=None, submitted_at=None),
    )
    broken("kept_once_submitted", lambda: _erase(application))
    broken("application_frozen", ApplicationFile.objects.filter(application=application).delete)


def test_an_application_is_sent_while_its_call_is_open_with_a_project_of_it() -> None:
    project = submitted().project
    assert project is not None
    call = Call.objects.get(pk=project.call_id)
    draft = application_for(call)
    sent = {"state": "submitted", "project": project}
    Application.objects.filter(project=project).first()
    broken("application_in_time", set_application(draft, submitted_at=call.closes_at, **sent))
    broken("application_submitted_is_a_project", set_application(draft, submitted_at=clock.now()))
    broken("application_one_draft", lambda: Application.objects.create(
        call=call, email=draft.email, link_expires_at=clock.now()))  # fmt: skip


def test_an_organisation_never_takes_another_class_by_applying() -> None:
    application = application_for()
    OrganisationFactory(
        territory=application.call.territory, name="Inc.", neq="1140000001", legal_class="autre"
    )
    with pytest.raises(Refusal, match="n’est pas admissible"):
        submitted(application)
    assert Organisation.objects.get(neq="1140000001").legal_class == "autre"
