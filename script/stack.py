"""The portal's own processes: web server and worker, for the demo and the browser tests."""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from script.processes import Child, StackError, pause, run, start

CHECKOUT = Path(__file__).resolve().parents[1]
READY_SECONDS = 180.0


def manage(*arguments: str, env: Mapping[str, str], log: Path) -> None:
    """Runs one of ``manage.py``'s commands to its end."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    run(arguments[0], command, env=env, log=log)


def start_web(env: Mapping[str, str], *, port: int, logs: Path) -> Child:
    command = [sys.executable, "-m", "gunicorn", "alliances.config.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "4"]
    command += ["--graceful-timeout", "5", "--no-control-socket"]
    return start("Le serveur web", command, env=env, log=logs / "web.log", cwd=CHECKOUT)


def start_worker(env: Mapping[str, str], *, data: Path, logs: Path) -> Child:
    """One process for the worker and its periodic tasks: right for a single machine."""
    command = [sys.executable, "-m", "celery", "-A", "alliances.config.celery", "worker"]
    command += ["-B", "--schedule", str(data / "periodic-tasks"), "-P", "threads", "-c", "2"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return start("L’ouvrier", command, env=env, log=logs / "worker.log", cwd=CHECKOUT)


@dataclass
class Stack:
    """A running portal; a test may kill its worker and start another."""

    url: str
    web: Child
    worker: Child

    @property
    def children(self) -> list[Child]:
        return [self.web, self.worker]


def is_ready(url: str) -> bool:
    """Every part answers; the documents of the story may still be in the making."""
    # Whatever proxy the environment names, this address is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/sante/pret/", timeout=5) as answer:
            return bool(answer.status == 200)
    except HTTPError as answer:
        parts = json.load(answer)
        return {name for name, state in parts.items() if state == "ko"} == {"etat", "documents"}
    except OSError:
        return False


def refuse_ended(children: list[Child]) -> None:
    """Names the first process that stopped by itself."""
    for child in children:
        if child.has_ended:
            raise StackError(f"{child.name} s’est arrêté de façon imprévue.", log=child.log)


def wait_until_ready(url: str, children: list[Child]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(url):
        refuse_ended(children)
        if time.monotonic() > deadline:
            raise StackError(
                f"Le portail ne répond pas « prêt » après {READY_SECONDS:.0f} secondes.",
                log=children[0].log,
            )
        pause(0.1)


@contextmanager
def run_stack(env: Mapping[str, str], *, port: int, data: Path, logs: Path) -> Iterator[Stack]:
    """Web server and worker on ``port``, ready to answer; both stopped at the end.

    ``env`` holds everything the settings read; ``data`` keeps the dates of the periodic tasks.
    """
    url = f"http://localhost:{port}"
    with ExitStack() as stops:
        web = start_web(env, port=port, logs=logs)
        stops.callback(web.stop)
        worker = start_worker(env, data=data, logs=logs)
        stack = Stack(url, web, worker)
        # Looks the worker up at the end: a test may have put another in its place.
        stops.callback(lambda: stack.worker.stop())
        wait_until_ready(f"http://127.0.0.1:{port}", stack.children)
        yield stack
