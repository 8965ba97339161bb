"""Child processes that are waited for, told to stop, and never outlive this one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

STEP_SECONDS = 0.05
STOP_SECONDS = 10.0
TAIL_LINES = 15


class StackError(Exception):
    """What could not be done, in one French sentence; ``log`` tells more when there is one."""

    def __init__(self, sentence: str, *, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log

    def tell(self) -> None:
        """Prints the sentence, and the end of the log when there is one."""
        print(self, file=sys.stderr)
        if self.log and self.log.exists():
            lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
            print(f"Fin du journal {self.log}\N{NO-BREAK SPACE}:", file=sys.stderr)
            print(*(f"    {line}" for line in lines), sep="\n", file=sys.stderr)


class Interrupted(Exception):
    """A person or the system asked to stop."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


class StopRequest:
    """A signal that asks to stop, noted when it comes and answered between two steps.

    Raising from the handler itself could fall between the start of a child and the line that
    remembers it, and leave that child behind.
    """

    def __init__(self) -> None:
        self._signum: int | None = None

    def listen(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._note)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self._signum = signum

    def check(self) -> None:
        if self._signum is not None:
            raise Interrupted(self._signum)


stop_request = StopRequest()


def pause(seconds: float = STEP_SECONDS) -> None:
    """Waits a little; raises ``Interrupted`` when a signal asked to stop meanwhile."""
    time.sleep(seconds)
    stop_request.check()


def die_with_parent(signum: signal.Signals) -> list[str]:
    """The start of a command line that receives ``signum`` even when its parent is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signum.name.removeprefix("SIG"), "--"] if setpriv else []


@dataclass(frozen=True)
class Child:
    """A process in its own group, so that a Ctrl-C in the terminal reaches it only through us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    @property
    def has_ended(self) -> bool:
        """Tells without reaping, so that the number of the group cannot be given to another."""
        if self.process.returncode is not None:
            return True
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, flags) is not None

    def stop(self, *, within: float = STOP_SECONDS) -> int:
        """Asks politely, then kills what is left of the group. The exit code, as of Popen."""
        if self.process.returncode is None:
            self.process.send_signal(self.stop_signal)
            deadline = time.monotonic() + within
            while not self.has_ended and time.monotonic() < deadline:
                time.sleep(STEP_SECONDS)
            self.kill()
        return self.process.wait()

    def kill(self) -> None:
        """SIGKILL to the whole group, as a power cut would."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
) -> Child:
    """Starts ``command``; what it prints is added to ``log``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*die_with_parent(stop_signal), *command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log, stop_signal)


def run(name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
    """Runs ``command`` to its end; refuses when it fails."""
    child = start(name, command, env=env, log=log)
    try:
        while not child.has_ended:
            pause()
    finally:
        code = child.stop()
    if code != 0:
        raise StackError(f"L’étape « {name} » a échoué (code {code}).", log=log)
