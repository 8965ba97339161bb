"""Canadian dollars: read what people type, write what they expect. Always ``Decimal``."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAXIMUM = Decimal("999999999999.99")
_SPACES = "\u0020\u00a0\u202f\u2009"
_FRENCH = re.compile(rf"(\d{{1,3}}(?:[{_SPACES}]\d{{3}})+|\d+)(?:,(\d{{1,2}}))?", re.ASCII)
_ENGLISH = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)\.(\d{2})", re.ASCII)


def parse_money(text: str) -> Decimal:
    """``1 234,56`` → 1234.56 dollars. Also ``1234``, ``1 234,5``, ``1,234.56`` and a final ``$``.

    Raises ValueError for anything doubtful: ``12,345.6``, ``-5``, ``1e9``.
    """
    cleaned = text.strip(_SPACES + "\t").removesuffix("$").strip(_SPACES)
    for pattern in (_FRENCH, _ENGLISH):
        match = pattern.fullmatch(cleaned)
        if match:
            whole, cents = match.groups()
            digits = re.sub(rf"[{_SPACES},]", "", whole)
            amount = Decimal(f"{digits}.{(cents or '0').ljust(2, '0')}")
            if amount <= MAXIMUM:
                return amount
    raise ValueError(text)


class MoneyField(models.DecimalField):
    """An amount in Canadian dollars, cents included."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 14, 2
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class MoneyInput(forms.TextInput):
    """Shows an amount the way it is typed in French."""

    def format_value(self, value: object) -> str | None:
        if isinstance(value, Decimal):
            return format_plain(value)
        return str(value) if value not in (None, "") else None


class MoneyFormField(forms.CharField):
    """An amount typed by a person; refuses what could be read two ways."""

    widget = MoneyInput
    default_error_messages = {
        "invalid": _("Entrez un montant en dollars, par exemple 1 234,56."),
        "positive": _("Entrez un montant plus grand que zéro, par exemple 1 234,56."),
    }

    def __init__(self, *, allow_zero: bool = False, **kwargs: object) -> None:
        self.allow_zero = allow_zero
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: object) -> Decimal | None:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            amount = parse_money(str(text))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if amount == 0 and not self.allow_zero:
            raise ValidationError(self.error_messages["positive"], code="positive")
        return amount


def format_plain(amount: Decimal) -> str:
    """``1234.5`` → ``1 234,50``, with non-breaking spaces."""
    whole, cents = f"{amount:,.2f}".split(".")
    return whole.replace(",", "\u00a0") + "," + cents


_UNITS = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_TENS = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt"]


def _below_hundred(n: int) -> str:
    if n < 20:
        return _UNITS[n]
    ten, unit = divmod(n, 10)
    if ten in (7, 9):
        base, rest = ("soixante", unit + 10) if ten == 7 else ("quatre-vingt", unit + 10)
        return f"{base} et onze" if (ten, unit) == (7, 1) else f"{base}-{_UNITS[rest]}"
    base = _TENS[ten]
    if unit == 0:
        return base + ("s" if ten == 8 else "")
    return f"{base} et un" if unit == 1 and ten != 8 else f"{base}-{_UNITS[unit]}"


def _below_thousand(n: int, *, final: bool) -> str:
    """``final`` says nothing follows: « deux cents », but « deux cent mille »."""
    hundred, rest = divmod(n, 100)
    words = []
    if hundred:
        words.append("cent" if hundred == 1 else f"{_UNITS[hundred]} cent")
        if rest == 0 and hundred > 1 and final:
            words[-1] += "s"
    if rest:
        tail = _below_hundred(rest)
        if not final and rest == 80:
            tail = tail.removesuffix("s")
        words.append(tail)
    return " ".join(words) or "zéro"


def integer_in_words(n: int) -> str:
    """A whole number below one trillion in French words, older hyphen rule."""
    if n == 0:
        return "zéro"
    words = []
    for value, name in ((10**9, "milliard"), (10**6, "million")):
        count, n = divmod(n, value)
        if count:
            plural = "s" if count > 1 else ""
            words.append(f"{_below_thousand(count, final=True)} {name}{plural}")
    thousands, rest = divmod(n, 1000)
    if thousands:
        words.append(
            "mille" if thousands == 1 else f"{_below_thousand(thousands, final=False)} mille"
        )
    if rest:
        words.append(_below_thousand(rest, final=True))
    return " ".join(words)


def money_in_words(amount: Decimal) -> str:
    """``1246420.50`` → « un million deux cent … vingt dollars et cinquante cents »."""
    dollars, cents = divmod(int(amount * 100), 100)
    link = " de" if dollars and dollars % 10**6 == 0 else ""
    text = f"{integer_in_words(dollars)}{link} dollar{'s' if dollars > 1 else ''}"
    if cents:
        text += f" et {integer_in_words(cents)} cent{'s' if cents > 1 else ''}"
    return text


_EN_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
]
_EN_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _english_below_thousand(n: int) -> str:
    hundred, rest = divmod(n, 100)
    words = [f"{_EN_UNITS[hundred]} hundred"] if hundred else []
    if rest >= 20:
        ten, unit = divmod(rest, 10)
        words.append(_EN_TENS[ten] + (f"-{_EN_UNITS[unit]}" if unit else ""))
    elif rest:
        words.append(_EN_UNITS[rest])
    return " ".join(words)


def money_in_english_words(amount: Decimal) -> str:
    """``1246420.50`` → « one million two hundred … twenty dollars and fifty cents »."""
    dollars, cents = divmod(int(amount * 100), 100)
    rest, words = dollars, []
    for value, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        count, rest = divmod(rest, value)
        if count:
            words.append(f"{_english_below_thousand(count)} {name}")
    if rest:
        words.append(_english_below_thousand(rest))
    text = f"{' '.join(words) or 'zero'} dollar{'' if dollars == 1 else 's'}"
    if cents:
        text += f" and {_english_below_thousand(cents)} cent{'' if cents == 1 else 's'}"
    return text
