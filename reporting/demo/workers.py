"""Processes that tell a part of the story, and never outlive the one that started them."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

LOOK_EVERY = 0.2  # seconds


def workers(ready: Callable[[], None]) -> ProcessPoolExecutor:
    """As many as there are processors; each begins with ``ready``. A killed parent tells nobody:
    each looks for it."""
    return ProcessPoolExecutor(
        os.cpu_count(),
        mp_context=get_context("fork"),
        initializer=_begin,
        initargs=(os.getpid(), ready),
    )


def _begin(parent: int, ready: Callable[[], None]) -> None:
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    ready()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(1)
