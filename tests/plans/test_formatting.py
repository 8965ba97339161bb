import pytest

from plans.formatting import clean_html, editable


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            "<p>Un <b>mot</b> et <i>un autre</i></p>",
            "<p>Un <strong>mot</strong> et <em>un autre</em></p>",
        ),
        ("<p onclick='x()' style='color:red'>Texte</p>", "<p>Texte</p>"),
        ("<script>alert(1)</script><p>Texte</p>", "<p>Texte</p>"),
        ("<h1>Titre</h1><div>Texte</div>", "<h3>Titre</h3><p>Texte</p>"),
        ("<p><img src=x onerror=alert(1)>Texte</p>", "<p>Texte</p>"),
        (
            '<p><a href="javascript:alert(1)">ici</a></p>',
            '<p><a rel="noopener noreferrer">ici</a></p>',
        ),
        (
            '<p><a href="https://quebec.ca" target="_blank">ici</a></p>',
            '<p><a href="https://quebec.ca" rel="noopener noreferrer">ici</a></p>',
        ),
        ("<p>Texte</p><p> </p><p>&nbsp;</p><ul><li></li></ul>", "<p>Texte</p>"),
        ("<p><br></p>", ""),
        ("   \n ", ""),
        (
            "Un paragraphe\n\nUn autre\nsur deux lignes",
            "<p>Un paragraphe</p><p>Un autre<br>sur deux lignes</p>",
        ),
        ("Revenu < 20 000 $ & moins", "<p>Revenu &lt; 20 000 $ &amp; moins</p>"),
    ],
)
def test_only_paragraphs_titles_marks_lists_and_links_are_kept(written: str, kept: str) -> None:
    assert clean_html(written) == kept


@pytest.mark.parametrize(
    "html",
    [
        "<p>Un paragraphe</p><p>Un autre<br>sur deux lignes</p>",
        "<p>Revenu &lt; 20 000 $ &amp; moins</p>",
        "<h3>Titre</h3><ul><li>un</li></ul>",
        "",
    ],
)
def test_a_text_edited_without_a_script_comes_back_the_same(html: str) -> None:
    assert clean_html(editable(html)) == html


def test_cleaning_twice_changes_nothing() -> None:
    once = clean_html("<div><b>Gras</b></div><ol><li>un<p>deux</p></li></ol>")

    assert clean_html(once) == once
