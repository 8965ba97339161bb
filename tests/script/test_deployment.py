import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from script import probe

CHECKOUT = Path(__file__).resolve().parents[2]
SETTINGS = CHECKOUT / "alliances" / "config" / "settings"
# The demo and the tests set these for themselves; production never reads them.
NOT_IN_COMPOSE = {"MAIL_DIR", "MFA_REQUIRED", "STATIC_ROOT", "MEDIA_ROOT"}


def variables_read() -> set[str]:
    text = "".join(file.read_text() for file in SETTINGS.glob("*.py"))
    return set(re.findall(r'(?:env|flag)\(\s*"([A-Z_]+)"', text))


def test_the_readme_lists_the_variables_that_are_read_and_no_other() -> None:
    section = (CHECKOUT / "README.md").read_text().split("## Configurer")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([A-Z_]+)`", "".join(rows))) == variables_read()


def test_compose_passes_every_variable_that_production_reads() -> None:
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    missing = {name for name in variables_read() - NOT_IN_COMPOSE if f"{name}:" not in compose}
    assert missing == set()


def test_the_model_of_env_names_every_secret_compose_demands() -> None:
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    model = (CHECKOUT / "docs" / "deploiement" / "exemple.env").read_text()
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?\}", compose))
    assert demanded <= set(re.findall(r"^([A-Z_]+)=", model, re.MULTILINE))


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Answers /sante/ to portail.example only, as the production settings do."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Host"] == "portail.example" and self.path == "/sante/"
            self.send_response(200 if known else 400)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_probe_asks_under_the_name_of_the_portal(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "portail.example,autre.example")
    assert probe.is_alive(server.server_port)
    monkeypatch.setenv("ALLOWED_HOSTS", "autre.example")
    assert not probe.is_alive(server.server_port)


def test_the_probe_says_no_when_nothing_listens() -> None:
    assert not probe.is_alive(1)
