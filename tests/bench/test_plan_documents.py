"""A plan with 20 priorities, 100 objectives, 500 actions, 1 000 indicators and long texts.

Its PDF beside WeasyPrint alone on the same HTML; its comparison beside the reading of both sides.
The processor's time, so that a busy machine changes nothing. Ratios in one run.
"""

import gc
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from weasyprint import CSS, HTML

from alliances import rendering
from alliances.models import Document
from plans.changes import report
from plans.comparison import apply, compare
from plans.models import PlanVersion, SectionText
from plans.publication import publication_data
from plans.selectors.content import PlanContent, as_data, content_of, from_data
from plans.word_document import word_document
from tests.factories import person
from tests.plans.factories import draft_version

from .test_plan_editor import fill, words

pytestmark = pytest.mark.django_db


def long_text(number: int) -> str:
    """A few pages: titles, paragraphs, lists."""
    parts = [
        f"<h3>Partie {part}</h3><p>{words(number * 7 + part, many=5)}</p>"
        f"<p>{words(number * 11 + part, many=4)}</p>"
        f"<ul><li>{words(part, many=1)}</li><li>{words(part + 1, many=1)}</li></ul>"
        for part in range(8)
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


def edited(content: PlanContent) -> PlanContent:
    """What a year of life does to a plan: a word in each text, a fifth of the actions, some that
    come, leave and move. Nothing is shared with ``content``, as when both are read."""
    new = from_data(json.loads(json.dumps(as_data(content))))
    sections = [
        replace(
            one,
            html=one.html.replace("bénévoles", "personnes bénévoles", 9)
            .replace("<p>Offrir", "<p>Soutenir", 2)
            .replace("</ul>", "<li>Et un point de plus.</li></ul>", 1),
        )
        for one in new.sections
    ]
    for p, priority in enumerate(new.priorities):
        for o, objective in enumerate(priority.objectives):
            actions = objective.actions
            actions[0] = replace(
                actions[0],
                lead="Ville",
                people_to_reach=p * 10 + o + 1000,
                means=actions[0].means.replace("aux familles", "à toutes les familles"),
                indicators=actions[0].indicators[:1],
            )
            if o == 0:
                actions.append(actions.pop(1))
            if o == 1:
                actions.append(replace(actions.pop(2), lineage=f"nouvelle-{p}"))
    return replace(new, sections=sections)


def test_comparing_two_large_versions_takes_less_than_twice_their_reading(
    large: PlanVersion,
) -> None:
    old = content_of(large)
    new = edited(old)

    reading = processor_time(lambda: (content_of(large), content_of(large)), 5)
    comparing = processor_time(lambda: compare(old, new), 5)
    telling = processor_time(lambda: report(old, new), 5)

    found = compare(old, new)
    assert apply(found, old) == new
    assert len(found.changed) > 100 and len(found.moved) > 10 and len(found.added) > 10
    assert comparing < 2 * reading, (comparing, reading)
    assert telling < 2 * reading, (telling, reading)


def test_two_versions_rewritten_from_end_to_end_compare_in_less_than_four_readings(
    large: PlanVersion,
) -> None:
    """The worst case: every sentence of every text and every title changed."""
    old = content_of(large)
    text = json.dumps(as_data(old))
    for word in ("Offrir", "avec", "bénévoles", "aux"):
        text = text.replace(word, f"autre {word}")
    new = from_data(json.loads(text))

    reading = processor_time(lambda: (content_of(large), content_of(large)), 5)

    comparing = processor_time(lambda: compare(old, new), 3)

    assert comparing < 4 * reading, (comparing, reading)


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

    assert pages > 120
    assert ours < 1.15 * bare, (ours, bare, pages)


def test_the_word_document_of_a_large_plan_costs_less_than_twenty_readings(
    large: PlanVersion,
) -> None:
    """It is made while the person waits."""
    data = publication_data(large)

    reading = processor_time(lambda: publication_data(large), 3)
    writing = processor_time(lambda: word_document(data), 1)

    assert writing < 20 * reading, (writing, reading)
