"""The door to the worker for what is not to import its tasks."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)


def send(task: str, *pks: int) -> None:
    """Tells the worker of rows, once their transaction is committed; says nothing to the person
    when the broker does not answer: the rows wait, and the sweep of their task finds them."""
    for pk in pks:
        try:
            current_app.send_task(task, [pk], retry=False)
        except Exception:
            logger.warning("broker unavailable, %s of %s waits for the sweep", task, pk)
            return
