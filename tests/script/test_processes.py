import signal
import subprocess
import sys
from pathlib import Path

import pytest

from script import processes
from script.processes import Interrupted, StackError, StopRequest


def test_stop_ends_the_whole_group_even_when_it_does_not_listen(mark, tmp_path: Path) -> None:
    stubborn = "trap '' TERM; sleep 60 & wait; sleep 60"
    child = processes.start("têtu", ["bash", "-c", stubborn], env=mark.env, log=tmp_path / "log")
    child.stop(within=0.3)
    assert mark.processes() == []


def test_a_child_dies_when_its_parent_is_killed(mark, eventually, tmp_path: Path) -> None:
    code = (
        "import os, pathlib, time\nfrom script import processes\n"
        f"log = pathlib.Path({str(tmp_path / 'log')!r})\n"
        "processes.start('enfant', ['sleep', '60'], env=os.environ, log=log)\n"
        "print('ok', flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=mark.env, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ok\n"
        # Once setpriv has become sleep, the signal of the parent's death is set. The parent's own
        # command line says sleep too.
        assert eventually(lambda: any(line.startswith("sleep ") for line in mark.processes()))
        parent.kill()
    assert eventually(lambda: mark.processes() == [])


def test_run_refuses_a_step_that_fails_and_keeps_what_it_said(mark, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(StackError, match="« essai » a échoué") as refusal:
        processes.run("essai", ["bash", "-c", "echo raison; exit 3"], env=mark.env, log=log)
    assert refusal.value.log == log
    assert log.read_text() == "raison\n"


def test_a_signal_is_answered_between_two_steps(
    mark, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    request = StopRequest()
    monkeypatch.setattr(processes, "stop_request", request)
    request._note(signal.SIGTERM, None)
    with pytest.raises(Interrupted):
        processes.run("longue", ["sleep", "60"], env=mark.env, log=tmp_path / "log")
    assert mark.processes() == []
