"""One plan, two cycles: each with its canvas, its points, its words, its PDF and its letter."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from alliances.cycle_words import words_of
from alliances.models import Document
from plans.completeness import check
from plans.documents import plan_document
from plans.models import Canvas, CanvasRequirement, NationalPriority, PlanVersion, Priority
from tests.factories import AllianceFactory, UserFactory, person

from .factories import draft_version, version_in, written_version

pytestmark = pytest.mark.django_db
OLD, NEW = "2017-2024", "2024-2029"
CANVAS_2017 = [
    ("1", "Priorités d’action"),
    ("2a", "Structure de gouvernance"),
    ("2b", "Gestion de l’enveloppe"),
    ("2c", "Soutien et suivi des projets"),
    ("3", "Démarche de mobilisation"),
    ("4", "Zones de dévitalisation"),
    ("5", "Partenaires et collaborations"),
    ("6", "Engagements des partenaires"),
    ("7", "Femmes, hommes et personnes handicapées"),
    ("8", "Diffusion"),
]
THEMES_2017 = [
    "Sécurité alimentaire",
    "Loisirs",
    "Transport",
    "Soutien à l’action communautaire",
    "Engagement citoyen",
    "Habitation",
    "Insertion socioprofessionnelle",
    "Itinérance",
    "Accessibilité universelle",
    "Prévention du décrochage scolaire",
]
WORDS = {
    OLD: ("Plan de travail", "plan d’action régional"),
    NEW: ("Plan d’action régional concerté", "plan de travail"),
}
CYCLES = pytest.mark.parametrize("cycle", [OLD, NEW])


def said_in(document: Document) -> str:
    with document.file.open("rb") as file:
        pages = PdfReader(BytesIO(file.read())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_canvas_of_2017_is_the_list_of_its_guide() -> None:
    sections = Canvas.objects.get(cycle__slug=OLD).sections.order_by("rank")

    assert list(sections.values_list("code", "title")) == CANVAS_2017


def test_the_ten_themes_of_2017_are_those_of_its_guide() -> None:
    themes = NationalPriority.objects.filter(cycle__slug=OLD).order_by("rank")

    assert list(themes.values_list("name", flat=True)) == THEMES_2017


@pytest.mark.parametrize(("cycle", "points"), [(OLD, 10), (NEW, 15)])
def test_each_cycle_asks_for_the_points_of_its_guide(cycle: str, points: int) -> None:
    empty = draft_version(AllianceFactory("mauricie", cycle))
    whole = written_version(AllianceFactory("estrie", cycle), priorities=1)
    required = CanvasRequirement.objects.filter(canvas=empty.plan.canvas_id, is_required=True)

    assert (check(empty).total, check(empty).done) == (points, 0)
    assert (check(whole).done, check(whole).missing) == (points, [])
    assert required.count() == points


@CYCLES
def test_the_plan_prints_in_the_words_of_its_cycle(cycle: str, worker: Callable[[], Any]) -> None:
    version = version_in("approved", AllianceFactory("mauricie", cycle), priorities=1)
    document = plan_document(version, by=UserFactory())
    worker()
    document.refresh_from_db()

    said = said_in(document)

    own, foreign = WORDS[cycle]
    assert own in said
    assert foreign not in said.lower()
    assert ("PARC" in said) is (cycle == NEW)


@CYCLES
def test_the_letter_approves_the_plan_in_the_words_of_its_cycle(
    cycle: str, worker: Callable[[], Any]
) -> None:
    version_in("approved", AllianceFactory("mauricie", cycle), priorities=1)
    worker()

    letter = Document.objects.get(kind="plan_approval")
    said = said_in(letter)

    own, foreign = WORDS[cycle]
    assert f"Approbation du {own[0].lower()}{own[1:]}" in said
    assert foreign not in said.lower()
    assert letter.title.endswith(f"{'Plan de travail' if cycle == OLD else 'PARC'}, version 1")


@CYCLES
def test_the_editor_shows_the_canvas_and_the_themes_of_its_cycle(
    client: Client, cycle: str
) -> None:
    alliance = AllianceFactory("mauricie", cycle)
    version: PlanVersion = written_version(alliance, priorities=1)
    client.force_login(person("coordination", "mauricie"))

    priority = Priority.objects.get(version=version)
    first = version.plan.canvas.sections.get(kind="priorities")
    page = client.get(
        alliance.url("plan_edit", version.number, first.code, "priorite", priority.pk)
    ).text

    for theme in NationalPriority.objects.filter(cycle=alliance.cycle):
        assert str(theme.name) in page.replace("&#x27;", "’")
    assert ("Thèmes du guide auxquels elle répond" in page) is (cycle == OLD)
    assert ("Priorités nationales auxquelles elle répond" in page) is (cycle == NEW)


@CYCLES
def test_the_journal_keeps_the_words_spoken_during_the_act(cycle: str) -> None:
    alliance = AllianceFactory("mauricie", cycle)
    with words_of(alliance.cycle):
        version = draft_version(alliance)

    summary = version.plan.alliance.journal.latest("pk").summary
    own = "plan de travail" if cycle == OLD else "PARC"
    assert summary == f"a ouvert la version 1 du {own}"
