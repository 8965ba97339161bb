"""What people send is read by an antivirus when one is named; a bomb never opens."""

import socket
import struct
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliances.errors import Refusal
from alliances.services import documents
from alliances.services.documents import check_upload

SIGNATURE = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def receive(connection: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (part := connection.recv(size - len(got))):
        got += part
    return got


def answer(connection: socket.socket) -> None:
    """One conversation of clamd: a command, chunks with their sizes, then a verdict."""
    with connection:
        assert receive(connection, 10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", receive(connection, 4))[0]:
            content += receive(connection, size)
        verdict = b"stream: Eicar-Signature FOUND" if SIGNATURE in content else b"stream: OK"
        connection.sendall(verdict + b"\0")


@pytest.fixture
def clamd(settings: Any) -> Iterator[str]:
    """A socket that speaks clamd's protocol."""
    path = str(Path(mkdtemp()) / "clamd.sock")
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()

    def serve() -> None:
        while True:
            try:
                answer(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    settings.CLAMAV_SOCKET = path
    yield path
    server.close()


def pdf(more: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("lettre.pdf", b"%PDF-1.7\n" + more)


def test_a_clean_file_comes_in(clamd: str) -> None:
    file = pdf(b"x" * 200_000)
    assert check_upload(file) == ("pdf", "application/pdf")
    assert file.tell() == 0


def test_a_virus_stays_out(clamd: str) -> None:
    with pytest.raises(Refusal, match="porte un virus") as refusal:
        check_upload(pdf(b"x" * 70_000 + SIGNATURE))
    assert refusal.value.field == "file"


@pytest.mark.parametrize("address", ["/nulle/part.sock", "localhost:1", "localhost:porte"])
def test_nothing_comes_in_while_the_antivirus_is_silent(address: str, settings: Any) -> None:
    settings.CLAMAV_SOCKET = address
    with pytest.raises(Refusal, match="antivirus ne répond pas"):
        check_upload(pdf())


def test_without_antivirus_the_other_checks_hold(settings: Any) -> None:
    settings.CLAMAV_SOCKET = ""
    assert check_upload(pdf())[0] == "pdf"
    with pytest.raises(Refusal, match="malgré son nom"):
        check_upload(SimpleUploadedFile("lettre.pdf", b"MZ"))


def test_a_bomb_never_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "UNPACKED_MAX", 1_000_000)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>")
        archive.writestr("word/media/image.bin", b"0" * 1_000_000)
    assert len(packed.getvalue()) < 10_000
    with pytest.raises(Refusal, match="prend trop de place"):
        check_upload(SimpleUploadedFile("lettre.docx", packed.getvalue()))
