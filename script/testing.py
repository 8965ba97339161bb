"""``python -m script.testing COMMAND…`` : runs a command with services of its own.

The command finds their addresses in ``DATABASE_URL`` (the owner, who may create databases) and
``REDIS_URL``; an address that is already there is kept. Nothing of them is left at the end.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from script.postgres import embedded_postgres
from script.processes import Interrupted, StackError, die_with_parent, pause, stop_request
from script.stack import CHECKOUT
from script.valkey import embedded_valkey


def start_missing_services(folder: Path, stops: ExitStack) -> dict[str, str]:
    """Starts what the environment does not name; returns the addresses to add to it."""
    addresses = {}
    if "DATABASE_URL" not in os.environ:
        cluster = stops.enter_context(embedded_postgres(folder / "postgres", durable=False))
        addresses["DATABASE_URL"] = cluster.owner_url
    if "REDIS_URL" not in os.environ:
        broker = stops.enter_context(embedded_valkey(log=folder / "valkey.log"))
        addresses["REDIS_URL"] = broker.url
    return addresses


def run_with_services(command: list[str], folder: Path) -> int:
    with ExitStack() as stops:
        env = os.environ | start_missing_services(folder, stops)
        # In our own group: the terminal's Ctrl-C reaches the tests as it always does.
        prefix = die_with_parent(signal.SIGTERM)
        process = subprocess.Popen([*prefix, *command], env=env, cwd=CHECKOUT)
        try:
            while process.poll() is None:
                pause()
        finally:
            process.terminate()
            code = process.wait()
        return code


def main(command: list[str]) -> int:
    stop_request.listen()
    with tempfile.TemporaryDirectory(prefix="alliances-tests-") as folder:
        try:
            return run_with_services(command, Path(folder))
        except StackError as error:
            error.tell()
            return 1
        except Interrupted as error:
            return 128 + error.signum


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
