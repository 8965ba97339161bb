"""The pages of the choice of projects: checks, committee, scores, sitting, letters."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import Document, Notification
from fqis import services
from fqis.models import Committee, Project, Score, Sitting
from tests.factories import person

from .committees import ready_sitting, referred_project, score_all, seated_committee
from .factories import analysed_project, planned_alliance, received_project
from .pages import text

pytestmark = pytest.mark.django_db


def test_a_request_is_checked_on_its_page(page: Any) -> None:
    project = received_project()
    by = person("coordination", "laval")
    address = project.alliance.url("project_checks", project.number)
    shown = text(page(by, address))
    assert "Le portail trouve" in shown
    assert "Guide de 2024, §4.2" in shown
    kinds = ["body", "nature", "excluded", "duration", "priority", "cumulation"]
    answers = {f"answer_{kind}": "oui" for kind in kinds}
    refused = page(by, address, answers)
    assert refused.status_code == 422
    assert "Écrivez le motif de votre réponse" in text(refused)
    assert not project.checks.exists()
    answers |= {f"reason_{kind}": "Vu." for kind in ("nature", "excluded", "cumulation")}
    assert "6 contrôles répondus" in text(page(by, address, answers))
    done = page(by, project.alliance.url("project_act", project.number, "analyser"), {})
    assert "Demande admissible" in text(done)
    assert Project.objects.get(pk=project.pk).state == "analysed"


def test_a_request_is_turned_down_with_the_reasons_of_its_checks(page: Any) -> None:
    project = received_project()
    by = person("coordination", "laval")
    address = project.alliance.url("project_checks", project.number)
    page(by, address, {"answer_excluded": "non", "reason_excluded": "Un immeuble."})
    done = page(by, project.alliance.url("project_reject", project.number), {"reason": "Revenez."})
    assert "Un immeuble." in text(done)
    assert Project.objects.get(pk=project.pk).state == "inadmissible"


def test_a_committee_is_formed_seated_and_given_projects(page: Any) -> None:
    alliance = planned_alliance()
    project, partner = analysed_project(alliance), person("partner", "laval")
    by = person("coordination", "laval")
    formed = page(by, alliance.url("committees"), {"name": "Comité du nord"})
    assert "Comité formé" in text(formed)
    committee = Committee.objects.get()
    act = lambda slug, **data: text(  # noqa: E731
        page(by, alliance.url("committee_act", committee.pk, slug), data)
    )
    assert "ajoutée" in act("ajouter", person=partner.pk)
    assert "confiés" in act("confier", projects=[project.pk])
    assert "doivent faire 100" in act("grille", label_1="Un", weight_1="99")
    assert "Grille enregistrée" in act("grille", label_1="Un", weight_1="100")
    assert "Séance prévue" in act("seance", on="2026-12-10")
    seat = committee.members.get()
    assert "Personne retirée" in act("retirer", seat=seat.pk)
    assert "n’a plus de comité" in act("reprendre", referral=project.referral.pk)


def test_an_evaluator_scores_and_each_score_saves_itself(page: Any, client: Any) -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    first = committee.criteria.earliest("rank")
    address = committee.alliance.url("project_score", committee.pk, project.number)
    assert "Les flèches du clavier" in text(page(partner, address))
    saved = client.post(
        address,
        {f"note_{first.pk}": "4", "autosave_fields": f"note_{first.pk}"},
        headers={"X-Autosave": "1"},
    )
    assert (saved.status_code, Score.objects.get().value) == (200, 4)
    wrong = client.post(
        address,
        {f"note_{first.pk}": "9", "autosave_fields": f"note_{first.pk}"},
        headers={"X-Autosave": "1"},
    )
    assert wrong.status_code == 422
    whole = {f"note_{one.pk}": "3" for one in committee.criteria.all()}
    assert "Notes enregistrées" in text(page(partner, address, whole))
    assert Score.objects.filter(value=3).count() == 5
    assert page(person("direction", "laval"), address).status_code == 403


def test_whoever_withdraws_no_more_finds_the_project_anywhere(page: Any) -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee, title="Le projet qu’on ne voit plus")
    alliance = committee.alliance
    gone = page(
        partner, alliance.url("project_conflict", project.number), {"reason": "Au conseil."}
    )
    assert "vous ne le voyez plus" in text(gone)
    for address in (
        alliance.url("projects"),
        alliance.url("projects") + "?export=csv",
        alliance.url("projects") + "?mots=voit",
        alliance.url("committee", committee.pk),
        alliance.url("committees"),
        "/",
    ):
        found = page(partner, address)
        said = b"".join(found.streaming_content) if found.streaming else found.content
        assert "qu’on ne voit plus" not in said.decode(errors="ignore"), address
        assert project.number not in said.decode(errors="ignore"), address
    for address in (
        project.get_absolute_url(),
        alliance.url("project_score", committee.pk, project.number),
    ):
        assert page(partner, address).status_code == 404
    assert "Vous êtes retiré de 1 projet" in text(page(partner, alliance.url("committees")))


def test_a_sitting_is_prepared_closed_and_read_on_its_page(page: Any, worker: Any) -> None:
    partner, by = person("partner", "laval"), person("coordination", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    Project.objects.filter(pk=project.pk).update(contact_email="porteur@exemple.example")
    score_all(project, partner)
    alliance = committee.alliance
    services.plan_sitting(committee, by=by, on=clock.today())
    sitting = Sitting.objects.get()
    act = lambda slug, **data: page(  # noqa: E731
        by, alliance.url("sitting_act", sitting.pk, slug), data
    )
    assert "Présences enregistrées" in text(act("presences", people=[partner.pk]))
    assert "ajoutés" in text(act("ajouter", projects=[project.pk]))
    item = sitting.items.get()
    refused = act("preparer", item=item.pk, outcome="accepted", amount="40 000,01")
    assert refused.status_code == 422
    assert "dépasse le montant demandé" in text(refused)
    words = {"item": item.pk, "outcome": "accepted", "amount": "30 000", "conditions": "Juin."}
    assert "Décision préparée" in text(act("preparer", **words))
    shown = text(page(by, sitting.get_absolute_url()))
    assert "moyenne : 80,0 sur 100" in shown
    assert "970 000" in shown
    assert "Séance close" in text(act("clore"))
    worker()
    letter = Document.objects.get(kind="lettre_decision")
    assert letter.is_ready
    sent = Notification.objects.get(address="porteur@exemple.example")
    assert (sent.attachment, sent.language) == (letter, "fr")
    assert "Procès-verbal (PDF)" in text(page(by, sitting.get_absolute_url()))
    assert letter.number in text(page(by, project.get_absolute_url()))


def test_the_letter_speaks_the_language_of_the_applicant(worker: Any) -> None:
    from alliances.rendering import render_html

    partner, by = person("partner", "laval"), person("coordination", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    Project.objects.filter(pk=project.pk).update(language="en")
    project.refresh_from_db()
    services.close_sitting(ready_sitting(committee, [project], [partner]), by=by)
    letter = Document.objects.get(kind="lettre_decision")
    html = render_html(letter, "documents/lettre_decision.html")
    assert "Decision on your project" in html
    assert "thirty thousand" in html.lower()
    assert 'lang="en-CA"' in html


def queries(page: Any, by: Any, address: str) -> int:
    page(by, address)
    with CaptureQueriesContext(connection) as captured:
        assert page(by, address).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_for_one_project_and_for_ten(page: Any) -> None:
    partner, by = person("partner", "laval"), person("coordination", "laval")
    committee = seated_committee(partner)
    sitting = ready_sitting(committee, [referred_project(committee)], [partner], amount=Decimal(9))
    addresses = [committee.get_absolute_url(), sitting.get_absolute_url()]
    before = [queries(page, by, address) for address in addresses]
    for _rank in range(9):
        project = referred_project(committee)
        score_all(project, partner)
        services.list_projects(sitting, [project], by=by)
    assert [queries(page, by, address) for address in addresses] == before
