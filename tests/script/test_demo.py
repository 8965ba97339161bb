"""The whole demo, as the README tells it: one start, one sign-in, one restart, nothing left."""

import signal
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from script.launcher import ACCOUNTS, PASSWORD
from tests.browser.conftest import ARGUMENTS, free_port

pytestmark = pytest.mark.browser

CHECKOUT = Path(__file__).resolve().parents[2]


def start(mark, port: int, data: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """Starts the demo and returns what it said, up to its last line."""
    command = [str(CHECKOUT / "script" / "demo"), "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, env=mark.env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if line.startswith("Prêt"):
            break
    return process, said


def stop(process: subprocess.Popen[str], signum: signal.Signals) -> str:
    process.send_signal(signum)
    rest, _ = process.communicate(timeout=60)
    return rest


def sign_in(port: int, address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"http://localhost:{port}/")
        page.fill("input[name=login]", address)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "connexion" not in page.url
        browser.close()


def test_the_demo_starts_keeps_its_data_and_leaves_nothing(mark, tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "demo"

    process, said = start(mark, port, data)
    try:
        assert said[-1:] == [f"Prêt : http://localhost:{port}/"]
        assert all(address in "".join(said) for group in ACCOUNTS.values() for address in group)
        sign_in(port, "direction@mauricie.example")
    finally:
        after = stop(process, signal.SIGTERM)
    assert after == ""
    assert mark.processes() == []

    process, said = start(mark, port, data)
    try:
        assert said[-1:] == [f"Prêt : http://localhost:{port}/"]
        assert not any(line.startswith(("Préparation", "Chargement")) for line in said)
        sign_in(port, "direction@mauricie.example")
    finally:
        stop(process, signal.SIGINT)
    assert mark.processes() == []


def test_a_stop_during_the_first_start_leaves_nothing(mark, tmp_path: Path) -> None:
    command = [str(CHECKOUT / "script" / "demo"), "--port", str(free_port())]
    command += ["--data", str(tmp_path / "demo")]
    process = subprocess.Popen(command, env=mark.env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "Préparation" in process.stdout.readline()
    stop(process, signal.SIGTERM)
    assert process.returncode != 0
    assert mark.processes() == []
