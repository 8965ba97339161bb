"""A cell of a register as a date, an amount, a number or a state, else ``Bad``."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from alliances.models import Organisation
from alliances.money import CENT, MAXIMUM, parse_money
from fqis.models import Project
from fqis.sheets import plain

from .reading import Value

State = Project.State
LegalClass = Organisation.LegalClass


class Bad(Exception):
    """A cell that breaks the rule ``code``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_FRENCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})", re.ASCII)
_MONTHS = {
    name: rank
    for rank, names in enumerate(
        ["janvier janv jan", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil",
         "aout", "septembre sept", "octobre oct", "novembre nov", "decembre dec"], start=1,
    )
    for name in names.split()
}  # fmt: skip


def text_of(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@lru_cache(maxsize=20_000)
def day(text: str) -> date:
    """A day of 2000 to 2099: ISO, day first, or with the month in French words."""
    try:
        if match := _ISO.fullmatch(text):
            found = date(*map(int, match.groups()))
        elif match := _FRENCH.fullmatch(text):
            d, m, y = map(int, match.groups())
            found = date(y, m, d)
        elif match := _WORDS.fullmatch(plain(text)):
            found = date(int(match[3]), _MONTHS[match[2]], int(match[1]))
        else:
            raise Bad("date")
    except (ValueError, KeyError) as error:
        raise Bad("date") from error
    if not 2000 <= found.year < 2100:
        raise Bad("date")
    return found


def day_of(value: Value) -> date | None:
    if isinstance(value, date):
        return value
    text = text_of(value)
    return day(text) if text else None


@lru_cache(maxsize=20_000)
def amount(text: str) -> Decimal:
    try:
        return parse_money(text)
    except ValueError:
        pass
    try:
        return parse_money(text.replace(".", ","))
    except ValueError as error:
        raise Bad("money") from error


def amount_of(value: Value) -> Decimal | None:
    """In dollars; a number of a workbook is taken to the cent."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float):
        try:
            found = Decimal(str(value)).quantize(CENT)
        except InvalidOperation as error:
            raise Bad("money") from error
        if not 0 <= found <= MAXIMUM:
            raise Bad("money")
        return found
    return amount(value if isinstance(value, str) else str(value))


def people_of(value: Value) -> int | None:
    text = text_of(value).replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 8:
        raise Bad("number")
    return int(text)


def neq_of(value: Value) -> str:
    text = "".join(text_of(value).split()).replace("\u00a0", "").replace("-", "")
    if text and not (text.isascii() and text.isdigit() and len(text) == 10):
        raise Bad("neq")
    return text


_STATES = {
    **{plain(str(state.value)): state.value for state in State},
    "recu": State.RECEIVED.value,
    "a decider": State.RECEIVED.value,
    "analyse": State.ANALYSED.value,
    "non admissible": State.INADMISSIBLE.value,
    "inadmissible": State.INADMISSIBLE.value,
    "reporte": State.DEFERRED.value,
    "refuse": State.REFUSED.value,
    "accepte": State.ACCEPTED.value,
    "soutenu": State.ACCEPTED.value,
    "signe": State.AGREED.value,
    "convention de projet signee": State.AGREED.value,
    "en cours": State.UNDER_WAY.value,
    "termine": State.COMPLETED.value,
    "abandonne": State.ABANDONED.value,
}


def state_of(value: Value) -> str:
    text = plain(text_of(value))
    if not text:
        return State.RECEIVED.value
    for known in (text, text.removesuffix("e")):
        if known in _STATES:
            return _STATES[known]
    raise Bad("state")


_CLASSES = {
    "obnl": LegalClass.NON_PROFIT,
    "osbl": LegalClass.NON_PROFIT,
    "organisme communautaire": LegalClass.NON_PROFIT,
    "coop": LegalClass.COOPERATIVE,
    "cooperative": LegalClass.COOPERATIVE,
    "municipal": LegalClass.MUNICIPAL,
    "municipalite": LegalClass.MUNICIPAL,
    "mrc": LegalClass.MUNICIPAL,
    "autochtone": LegalClass.INDIGENOUS,
    "conseil de bande": LegalClass.INDIGENOUS,
    "recherche": LegalClass.RESEARCH,
    "centre de recherche": LegalClass.RESEARCH,
    "autre": LegalClass.OTHER,
    "entreprise": LegalClass.OTHER,
}


def class_of(value: Value) -> str:
    text = plain(text_of(value))
    if text and text not in _CLASSES:
        raise Bad("class")
    return str(_CLASSES[text].value) if text else ""
