"""Which queue each task waits in."""

from celery import current_app
from django.conf import settings


def test_every_task_sent_apart_exists_and_its_queue_is_read() -> None:
    current_app.loader.import_default_modules()
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert set(settings.CELERY_TASK_ROUTES) <= set(current_app.tasks)
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} <= queues
    assert settings.CELERY_TASK_QUEUES[0].name == current_app.conf.task_default_queue
