"""Hostile Word files: what is refused, what is never opened."""

import io
import re
import zipfile

import pytest

from alliances.errors import Refusal
from plans.word import archive as archive_module
from plans.word import open_parts, pieces_of

from .word_files import (
    document_with,
    outline,
    read,
    remade,
    with_body,
)


def sound() -> bytes:
    return document_with(("Heading 1", "1a Structure de gouvernance"), ("", "Texte."))


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read(content)
    assert refusal.value.field == "file"
    return str(refusal.value)


def test_bytes_that_are_not_an_archive_are_refused() -> None:
    assert "abîmé" in refused(b"PK\x03\x04 rien de tel")


def test_an_archive_that_is_not_a_document_is_refused() -> None:
    content = remade(sound(), lambda members: members.pop("word/document.xml"))

    assert "n’est pas un document Word" in refused(content)


def test_a_truncated_file_is_refused() -> None:
    content = sound()

    assert "abîmé" in refused(content[: len(content) // 2])


def test_a_bomb_is_refused_from_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    content = remade(sound(), lambda members: members.update({"word/media/x.bmp": bytes(8 << 20)}))
    opened: list[object] = []
    monkeypatch.setattr(archive_module, "_read_bounded", lambda *args: opened.append(args))

    assert "démesuré" in refused(content)
    assert not opened


def test_a_bomb_that_lies_about_its_size_is_stopped_while_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive_module, "MAX_XML", 200_000)
    padding = b"<!--" + b" " * 400_000 + b"-->"
    content = remade(
        sound(),
        lambda members: members.update(
            {"word/document.xml": members["word/document.xml"] + padding}
        ),
    )

    assert "démesuré" in refused(content)


def test_a_size_that_lies_is_refused() -> None:
    content = bytearray(sound())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        name = archive.getinfo("word/document.xml").filename.encode()
    entry = content.rindex(name) - 46
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")

    assert "abîmé" in refused(bytes(content))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "https://ailleurs.example/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
def test_a_document_type_is_refused(declaration: str, encoding: str, part: str) -> None:
    def put(members: dict[str, bytes]) -> None:
        text = re.sub(r"<\?xml.*?\?>", "", members[part].decode())
        members[part] = f'<?xml version="1.0" encoding="{encoding}"?>{declaration}{text}'.encode(
            encoding
        )

    assert "définitions XML" in refused(remade(sound(), put))


@pytest.mark.parametrize("depth", [100, 50_000])
def test_endless_nesting_is_refused(depth: int) -> None:
    nested = "<w:r>" * depth + "</w:r>" * depth

    assert "démesuré" in refused(with_body(sound(), f"<w:p>{nested}</w:p>"))


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_ELEMENTS", 2000)

    assert "démesuré" in refused(with_body(sound(), "<w:p/>" * 3000))


def test_too_many_members_are_refused() -> None:
    content = remade(sound(), lambda members: members.update({f"x/{n}": b"" for n in range(2100)}))

    assert "démesuré" in refused(content)


def test_macros_are_refused_by_content() -> None:
    renamed = remade(sound(), lambda members: members.update({"word/vbaProject.bin": b"x"}))

    def declare(members: dict[str, bytes]) -> None:
        members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
            b"wordprocessingml.document.main", b"ms-word.document.macroEnabled.main"
        )

    assert "macros" in refused(renamed)
    assert "macros" in refused(remade(sound(), declare))


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(sound())
    for match in re.finditer(rb"PK\x01\x02", bytes(content)):
        content[match.start() + 8] |= 1

    assert "mot de passe" in refused(bytes(content))


def test_two_members_of_one_name_are_refused() -> None:
    buffer = io.BytesIO(sound())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("word/document.xml", b"<autre/>")

    assert "abîmé" in refused(buffer.getvalue())


def test_nothing_outside_the_file_is_reached_and_joined_files_stay_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside = (
        b'<Relationship Id="rIdX" TargetMode="External" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/image" Target="https://ailleurs.example/x.png"/>'
    )

    def put(members: dict[str, bytes]) -> None:
        rels = "word/_rels/document.xml.rels"
        members[rels] = members[rels].replace(b"</Relationships>", outside + b"</Relationships>")
        members["word/embeddings/autre.docx"] = sound()

    picture = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/'
        '2006/wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/'
        'drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.'
        'org/drawingml/2006/picture"><pic:blipFill><a:blip r:link="rIdX" xmlns:r="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("réseau"))
    content = remade(with_body(sound(), picture), put)
    parts = open_parts(content)

    assert parts.shut == ["word/embeddings/autre.docx"]
    assert "word/embeddings/autre.docx" not in parts.xml
    assert sum(piece.images for piece in pieces_of(parts, outline())) == 1


def test_a_document_without_a_word_is_refused() -> None:
    assert "aucun texte" in refused(document_with(("", "")))


def test_the_main_part_cannot_be_elsewhere() -> None:
    """What the relations name is read only among the parts that were checked."""

    def put(members: dict[str, bytes]) -> None:
        members["_rels/.rels"] = members["_rels/.rels"].replace(
            b"word/document.xml", b"word/media/evil.bin"
        )
        members["word/media/evil.bin"] = b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'

    assert [piece.html for piece in read(remade(sound(), put))] == ["<p>Texte.</p>"]
