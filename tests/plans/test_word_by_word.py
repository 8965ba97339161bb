"""Two texts, word by word: what a person reads struck or underlined, and nothing lost."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alliances.formatting import clean_html
from plans.word_by_word import Change, Pair, marked_line, pairs


def without(html: str, *names: str) -> str:
    return re.sub(rf"</?(?:{'|'.join(names)})>", "", html)


def kept_words(html: str) -> str:
    """What neither left nor came, without tags nor spaces."""
    kept = re.sub(r"<(del|ins)>.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"<[^>]*>|\s|&nbsp;", "", kept)


def only(before: str, after: str) -> Pair:
    (pair,) = pairs(before, after)
    return pair


def test_a_sentence_shows_only_the_words_that_changed():
    pair = only(
        "<p>Le comité régional retient deux priorités. Elles font consensus.</p>",
        "<p>Le comité régional retient trois priorités. Elles font consensus.</p>",
    )

    assert "retient <del>deux</del> priorités" in pair.before
    assert "retient <ins>trois</ins> priorités" in pair.after
    assert pair.change == Change.CHANGED


def test_a_crumb_between_two_changes_is_not_left_alone():
    pair = only(
        "<p>Le comité régional a fait consensus le 3 février 2026.</p>",
        "<p>Le comité régional a fait consensus le 28 octobre 2026, avec trois personnes.</p>",
    )

    assert "le <del>3 février 2026</del>." in pair.before
    assert "le <ins>28 octobre 2026, avec trois personnes</ins>." in pair.after


def test_an_added_paragraph_leaves_the_others_in_peace():
    found = pairs(
        "<p>Un texte assez long pour être reconnu.</p><p>La fin.</p>",
        "<p>Un texte assez long pour être reconnu.</p><p>Nouveau.</p><p>La fin.</p>",
    )

    assert [one.change for one in found] == [Change.SAME, Change.ADDED, Change.SAME]
    assert found[1] == Pair("", "<p><ins>Nouveau.</ins></p>", Change.ADDED)


def test_a_list_stays_a_list():
    pair = only(
        "<ul><li>Transport offert</li><li>Repas</li></ul>",
        "<ul><li>Transport remboursé</li><li>Repas</li><li>Garde d’enfants</li></ul>",
    )

    assert pair.before == "<ul><li>Transport <del>offert</del></li><li>Repas</li></ul>"
    assert pair.after == (
        "<ul><li>Transport <ins>remboursé</ins></li><li>Repas</li>"
        "<li><ins>Garde d’enfants</ins></li></ul>"
    )


def test_marks_never_cross_a_tag():
    pair = only(
        "<p>Un mot <strong>très important</strong> ici même.</p>",
        "<p>Un mot <strong>peu</strong> utile <em>ici</em> même.</p>",
    )

    assert "<strong><del>très important</del></strong>" in pair.before
    assert "<em><ins>ici</ins></em>" in pair.after


def test_words_put_in_bold_are_shown():
    pair = only("<p>Un mot important ici.</p>", "<p>Un mot <strong>important</strong> ici.</p>")

    assert pair.before == "<p>Un mot <del>important</del> ici.</p>"
    assert pair.after == "<p>Un mot <strong><ins>important</ins></strong> ici.</p>"


def test_a_link_that_leads_elsewhere_is_shown():
    pair = only(
        '<p>Le <a href="https://a.example">portrait</a>.</p>',
        '<p>Le <a href="https://b.example">portrait</a>.</p>',
    )

    assert "<del>portrait</del>" in pair.before
    assert "<ins>portrait</ins>" in pair.after


def test_a_space_that_no_longer_breaks_is_a_matter_of_presentation():
    assert only("<p>Un mot : ici.</p>", "<p>Un mot&nbsp;: ici.</p>").change == Change.FORMAT


def test_plain_text_is_never_markup():
    before, after = marked_line("Un <b>mot</b>\net deux", "Un <b>mot</b>\net trois")

    assert before == "Un &lt;b&gt;mot&lt;/b&gt;<br>et <del>deux</del>"
    assert after == "Un &lt;b&gt;mot&lt;/b&gt;<br>et <ins>trois</ins>"


@pytest.mark.parametrize(("before", "after"), [("", "<p>A</p>"), ("<p>A</p>", ""), ("", "")])
def test_nothing_on_one_side_is_no_error(before: str, after: str):
    assert len(pairs(before, after)) == bool(before or after)


class Balance(HTMLParser):
    """Fails on a tag that closes another."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


BITS = st.lists(
    st.sampled_from(
        ["<p>un deux</p>", "<p>un deux trois</p>", "<p>un <strong>deux</strong> &amp; 1 200</p>",
         "<ul><li>un</li><li>deux</li></ul>", "<ul><li>un <em>deux</em></li></ul>", "mot seul ",
         "<h3>un</h3>", "<ol><li><p>un</p><ul><li>deux<br>trois</li></ul></li></ol>", "\n"]
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(BITS, BITS)
def test_each_side_keeps_its_text_and_its_tags(old: list[str], new: list[str]):
    before, after = clean_html("".join(old)), clean_html("".join(new))

    found = pairs(before, after)

    assert without("".join(one.before for one in found), "del") == before
    assert without("".join(one.after for one in found), "ins") == after
    for one in found:
        for side in (one.before, one.after):
            parser = Balance()
            parser.feed(side)
            assert parser.open == []
        assert kept_words(one.before) == kept_words(one.after) or not (one.before and one.after)
