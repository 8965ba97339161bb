"""The words of a convention: a text with fields between braces, and what each field becomes."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.formatting import clean_html
from alliances.models import Alliance
from alliances.money import money_in_english_words, money_in_words
from alliances.templatetags.portal import date_long, money
from conventions.models import Convention, Resolution, Signatory
from conventions.parties import mrc_name

MAX_CHARACTERS = 60_000
FIELDS: dict[str, Promise] = {
    "numero": gettext_lazy("Numéro de la convention"),
    "territoire": gettext_lazy("Territoire"),
    "cycle": gettext_lazy("Cycle"),
    "mesure": gettext_lazy("Mesure du plan gouvernemental"),
    "table": gettext_lazy("Table signataire"),
    "neq": gettext_lazy("NEQ de la Table"),
    "ville": gettext_lazy("Ville de la Table"),
    "fiduciaire": gettext_lazy("Fiduciaire du FQIS"),
    "resolution": gettext_lazy("Date de la résolution"),
    "mrc": gettext_lazy("MRC qui cosignent"),
    "montant": gettext_lazy("Montant"),
    "montant_en_lettres": gettext_lazy("Montant en lettres"),
    "debut": gettext_lazy("Premier jour"),
    "fin": gettext_lazy("Dernier jour"),
    "plan": gettext_lazy("Nom du plan dans ce cycle"),
    "echeance_plan": gettext_lazy("Échéance du plan"),
    "preparation_plan": gettext_lazy("Somme prévue pour préparer le plan"),
}
REQUIRED = ("table", "montant", "debut", "fin")
_FIELD = re.compile(r"\{([^{}<>]*)\}")


def check_text(written: str) -> str:
    """The cleaned text of a template or of a convention.

    Refuses an empty or an endless text, a field nobody knows, a brace left alone, and a text that
    never says who signs, how much, from when and until when.
    """
    body = clean_html(written)
    if not body:
        raise Refusal(_("Écrivez le texte de la convention."), field="body")
    if len(body) > MAX_CHARACTERS:
        raise Refusal(_("Ce texte est trop long. Raccourcissez-le."), field="body")
    names = _FIELD.findall(body)
    unknown = [name for name in dict.fromkeys(names) if name not in FIELDS]
    if unknown:
        message = _("Aucun champ ne porte ce nom : %(names)s. Prenez ceux de la liste.")
        shown = ", ".join(f"{{{name}}}" for name in unknown)
        raise Refusal(message % {"names": shown}, field="body")
    if set("{}") & set(_FIELD.sub("", body)):
        message = _("Une accolade est seule. Un champ s’écrit entre deux accolades : {montant}.")
        raise Refusal(message, field="body")
    missing = [f"{{{name}}}" for name in REQUIRED if name not in names]
    if missing:
        message = _("Le texte doit contenir ces champs : %(names)s.")
        raise Refusal(message % {"names": ", ".join(missing)}, field="body")
    return body


def fill(body: str, values: Mapping[str, str]) -> str:
    """``body`` with each field in its own words. What a field says is text, never markup."""
    return _FIELD.sub(lambda found: escape(values[found[1]], quote=False), body)


def field_values(convention: Convention) -> dict[str, str]:
    """What each field says of a convention, in the current language."""
    alliance = convention.alliance
    resolution = Resolution.objects.in_force(alliance)
    return _values_of(alliance) | {
        "numero": convention.number,
        "resolution": date_long(resolution.adopted_on if resolution else None, none="—"),
        "mrc": _cosigners(convention),
        "montant": money(convention.amount),
        "montant_en_lettres": _in_words(convention.amount),
        "debut": date_long(convention.starts_on),
        "fin": date_long(convention.ends_on),
    }


def sample_values(alliance: Alliance) -> dict[str, str]:
    """What the preview of a template shows: a real Alliance, with an amount of example."""
    amount = Decimal("1000000.00")
    cycle = alliance.cycle
    return _values_of(alliance) | {
        "numero": f"C-00-{cycle.starts_on.year}",
        "resolution": date_long(cycle.starts_on),
        "mrc": ", ".join(_mrcs(alliance)) or _("aucune"),
        "montant": money(amount),
        "montant_en_lettres": _in_words(amount),
        "debut": date_long(cycle.starts_on),
        "fin": date_long(cycle.closes_on),
    }


def _values_of(alliance: Alliance) -> dict[str, str]:
    cycle, table = alliance.cycle, alliance.table
    return {
        "territoire": str(alliance.territory),
        "cycle": cycle.slug,
        "mesure": cycle.measure,
        "table": table.name,
        "neq": table.neq or "—",
        "ville": table.city or "—",
        "fiduciaire": _fiduciary(alliance),
        "plan": cycle.plan_word,
        "echeance_plan": plan_due_words(cycle.plan_due_months, cycle.plan_due_latest),
        "preparation_plan": money(cycle.plan_preparation_amount),
    }


def _fiduciary(alliance: Alliance) -> str:
    if alliance.fiduciary is not None and not alliance.table.is_registered:
        return str(alliance.fiduciary)
    return _("aucun")


def _mrcs(alliance: Alliance) -> list[str]:
    if not alliance.territory.mrc_cosigns:
        return []
    return [mrc_name(mrc) for mrc in alliance.territory.mrcs.all()]


def _cosigners(convention: Convention) -> str:
    """The MRCs of the parties, or in a draft those that will be."""
    named = [
        party.name for party in convention.signatories.all() if party.kind == Signatory.Kind.MRC
    ]
    if convention.state == Convention.State.DRAFT and not named:
        named = _mrcs(convention.alliance)
    return ", ".join(named) or _("aucune")


def _in_words(amount: Decimal) -> str:
    return money_in_english_words(amount) if get_language() == "en" else money_in_words(amount)


def plan_due_words(months: int | None, latest: date | None) -> str:
    """« dans les 3 mois qui suivent la dernière signature, au plus tard le 31 mars 2025 »."""
    words: dict[str, Any] = {"months": months, "day": date_long(latest)}
    if months and latest:
        return (
            _("dans les %(months)s mois qui suivent la dernière signature, au plus tard le %(day)s")
            % words
        )
    if months:
        return _("dans les %(months)s mois qui suivent la dernière signature") % words
    return _("au plus tard le %(day)s") % words if latest else _("dans les meilleurs délais")
