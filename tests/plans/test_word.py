"""Reading a Word canvas: how it is cut, where its pieces go, and that no word is lost."""

import io
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.word import words_of
from plans.word.matching import plain

from .word_files import (
    SECTIONS,
    add_link,
    blank,
    document_with,
    placed,
    read,
    remade,
    saved,
    with_body,
    with_french_styles,
)


@pytest.mark.parametrize(
    "heading",
    [
        "1a Structure de gouvernance",
        "1 a) Structure de gouvernance",
        "1.a. STRUCTURE DE GOUVERNANCE",
        "Section 1a – Structure de gouvernance",
        "Structure de gouvernance",
        "structure  de gouvernance :",
        "Structures de gouvernances",
        "1a) Notre gouvernance",
    ],
)
def test_a_heading_finds_its_section(heading: str) -> None:
    assert list(placed(document_with(("Heading 2", heading), ("", "Texte.")))) == ["1a"]


@pytest.mark.parametrize(
    "heading", ["Historique", "1.1 Comité", "5 ans de travail", "7. Autre", "2024-2029", "10"]
)
def test_another_heading_waits_to_be_placed(heading: str) -> None:
    pieces = read(document_with(("Heading 2", heading), ("", "Texte.")))

    assert [(piece.heading, piece.section) for piece in pieces] == [(heading, "")]
    assert pieces[0].html == f"<h3>{heading}</h3><p>Texte.</p>"


def test_accents_do_not_matter() -> None:
    assert plain("ÉTAT de la « Situation » : œuvre") == "etat de la situation oeuvre"


def test_a_letter_alone_is_read_in_its_group() -> None:
    content = document_with(
        ("Heading 1", "1. Fonctionnement"), ("Heading 2", "b. Liens avec les autres plans"),
        ("", "Texte un."), ("Heading 1", "2. État de la situation"),
        ("Heading 2", "c) Nos zones"), ("", "Texte deux."),
    )  # fmt: skip

    assert placed(content) == {
        "1b": "<h3>b. Liens avec les autres plans</h3><p>Texte un.</p>",
        "2c": "<h3>c) Nos zones</h3><p>Texte deux.</p>",
    }


def test_the_title_wins_over_the_code_of_another_canvas() -> None:
    content = document_with(("Heading 1", "2a Structure de gouvernance"), ("", "Texte."))

    assert list(placed(content)) == ["1a"]


def test_french_heading_styles_are_headings() -> None:
    content = with_french_styles(
        (1, "Fonctionnement"), (2, "1a Structure de gouvernance"), (0, "Texte."),
        (3, "Comité directeur"), (0, "Sept membres."),
    )  # fmt: skip

    assert placed(content) == {"1a": "<p>Texte.</p><h3>Comité directeur</h3><p>Sept membres.</p>"}


def test_a_style_based_on_a_heading_is_a_heading() -> None:
    document = blank()
    house = document.styles.add_style("Intertitre maison", 1)
    house.base_style = document.styles["Heading 2"]
    document.add_paragraph("2c Zones de dévitalisation", style="Intertitre maison")
    document.add_paragraph("La Tuque.")

    assert placed(saved(document)) == {"2c": "<p>La Tuque.</p>"}


def test_a_bold_line_that_names_a_section_is_a_heading_and_another_is_text() -> None:
    content = document_with(
        ("gras", "2a Portrait et enjeux"), ("", "Texte."), ("gras", "Important"), ("", "Suite."),
    )  # fmt: skip

    assert placed(content) == {"2a": "<p>Texte.</p><p><strong>Important</strong></p><p>Suite.</p>"}


def test_a_title_inside_a_section_stays_in_it() -> None:
    content = document_with(
        ("Heading 2", "1c Mobilisation et concertation"), ("Heading 3", "Diffusion"), ("", "Ici."),
    )  # fmt: skip

    assert placed(content) == {"1c": "<h3>Diffusion</h3><p>Ici.</p>"}


def test_a_layout_table_is_cut_and_a_data_table_reads_as_a_list() -> None:
    document = blank()
    layout = document.add_table(2, 2)
    for place, text in enumerate(
        ["1a Structure de gouvernance", "La Table.", "2c Zones de dévitalisation", "La Tuque."]
    ):
        layout.cell(place // 2, place % 2).text = text
    document.add_heading("1c Mobilisation et concertation", 2)
    data = document.add_table(2, 2)
    for place, text in enumerate(["Partenaire", "Rôle", "MRC", "Hôte"]):
        data.cell(place // 2, place % 2).text = text

    assert placed(saved(document)) == {
        "1a": "<p>La Table.</p>",
        "2c": "<p>La Tuque.</p>",
        "1c": "<ul><li><strong>Partenaire</strong>&nbsp;: MRC<br><strong>Rôle</strong>&nbsp;: Hôte"
        "</li></ul>",
    }


def test_lists_links_and_bold_stay() -> None:
    document = blank()
    document.add_heading("1a Structure de gouvernance", 1)
    document.add_paragraph("Un", style="List Number")
    document.add_paragraph("Deux", style="List Number")
    add_link(document, "le site", "https://table.example/plan")
    add_link(document, "le piège", "javascript:alert(1)")
    html = placed(saved(document))["1a"]

    assert "<ol><li>Un</li><li>Deux</li></ol>" in html
    assert '<a href="https://table.example/plan" rel="noopener noreferrer">le site</a>' in html
    assert "javascript" not in html
    assert "le piège" in html


def test_pictures_are_counted_and_never_opened() -> None:
    document = blank()
    document.add_heading("1a Structure de gouvernance", 1)
    document.add_paragraph("Organigramme.")
    document.add_picture(io.BytesIO(PNG))
    piece = next(piece for piece in read(saved(document)) if piece.section == "1a")

    assert (piece.images, piece.html) == (1, "<p>Organigramme.</p>")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0000000030001"
    "00a2d5c50000000049454e44ae426082"
)


def test_headers_comments_and_what_the_conversion_leaves_are_pieces() -> None:
    document = blank()
    document.sections[0].header.paragraphs[0].text = "Brouillon interne"
    paragraph = document.add_paragraph("Texte du corps.")
    document.add_comment(paragraph.runs[0], text="À vérifier avec Maude", author="Jo")
    formula = (
        '<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        "<m:r><m:t>indice = 42</m:t></m:r></m:oMath></w:p>"
    )
    pieces = read(with_body(saved(document), formula))
    said = {piece.heading: piece for piece in pieces}

    assert said["En-têtes et pieds de page du fichier"].html == "<p>Brouillon interne</p>"
    assert said["Commentaires du fichier"].html == "<p>À vérifier avec Maude</p>"
    left = said["Passages que la lecture n’a pas su situer"]
    assert (left.html, left.section, left.done) == ("<p>indice = 42</p>", "", False)


def test_what_a_revision_struck_out_is_not_brought_back() -> None:
    struck = (
        '<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>Biffé</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="x"><w:r><w:t>Ajouté</w:t></w:r></w:ins></w:p>'
    )
    pieces = read(with_body(document_with(("", "Corps.")), struck))

    assert [piece.html for piece in pieces] == ["<p>Ajouté</p><p>Corps.</p>"]


def test_a_footnote_stays_with_its_section() -> None:
    notes = (
        b'<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b'<w:footnote w:id="7"><w:p><w:r><w:t>Source : Institut.</w:t></w:r></w:p></w:footnote>'
        b"</w:footnotes>"
    )
    content = with_body(
        document_with(("Heading 1", "10f Diffusion"), ("", "Fin.")),
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>2a Portrait et enjeux</w:t>'
        '</w:r></w:p><w:p><w:r><w:t>Un chiffre</w:t></w:r><w:r><w:footnoteReference w:id="7"/>'
        "</w:r></w:p>",
    )
    content = remade(content, lambda members: members.update({"word/footnotes.xml": notes}))

    assert placed(content)["2a"] == "<p>Un chiffre[1]</p><p>[1] Source : Institut.</p>"


def test_a_title_alone_has_nothing_to_place() -> None:
    pieces = read(document_with(("Heading 1", "Fonctionnement"), ("Heading 2", "1a Gouvernance")))

    assert [(piece.heading, piece.done) for piece in pieces] == [
        ("Fonctionnement", True),
        ("1a Gouvernance", True),
    ]


def test_the_rows_of_an_action_sheet_are_not_sections() -> None:
    document = blank()
    document.add_heading("3 Priorités d’action", 2)
    sheet = document.add_table(2, 2)
    sheet.cell(0, 0).paragraphs[0].add_run("Moyens").bold = True
    sheet.cell(0, 1).text = "Un camion."
    sheet.cell(1, 0).text = "Responsable"
    sheet.cell(1, 1).text = "CDC"

    assert list(placed(saved(document))) == ["3"]


# --- No word is lost

WORD = st.text(
    st.characters(whitelist_categories=("Lu", "Ll", "Nd"), max_codepoint=0x17F)
    | st.sampled_from("’«»&<>()%-:;.,"),
    min_size=1,
    max_size=9,
)
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
HEADING = LINE | st.sampled_from([f"{code} {title}" for code, title, _group in SECTIONS])
BLOCK = st.one_of(
    st.tuples(st.sampled_from(["Heading 1", "Heading 2", "Heading 4", "Title", "gras"]), HEADING),
    st.tuples(st.sampled_from(["", "List Bullet", "List Number", "List Bullet 2", "Quote"]), LINE),
    st.tuples(
        st.just("tableau"),
        st.lists(st.lists(HEADING | st.just(""), min_size=3, max_size=3), min_size=1, max_size=3),
    ),
    st.tuples(st.just("lien"), LINE),
)


def _built(blocks: list[tuple[str, object]]) -> tuple[bytes, Counter[str]]:
    document = blank()
    words: Counter[str] = Counter()
    for style, text in blocks:
        if style == "tableau":
            assert isinstance(text, list)
            table = document.add_table(len(text), 3)
            for row, cells in enumerate(text):
                for column, cell in enumerate(cells):
                    table.cell(row, column).text = cell
                    words.update(cell.split())
            continue
        line = str(text)
        words.update(line.split())
        if style == "lien":
            add_link(document, line, "https://exemple.example/")
            words.update(["Voir"])
        elif style == "gras":
            document.add_paragraph().add_run(line).bold = True
        else:
            document.add_paragraph(line, style=style or None)
    return saved(document), words


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCK, min_size=1, max_size=10))
def test_every_word_of_the_document_is_in_some_piece(blocks: list[tuple[str, object]]) -> None:
    content, words = _built(blocks)
    held: Counter[str] = Counter()

    pieces = read(content)
    for piece in pieces:
        held.update(words_of(piece.html))
        if piece.is_exact or not piece.html:
            held.update(piece.heading.split())

    assert "Passages que la lecture n’a pas su situer" not in {one.heading for one in pieces}
    assert not words - held
