import pytest

from alliances.errors import Refusal
from plans.models import CanvasSection, PlanVersion, SectionText
from plans.services import TextConflict, save_section_text
from tests.factories import UserFactory

from .factories import draft_version, version_in

pytestmark = pytest.mark.django_db


def section(version: PlanVersion, code: str = "2c") -> CanvasSection:
    return CanvasSection.objects.get(canvas=version.plan.canvas, code=code)


def test_a_text_is_cleaned_and_signed() -> None:
    version, writer = draft_version(), UserFactory()

    text = save_section_text(
        version, section(version), by=writer, html="<p onclick='x'>La Tuque</p>", revision=0
    )

    assert (text.html, text.revision, text.updated_by) == ("<p>La Tuque</p>", 1, writer)


def test_the_second_writer_gets_both_texts_and_nothing_is_covered() -> None:
    version = draft_version()
    maude = UserFactory(full_name="Maude Gélinas")
    save_section_text(version, section(version), by=maude, html="<p>Le sien</p>", revision=0)

    with pytest.raises(TextConflict, match="Maude Gélinas a enregistré un autre texte") as refusal:
        save_section_text(
            version, section(version), by=UserFactory(), html="<p>Le mien</p>", revision=0
        )

    assert refusal.value.mine == "<p>Le mien</p>"
    assert refusal.value.saved.html == "<p>Le sien</p>"
    assert SectionText.objects.get(version=version).html == "<p>Le sien</p>"


def test_the_conflict_is_settled_by_saving_on_the_other_revision() -> None:
    version = draft_version()
    first = save_section_text(
        version, section(version), by=UserFactory(), html="<p>Le sien</p>", revision=0
    )

    text = save_section_text(
        version,
        section(version),
        by=UserFactory(),
        html="<p>Les deux</p>",
        revision=first.revision,
    )

    assert (text.html, text.revision) == ("<p>Les deux</p>", 2)


def test_saving_the_same_text_twice_writes_once() -> None:
    version, writer = draft_version(), UserFactory()
    for _ in range(2):
        text = save_section_text(
            version, section(version), by=writer, html="<p>La Tuque</p>", revision=0
        )

    assert text.revision == 1


def test_an_empty_text_is_not_written() -> None:
    version = draft_version()

    save_section_text(version, section(version), by=UserFactory(), html="<p><br></p>", revision=0)

    assert not SectionText.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "validated", "approved", "superseded"])
def test_a_frozen_version_is_not_written(state: str) -> None:
    version = version_in(state, priorities=1)

    with pytest.raises(Refusal, match="ne change plus"):
        save_section_text(version, section(version), by=UserFactory(), html="Autre", revision=1)


def test_a_section_of_another_canvas_is_refused() -> None:
    version = draft_version()
    other = CanvasSection.objects.exclude(canvas=version.plan.canvas)[0]

    with pytest.raises(Refusal, match="canevas"):
        save_section_text(version, other, by=UserFactory(), html="Texte", revision=0)


def test_a_text_over_the_limit_is_refused() -> None:
    version = draft_version()

    with pytest.raises(Refusal, match="200"):
        save_section_text(
            version, section(version), by=UserFactory(), html="a" * 200_001, revision=0
        )
