"""Links that open one page to who holds them: signed from a row's key and round, never stored.

The round grows each time a link is sent again: the former one stops opening.
"""

from django.core.signing import BadSignature, Signer


def _signer(salt: str) -> Signer:
    return Signer(salt=salt, sep="~")


def token_of(salt: str, pk: int, round_: int) -> str:
    """What the link ends with. ``salt`` keeps the links of one kind from opening another's."""
    return _signer(salt).sign(f"{pk}.{round_}")


def key_of(salt: str, token: str) -> tuple[int, int] | None:
    """The row's key and the round that a token was signed from; None for any other text."""
    try:
        pk, round_ = _signer(salt).unsign(token).split(".")
        return int(pk), int(round_)
    except (BadSignature, ValueError):
        return None
