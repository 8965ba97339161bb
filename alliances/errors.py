"""The one way a service says no."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Missing:
    """Something that stands in the way, with the address where it is mended."""

    label: str
    url: str = ""


class Refusal(Exception):
    """An act the rules do not allow. The message is for the person who tried it.

    ``field`` names the form field at fault, when there is one; ``missing`` lists what to mend.
    """

    def __init__(
        self, message: str | Promise, *, field: str | None = None, missing: Sequence[Missing] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.missing = list(missing)

    def __str__(self) -> str:
        return str(self.message)


class StaleAct(Refusal):
    """Somebody else decided first: the message says who and when."""
