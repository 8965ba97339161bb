"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import clock


def portal(request: HttpRequest) -> dict[str, object]:
    """``portal``: whether this is the demo, today, and how long the session lasts in seconds."""
    return {
        "portal": {
            "demo": settings.DEMO,
            "demo_note": _(
                "Personnes, dates et montants inventés. Montants publiés : les cycles, Mauricie,"
                " Laval, Chaudière-Appalaches, Lanaudière, Montréal (2017), Jamésie (2023)."
            ),
            "today": clock.today(),
            "session_seconds": settings.SESSION_COOKIE_AGE,
            "passkeys": settings.MFA_PASSKEY_LOGIN_ENABLED,
        }
    }
