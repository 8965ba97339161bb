"""Zero and one are singular in French; only one is in English."""

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import ngettext, ngettext_lazy
from django_cotton.compiler_regex import CottonCompiler

COUNTED = Template(
    "{% blocktranslate count n=n %}{{ n }} jalon{% plural %}{{ n }} jalons{% endblocktranslate %}"
)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 jalon"), (1, "1 jalon"), (2, "2 jalons"), (30, "30 jalons")]
)
def test_french_counts_from_two(number: int, words: str) -> None:
    with translation.override("fr"):
        assert ngettext("%(n)s jalon", "%(n)s jalons", number) % {"n": number} == words
        assert ngettext_lazy("%(n)s jalon", "%(n)s jalons", "n") % {"n": number} == words
        assert COUNTED.render(Context({"n": number})) == words


def test_english_says_zero_in_the_plural() -> None:
    with translation.override("en"):
        said = ngettext("%(n)s versement.", "%(n)s versements.", 0)
        assert said == ngettext("%(n)s versement.", "%(n)s versements.", 2)
        assert said != ngettext("%(n)s versement.", "%(n)s versements.", 1)


@pytest.mark.parametrize(
    ("rows", "size", "words"),
    [(1, 25, "1 projet"), (2, 25, "2 projets"), (30, 25, "1 à 25 sur 30 projets")],
)
def test_a_list_says_how_many_it_holds(
    rows: int, size: int, words: str, rf: RequestFactory
) -> None:
    source = '<c-pagination :page="page" singular="projet" label="projets" />'
    context = RequestContext(rf.get("/"), {"page": Paginator(range(rows), size).page(1)})
    said = Template(CottonCompiler().process(source)).render(context)
    assert f">{words}<" in said.replace("\n", "")
