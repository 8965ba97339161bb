"""What the tests of the commands share: processes found again by a mark in their environment."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


class Mark:
    """A word that every process started by the test, and their children, carry.

    It stands in their environment, and in the temporary folder they are given because a server
    that writes its title over its environment still shows its socket there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def env(self) -> dict[str, str]:
        given = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in given}
        return {**kept, "TMPDIR": str(self.folder)}

    def processes(self) -> list[str]:
        """The command lines of the living processes that carry the mark."""
        wanted, found = str(self.folder).encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                if wanted in command or wanted in (process / "environ").read_bytes():
                    found.append(command.replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found


@pytest.fixture
def mark() -> Iterator[Mark]:
    with tempfile.TemporaryDirectory(prefix="mark-") as folder:
        yield Mark(Path(folder))


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Asks again for ten seconds at most."""

    def ask(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 10
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    return ask
