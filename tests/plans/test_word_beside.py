"""What a Word file holds beside its text: read, or listed by its name; nothing dropped."""

from plans.word import Piece, open_parts, pieces_of
from plans.word.reading import MAX_INSERTED

from .word_files import document_with, outline, read, remade, with_body

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
    '<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Comité </a:t></a:r><a:r><a:t>directeur</a:t></a:r>'
    '</a:p></dgm:t></dgm:pt><dgm:pt modelId="2"><dgm:t><a:p><a:r><a:t>Comités locaux</a:t></a:r>'
    "</a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
)
CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:title><a:p><a:r>'
    "<a:t>Ménages aidés</a:t></a:r></a:p></c:title><c:ser><c:tx><c:pt><c:v>Mauricie</c:v></c:pt>"
    "</c:tx><c:cat><c:pt><c:v>2024</c:v></c:pt><c:pt><c:v>2025</c:v></c:pt></c:cat><c:val><c:pt>"
    "<c:v>120</c:v></c:pt><c:pt><c:v>140</c:v></c:pt></c:val></c:ser></c:chartSpace>"
)


def sound() -> bytes:
    return document_with(("Heading 1", "1a Structure de gouvernance"), ("", "Texte."))


def with_parts(**parts: bytes) -> bytes:
    """The sound document with more members; « __ » is a slash, the last « _ » a point."""
    named = {}
    for key, content in parts.items():
        path, extension = key.replace("__", "/").rsplit("_", 1)
        named[f"word/{path}.{extension}"] = content
    return remade(sound(), lambda members: members.update(named))


def inserting(*files: tuple[str, bytes]) -> bytes:
    """A document that shows ``files`` as its own text (altChunk)."""

    def put(members: dict[str, bytes]) -> None:
        relations = ""
        for n, (name, content) in enumerate(files):
            members[f"word/{name}"] = content
            relations += f'<Relationship Id="chunk{n}" Type="{RELATION}" Target="{name}"/>'
        rels = "word/_rels/document.xml.rels"
        members[rels] = members[rels].replace(
            b"</Relationships>", f"{relations}</Relationships>".encode()
        )

    return remade(sound(), put)


def by_heading(content: bytes) -> dict[str, Piece]:
    return {piece.heading: piece for piece in read(content)}


def test_the_words_of_a_smartart_wait_for_their_section() -> None:
    piece = by_heading(with_parts(diagrams__data1_xml=DIAGRAM.encode()))[
        "Schémas du fichier (SmartArt)"
    ]

    assert piece.html == "<p>Comité directeur</p><p>Comités locaux</p>"
    assert (piece.section, piece.done) == ("", False)


def test_a_chart_is_read_series_by_series() -> None:
    piece = by_heading(with_parts(charts__chart1_xml=CHART.encode()))["Graphiques du fichier"]

    assert piece.html.replace("\u00a0", " ").replace("&nbsp;", " ") == (
        "<p>Ménages aidés</p><p>Mauricie : 2024 120; 2025 140</p>"
    )


def test_a_page_inserted_is_read_and_cleaned() -> None:
    page = (
        "<html><head><title>Document1</title></head><body><h1>Portrait</h1>"
        "<script>alert(1)</script><p onclick=x>Un <b>fait</b></p>"
        "<table><tr><td>Un</td><td>deux</td></tr></table></body></html>"
    )

    piece = by_heading(inserting(("afchunk1.htm", page.encode())))["Contenu inséré : afchunk1.htm"]

    assert "<h3>Portrait</h3><p>Un <strong>fait</strong></p>" in piece.html
    assert "Un deux" in piece.html
    assert "alert" not in piece.html and "Document1" not in piece.html


def test_a_page_in_another_alphabet_of_bytes_keeps_its_accents() -> None:
    page = '<meta charset="windows-1252"><p>Équité</p>'.encode("cp1252")

    assert "Équité" in by_heading(inserting(("a.html", page)))["Contenu inséré : a.html"].html


def test_a_page_saved_whole_gives_its_text() -> None:
    message = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<p>R=C3=A9pit</p>\n--x\nContent-Type: image/png\n\nxxxx\n--x--\n"
    )

    piece = by_heading(inserting(("afchunk.mht", message.encode())))["Contenu inséré : afchunk.mht"]
    assert piece.html == "<p>Répit</p>"


def test_plain_text_inserted_is_text() -> None:
    piece = by_heading(inserting(("note.txt", b"Deux < trois")))

    assert piece["Contenu inséré : note.txt"].html == "<p>Deux &lt; trois</p>"


def test_a_document_inserted_finds_its_sections() -> None:
    inner = document_with(
        ("", "Sans titre."), ("Heading 1", "10f Diffusion"), ("", "Une infolettre.")
    )

    found = by_heading(inserting(("partie.docx", inner)))

    assert found["10f Diffusion"].section == "10f"
    assert found["10f Diffusion"].html == "<p>Une infolettre.</p>"
    assert found["Contenu inséré : partie.docx"].html == "<p>Sans titre.</p>"


def test_what_is_not_read_is_listed_by_its_name() -> None:
    def join(members: dict[str, bytes]) -> None:
        members["word/embeddings/budget.xlsx"] = b"PK"

    files = [("suite.rtf", b"{\\rtf1 x}"), ("faux.docx", b"pas un document")]
    piece = by_heading(remade(inserting(*files), join))["Contenu non lu"]

    for name in ("suite.rtf", "faux.docx", "budget.xlsx"):
        assert name in piece.html
    assert (piece.section, piece.done) == ("-", False)


def test_a_bomb_inserted_stays_shut_and_is_listed() -> None:
    bomb = remade(sound(), lambda members: members.update({"word/x.bmp": bytes(8 << 20)}))

    assert "bombe.docx" in by_heading(inserting(("bombe.docx", bomb)))["Contenu non lu"].html


def test_documents_inserted_one_in_the_other_stop_at_the_first() -> None:
    inner = inserting(("fond.txt", b"Tout au fond."))

    pieces = read(inserting(("milieu.docx", inner)))

    assert any("fond.txt" in piece.html for piece in pieces)
    assert not any("Tout au fond" in piece.html for piece in pieces)


def test_past_a_number_inserted_files_are_listed() -> None:
    files = [(f"f{n}.txt", b"Un mot.") for n in range(MAX_INSERTED + 1)]

    assert f"f{MAX_INSERTED}.txt" in by_heading(inserting(*files))["Contenu non lu"].html


def test_what_is_inserted_from_outside_the_file_is_never_reached() -> None:
    def put(members: dict[str, bytes]) -> None:
        rels = "word/_rels/document.xml.rels"
        outside = (
            f'<Relationship Id="a" Type="{RELATION}" TargetMode="External" Target="https://x.example"/>'
            f'<Relationship Id="b" Type="{RELATION}" Target="../../etc/passwd"/></Relationships>'
        )
        members[rels] = members[rels].replace(b"</Relationships>", outside.encode())

    assert open_parts(remade(sound(), put)).inserted == {}


def test_a_box_drawn_in_one_way_only_is_not_lost() -> None:
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-'
        'compatibility/2006"><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>Dans la boîte'
        "</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback/></mc:AlternateContent></w:r>"
        '</w:p><w:p><w:r><w:pict><v:textpath xmlns:v="urn:schemas-microsoft-com:vml"'
        ' string="En arche"/></w:pict></w:r></w:p>'
    )

    left = by_heading(with_body(sound(), box))["Passages que la lecture n’a pas su situer"].html

    assert "Dans la boîte" in left
    assert "En arche" in left


def test_a_note_that_nothing_calls_is_not_lost() -> None:
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:id="9"><w:p><w:r><w:t>Source oubliée.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )

    pieces = pieces_of(open_parts(with_parts(footnotes_xml=notes.encode())), outline())

    assert any("Source oubliée." in piece.html for piece in pieces)
