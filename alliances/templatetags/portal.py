"""French and English typography of amounts, dates and shares. Loaded in every template."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from django import template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from alliances import clock
from alliances.cycle_words import words_of
from alliances.models import Alliance
from alliances.money import format_plain
from alliances.permissions import can as holds
from alliances.services.documents import kind_label
from alliances.tabs import tabs_of

register = template.Library()
NBSP = "\u00a0"


def _locale() -> str:
    return "en_CA" if (translation.get_language() or "fr").startswith("en") else "fr_CA"


def _is_english() -> bool:
    return _locale() == "en_CA"


@register.filter
def money(amount: Decimal | None, none: str = "—") -> str:
    """``1 234,56 $``; in English ``$1,234.56``."""
    if amount is None or amount == "":
        return none
    value = Decimal(amount)
    sign = "−" if value < 0 else ""
    value = abs(value)
    return f"{sign}${value:,.2f}" if _is_english() else f"{sign}{format_plain(value)}{NBSP}$"


@register.filter
def typed_money(amount: Decimal) -> str:
    """``1 234,56``: as a field of an amount holds it, in both languages."""
    return format_plain(amount)


@register.filter
def signed_money(amount: Decimal | None) -> str:
    """``+1 234,56 $``, ``−1 234,56 $``: what a movement changes."""
    text = money(amount)
    return f"+{text}" if amount is not None and amount > 0 else text


@register.filter
def money0(amount: Decimal | None, none: str = "—") -> str:
    """Without cents when there are none: ``5 805 682 $``."""
    if amount is None or amount == "":
        return none
    value = Decimal(amount)
    if value != value.to_integral_value():
        return money(value)
    sign = "−" if value < 0 else ""
    text = f"{abs(value):,.0f}"
    return f"{sign}${text}" if _is_english() else f"{sign}{text.replace(',', NBSP)}{NBSP}$"


@register.filter
def millions(amount: Decimal | None, none: str = "—") -> str:
    """``145,36 M$``."""
    if amount is None:
        return none
    text = f"{Decimal(amount) / 1_000_000:,.2f}"
    if _is_english():
        return f"${text} M"
    return text.replace(",", NBSP).replace(".", ",") + f"{NBSP}M$"


@register.filter
def count(number: int | None, none: str = "—") -> str:
    """``1 200``."""
    if number is None:
        return none
    text = f"{number:,}"
    return text if _is_english() else text.replace(",", NBSP)


@register.filter
def decimal_text(number: Decimal | None) -> str:
    """A quantity without useless zeros: ``38``, ``4,5``."""
    if number is None:
        return ""
    text = f"{number.normalize():,f}"
    if _is_english():
        return text
    return text.replace(",", NBSP).replace(".", ",")


@register.filter
def percent(share: Decimal | float | None) -> str:
    """A share of one as a percentage: ``0.36`` → ``36 %``; nothing to divide by → « s. o. »."""
    if share is None:
        return gettext("s. o.")
    return f"{round(Decimal(share) * 100)}" + ("%" if _is_english() else f"{NBSP}%")


@register.filter
def percentage(number: Decimal | None) -> str:
    """A percentage already counted on a hundred: ``7.50`` → ``7,5 %``; two decimals at most."""
    if number is None:
        return ""
    text = decimal_text(round(number, 2))
    return f"{text}%" if _is_english() else f"{text}{NBSP}%"


def _first(text: str, day: date) -> str:
    return "1er" + text[1:] if day.day == 1 and not _is_english() else text


def _local_date(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def date_long(value: date | datetime | None, none: str = "") -> str:
    """``22 novembre 2026``, ``1er décembre 2026``."""
    if not value:
        return none
    day = _local_date(value)
    pattern = "MMMM d, y" if _is_english() else "d MMMM y"
    return _first(format_date(day, pattern, locale=_locale()), day).replace(" ", NBSP)


@register.filter
def month_short(value: date) -> str:
    """``janv.``"""
    return format_date(value, "MMM", locale=_locale())


@register.filter
def date_short(value: date | datetime | None, none: str = "") -> str:
    """``22 nov.``, without the year."""
    if not value:
        return none
    day = _local_date(value)
    pattern = "MMM d" if _is_english() else "d MMM"
    return _first(format_date(day, pattern, locale=_locale()), day).replace(" ", NBSP)


@register.filter
def date_medium(value: date | datetime | None, none: str = "") -> str:
    """``22 nov. 2026``."""
    if not value:
        return none
    day = _local_date(value)
    pattern = "MMM d, y" if _is_english() else "d MMM y"
    return _first(format_date(day, pattern, locale=_locale()), day).replace(" ", NBSP)


@register.filter
def day_name(value: date) -> str:
    """``lundi 23 novembre 2026``."""
    pattern = "EEEE, MMMM d, y" if _is_english() else "EEEE d MMMM y"
    text = format_date(value, pattern, locale=_locale())
    return text if value.day != 1 else text.replace(" 1 ", " 1er " if not _is_english() else " 1 ")


@register.filter
def time_fr(value: datetime | None) -> str:
    """``14 h 32``; in English ``2:32 p.m.``."""
    if not value:
        return ""
    local = timezone.localtime(value)
    if _is_english():
        return format_datetime(local, "h:mm a", locale="en_CA")
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"


@register.filter
def moment(value: datetime | None) -> str:
    """``22 novembre 2026, 14 h 32``."""
    return f"{date_long(value)}, {time_fr(value)}" if value else ""


@register.filter
def days_since(value: date | datetime | None) -> int:
    """Whole days from ``value`` to today."""
    return (clock.today() - _local_date(value)).days if value else 0


@register.filter
def since_days(value: date | datetime | None) -> str:
    """``depuis 40 jours``, ``depuis aujourd’hui``."""
    days = days_since(value)
    if days <= 0:
        return gettext("depuis aujourd’hui")
    return ngettext("depuis %(n)s jour", "depuis %(n)s jours", days) % {"n": days}


@register.filter
def in_days(value: date | None) -> str:
    """``Dans 4 jours``, ``Aujourd’hui``, ``En retard de 3 jours``."""
    if value is None:
        return ""
    days = (value - clock.today()).days
    if days == 0:
        return gettext("Aujourd’hui")
    if days < 0:
        return ngettext("En retard de %(n)s jour", "En retard de %(n)s jours", -days) % {"n": -days}
    return ngettext("Dans %(n)s jour", "Dans %(n)s jours", days) % {"n": days}


@register.filter
def file_size(size: int | None) -> str:
    """``412 ko``, ``1,1 Mo``."""
    if size is None:
        return ""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}{NBSP}" + ("kB" if _is_english() else "ko")
    text = f"{size / 1_000_000:.1f}"
    return f"{text} MB" if _is_english() else text.replace(".", ",") + f"{NBSP}Mo"


@register.simple_tag
def french_ordinal(rank: int, feminine: bool = True) -> str:
    """``1re``, ``3e``; in English ``3rd``."""
    if _is_english():
        special = {} if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}
        return f"{rank}{special.get(rank % 10, 'th')}"
    if rank == 1:
        return "1re" if feminine else "1er"
    return f"{rank}e"


@register.filter
def document_kind(kind: str) -> str:
    """What people call a kind of document."""
    return str(kind_label(kind))


@register.filter
def get(mapping: dict, key: object) -> object:
    """The value of a key that is itself a variable."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def can(context: template.Context, right: str, of: object | None = None) -> bool:
    """``{% can "edit_plan" alliance as may_edit %}``: the only question about rights."""
    return holds(context["request"].user, right, of)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> SafeString:
    """The current address's filters with some changed: ``{% query page=2 %}``."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return format_html("?{}", SafeString(parameters.urlencode()))


@register.simple_tag(takes_context=True)
def alliance_tabs(
    context: template.Context, alliance: Alliance, current: str
) -> list[dict[str, object]]:
    """The tabs of an Alliance's page that the reader may open."""
    return tabs_of(alliance, current, context["request"].user)


@register.simple_tag
def alliance_crumbs(alliance: Alliance, *, last: str = "") -> list[dict[str, str]]:
    """Alliances / Mauricie 2024-2029 / and where you are."""
    crumbs = [
        {"label": gettext("Alliances"), "url": reverse("alliance_list")},
        {"label": str(alliance), "url": alliance.get_absolute_url() if last else ""},
    ]
    return [*crumbs, {"label": last, "url": ""}] if last else crumbs


class _CycleWords(template.Node):
    def __init__(self, cycle: template.base.FilterExpression, nodes: template.NodeList) -> None:
        self.cycle, self.nodelist = cycle, nodes

    def render(self, context: template.Context) -> SafeString:
        with words_of(self.cycle.resolve(context)):
            return self.nodelist.render(context)


@register.tag
def cycle_words(parser: template.base.Parser, token: template.base.Token) -> _CycleWords:
    """``{% cycle_words alliance.cycle %}…{% endcycle_words %}``: a row of a list of several cycles,
    in the words of its own."""
    _name, cycle = token.split_contents()
    nodes = parser.parse(["endcycle_words"])
    parser.delete_first_token()
    return _CycleWords(parser.compile_filter(cycle), nodes)
