"""Who may read the files on the disk: anybody the static ones, only the portal the others."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from alliances.config.settings import base


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The static files as a deployment collects them."""
    settings.STORAGES = base.STORAGES
    settings.STATIC_ROOT = str(tmp_path / "static")
    before = os.umask(0o022)
    try:
        call_command("collectstatic", "--no-input", verbosity=0)
    finally:
        os.umask(before)
    yield tmp_path / "static"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_another_account_can_serve_the_static_files(collected: Path) -> None:
    found = [path for path in collected.rglob("*") if path.is_file()]
    assert {path.suffix for path in found} >= {".css", ".js", ".svg", ".gz", ".json"}
    assert {mode(path) for path in found} == {0o644}
    assert {mode(path) for path in collected.rglob("*") if path.is_dir()} == {0o755}


def test_only_the_portal_reads_what_people_deposit(settings: Any) -> None:
    settings.STORAGES = base.STORAGES
    name = default_storage.save("depots/2026/plan.pdf", ContentFile(b"%PDF-"))
    path = Path(default_storage.path(name))
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
