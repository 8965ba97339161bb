"""The door to the worker for what is not to import its tasks."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)


def send(task: str, pk: int) -> None:
    """Tells the worker of a row, once its transaction is committed; says nothing to the person when
    the broker does not answer: the row waits, and the sweep of its task finds it."""
    try:
        current_app.send_task(task, [pk], retry=False)
    except Exception:
        logger.warning("broker unavailable, %s of %s waits for the sweep", task, pk)
