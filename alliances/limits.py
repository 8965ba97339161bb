"""How often a public form may be sent from one address."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 300  # seconds


def too_many(request: HttpRequest, what: str, most: int) -> bool:
    """Counts this sending of ``what``; True once the address has sent more than ``most`` in five
    minutes."""
    key = f"limit:{what}:{get_adapter().get_client_ip(request)}"
    sent = cache.get(key, 0) + 1
    cache.set(key, sent, WINDOW)
    return bool(sent > most)
