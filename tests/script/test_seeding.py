"""The story's own processes, started as ``seed_demo`` starts them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
BUSY = """
import time
from reporting.demo.workers import workers

with workers(lambda: None) as pool:
    told = [pool.submit(time.sleep, 60) for _ in range(2)]
    while not all(one.running() for one in told):
        time.sleep(0.05)
    print("ok", flush=True)
    told[0].result()
"""


def test_the_storytellers_die_when_their_parent_is_killed(mark: Any, eventually: Any) -> None:
    command = [sys.executable, "-c", BUSY]
    with subprocess.Popen(command, env=mark.env, cwd=CHECKOUT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ok\n"
        assert len(mark.processes()) > 1
        parent.kill()
    assert eventually(lambda: mark.processes() == [])
