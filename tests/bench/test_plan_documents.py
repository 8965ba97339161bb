"""A plan with 20 priorities, 100 objectives, 500 actions, 1 000 indicators and long texts.

Its PDF beside WeasyPrint alone on the same HTML; its comparison beside the reading of both sides.
The processor's time, so that a busy machine changes nothing. Ratios in one run.
"""

import gc
import json
import time
from collections.abc import Callable
from datetime import date

import pytest
from weasyprint import CSS, HTML

from alliances import rendering
from alliances.models import Document
from plans.changes import report
from plans.comparison import apply, compare
from plans.entries import Report
from plans.models import Action, Indicator, Objective, PlanVersion, Priority, SectionText
from plans.publication import publication_data
from plans.selectors.content import content_of
from plans.services import add_action, approve_version, open_version, submit_version
from plans.views.compare import PER_PAGE
from plans.word_document import word_document
from tests.factories import UserFactory, person
from tests.plans.factories import draft_version, validate

from .test_plan_editor import fill, words

pytestmark = pytest.mark.django_db


def long_text(number: int) -> str:
    """A page, five hundred words: titles, paragraphs, lists."""
    parts = [
        f"<h3>Partie {part}</h3><p>{words(number * 7 + part, many=5)}</p>"
        f"<p>{words(number * 11 + part, many=4)}</p>"
        f"<ul><li>{words(part, many=1)}</li><li>{words(part + 1, many=1)}</li></ul>"
        for part in range(3)
    ]
    return "".join(parts)


@pytest.fixture
def large() -> PlanVersion:
    by = person("coordination", "mauricie")
    version = draft_version("mauricie", by=by)
    fill(version, by)
    for text in SectionText.objects.filter(version=version).order_by("pk"):
        SectionText.objects.filter(pk=text.pk).update(html=long_text(text.section_id))
    return version


def processor_time(act: Callable[[], object], times: int) -> float:
    found = []
    for _round in range(times):
        gc.collect()
        started = time.process_time()
        act()
        found.append(time.process_time() - started)
    return min(found)


def approved(version: PlanVersion) -> PlanVersion:
    submit_version(version, by=UserFactory())
    validate(version)
    return approve_version(version, by=UserFactory())


def next_of(version: PlanVersion) -> PlanVersion:
    """The version that follows, with the same content: other rows, the same lineage."""
    return open_version(version.plan, by=UserFactory(), reason="Une année de vie")


def live_a_year(version: PlanVersion) -> None:
    """A word in each text, a fifth of the actions, some that come, leave and move."""
    texts = list(SectionText.objects.filter(version=version).order_by("pk"))
    for text in texts:
        text.html = (
            text.html.replace("bénévoles", "personnes bénévoles", 9)
            .replace("<p>Offrir", "<p>Soutenir", 2)
            .replace("</ul>", "<li>Et un point de plus.</li></ul>", 1)
        )
    SectionText.objects.bulk_update(texts, ["html"])
    for n, objective in enumerate(Objective.objects.filter(version=version).order_by("pk")):
        actions = list(objective.actions.order_by("rank"))
        first, *others = actions
        first.lead, first.people_to_reach = "Ville", n + 1000
        first.means = first.means.replace("aux familles", "à toutes les familles")
        if n % 5 == 0:
            others[0].rank = 10
        Action.objects.bulk_update(actions, ["lead", "people_to_reach", "means", "rank"])
        Indicator.objects.filter(action=first, rank=2).delete()
        if n % 5 == 1:
            others[1].delete()
            add_action(objective, by=UserFactory(), title=f"Un service neuf {n}", lead="Ville")


WRITTEN = {
    SectionText: ["html"],
    Priority: ["title", "regional_link"],
    Objective: ["title"],
    Action: ["title", "means", "population", "expected_result", "collaborators"],
    Indicator: ["name"],
}


def rewrite_all(version: PlanVersion) -> None:
    """Every sentence of every text, every title and every field."""
    for model, names in WRITTEN.items():
        rows = list(model._default_manager.filter(version=version).order_by("pk"))
        for row in rows:
            for name in names:
                text = getattr(row, name)
                for word in ("Offrir", "avec", "bénévoles", "aux"):
                    text = text.replace(word, f"autre {word}")
                setattr(row, name, text)
        model._default_manager.bulk_update(rows, names, batch_size=500)


def page_of(found: Report) -> list[object]:
    """What the first page of a comparison shows, its words compared."""
    return [entry.as_data() for entry in found.entries[:PER_PAGE]]


@pytest.mark.parametrize("change", [live_a_year, rewrite_all])
def test_comparing_two_large_versions_takes_less_than_twice_their_reading(
    large: PlanVersion, change: Callable[[PlanVersion], None]
) -> None:
    """Also in the worst case, when every sentence changed."""
    version = approved(large)
    following = next_of(version)
    change(following)
    old, new = content_of(version), content_of(following)

    reading = processor_time(lambda: (content_of(version), content_of(following)), 5)
    comparing = processor_time(lambda: compare(old, new), 5)
    telling = processor_time(lambda: page_of(report(old, new)), 5)

    found = compare(old, new)
    assert apply(found, old) == new
    assert len(found.changed) > 100
    if change is live_a_year:
        assert len(found.moved) > 10 and len(found.added) > 10 and len(found.removed) > 10
    else:
        assert len(found.changed) > 1_600 and {one.html for one in old.sections}.isdisjoint(
            one.html for one in new.sections
        )
    assert comparing < 2 * reading, (comparing, reading)
    assert telling < 2 * reading, (telling, reading)


def test_the_pdf_of_a_large_plan_costs_little_more_than_weasyprint_alone(
    large: PlanVersion,
) -> None:
    data = json.loads(json.dumps(publication_data(large)))
    document = Document(
        kind="plan_full",
        title="PARC, version 1",
        code="7KQ4M2XD",
        dated_on=date(2026, 12, 3),
        data=data,
    )
    template = "documents/plan_full.html"
    html = rendering.render_html(document, template)
    fonts, styles = rendering._fonts(), CSS(filename=str(rendering.STYLES))
    pages = len(HTML(string=html).render(stylesheets=[styles], font_config=fonts).pages)

    def alone() -> bytes:
        made: bytes = HTML(string=html).write_pdf(
            stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1"
        )
        return made

    ours = processor_time(lambda: rendering.render_pdf(document, template), 1)
    bare = processor_time(alone, 1)

    assert 140 < pages <= 165, pages
    assert ours < 1.15 * bare, (ours, bare, pages)


def test_the_word_document_of_a_large_plan_costs_less_than_twenty_readings(
    large: PlanVersion,
) -> None:
    """It is made while the person waits."""
    data = publication_data(large)

    reading = processor_time(lambda: publication_data(large), 3)
    writing = processor_time(lambda: word_document(data), 1)

    assert writing < 20 * reading, (writing, reading)
