"""The antivirus that reads what people send: clamd, by its own protocol, when it is configured.

``CLAMAV_SOCKET`` is the path of its socket, or « host:port ». Not configured, nothing is asked;
configured and silent, no file comes in.
"""

import socket
import struct
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from alliances.errors import Refusal

CHUNK = 64 * 1024
SECONDS = 30


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(SECONDS)
        found.connect(address)
        return found
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _answer(file: IO[bytes], address: str) -> str:
    """What clamd says of a file: « stream: OK », « stream: Eicar-Signature FOUND »."""
    file.seek(0)
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        said = b""
        while not said.endswith(b"\0") and (part := connection.recv(4096)):
            said += part
    file.seek(0)
    return said.rstrip(b"\0").decode(errors="replace").strip()


def check_clean(file: IO[bytes]) -> None:
    """Refuses a file that carries a virus, and any file while the antivirus does not answer."""
    address = settings.CLAMAV_SOCKET
    if not address:
        return
    try:
        said = _answer(file, address)
    except (OSError, ValueError):
        said = ""
    if said.endswith("FOUND"):
        raise Refusal(_("Ce fichier porte un virus : il n’est pas gardé."), field="file")
    if not said.endswith("OK"):
        raise Refusal(
            _("L’antivirus ne répond pas. Réessayez dans quelques minutes."), field="file"
        )
