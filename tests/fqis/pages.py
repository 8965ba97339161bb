"""What the tests read on a page of the money."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances.models import User


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ")


def count(page: Any, user: User, address: str) -> int:
    page(user, address)
    with CaptureQueriesContext(connection) as seen:
        assert page(user, address).status_code == 200
    return len(seen)


def said(refusal: Any) -> str:
    """What a caught refusal says, with plain spaces."""
    return str(refusal.value).replace("\u00a0", " ")
