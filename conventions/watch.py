"""What other applications hold of a convention in signature or signed, asked without knowing them.

Conventions know no money: ``fqis`` says here which tranches it no longer lets change, how far an
amount may go, and what a draft waits for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from alliances.errors import Missing
from alliances.models import Alliance

from .models import Convention


@dataclass(frozen=True)
class Watch:
    """``lock`` keeps the answers true until the transaction ends; ``fixed`` gives, by tranche id,
    why it no longer changes (« est payée »); ``check_amount`` refuses an amount in dollars;
    ``missing`` says what stands between a draft and its signatures; ``check_payee`` refuses that
    another party be paid from now on."""

    lock: Callable[[Convention], None]
    fixed: Callable[[Convention], dict[int, str]]
    check_amount: Callable[[Convention, Decimal], None]
    missing: Callable[[Alliance], list[Missing]]
    check_payee: Callable[[Convention], None]


_watches: list[Watch] = []


def register_watch(watch: Watch) -> None:
    _watches.append(watch)


def lock(convention: Convention) -> None:
    for watch in _watches:
        watch.lock(convention)


def fixed_tranches(convention: Convention) -> dict[int, str]:
    """Why each tranche that no longer changes does not, by its id."""
    found: dict[int, str] = {}
    for watch in _watches:
        found |= watch.fixed(convention)
    return found


def check_amount(convention: Convention, amount: Decimal) -> None:
    for watch in _watches:
        watch.check_amount(convention, amount)


def missing_to_send(alliance: Alliance) -> list[Missing]:
    return [one for watch in _watches for one in watch.missing(alliance)]


def check_payee(convention: Convention) -> None:
    for watch in _watches:
        watch.check_payee(convention)
