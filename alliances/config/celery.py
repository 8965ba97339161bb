"""The Celery application: every task module of every installed app."""

import os

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliances.config.settings.production")

app = Celery("alliances")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def show_life(**options: object) -> None:
    """A first sign of life at once: a portal just started need not wait for the next one."""
    app.send_task("alliances.tasks.beat")
