"""What a register may say of a project, and how its columns are recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fqis.sheets import plain


@dataclass(frozen=True)
class Target:
    """A field of a project. ``names``: what people call its column, without accents or case."""

    key: str
    label: Promise
    names: tuple[str, ...]
    is_needed: bool = False


TARGETS = [
    Target("title", _("Titre du projet"), ("titre", "projet", "initiative", "nom du projet"), True),
    Target(
        "organisation",
        _("Organisme porteur"),
        ("porteur", "organisme", "organisation", "promoteur", "nom de l’organisme"),
        True,
    ),
    Target("neq", _("NEQ"), ("neq", "numero d’entreprise")),
    Target("legal_class", _("Forme de l’organisme"), ("forme", "forme juridique", "type")),
    Target("city", _("Ville"), ("ville", "municipalite")),
    Target("description", _("Description"), ("description", "resume")),
    Target("priority", _("Priorité du plan"), ("priorite", "priorite du plan", "axe")),
    Target("mrcs", _("MRC"), ("mrc", "territoire", "mrc servies")),
    Target("received_on", _("Reçu le"), ("recu le", "date de reception", "reception"), True),
    Target("starts_on", _("Début"), ("debut", "date de debut", "du"), True),
    Target("ends_on", _("Fin"), ("fin", "date de fin", "au"), True),
    Target("requested", _("Montant demandé"), ("demande", "montant demande"), True),
    Target("state", _("État"), ("etat", "statut", "decision")),
    Target("decided_on", _("Décidé le"), ("decide le", "date de decision")),
    Target("reason", _("Motif de la décision"), ("motif", "raison", "commentaire")),
    Target("granted", _("Montant accordé"), ("accorde", "montant accorde", "octroye")),
    Target("agreed_on", _("Convention signée le"), ("signe le", "convention", "date de signature")),
    Target("closed_on", _("Clos le"), ("clos le", "date de cloture", "termine le")),
    Target("paid", _("Payé"), ("paye", "montant paye", "verse", "montant verse")),
    Target("paid_on", _("Payé le"), ("paye le", "date de paiement", "verse le")),
    Target("other_name", _("Autre source"), ("autre source", "source", "partenaire financier")),
    Target("other_money", _("Montant des autres sources"), ("autres sources", "autre financement")),
    Target("people_expected", _("Personnes à rejoindre"), ("personnes a rejoindre", "visees")),
    Target("people_reached", _("Personnes rejointes"), ("personnes rejointes", "rejointes")),
    Target(
        "people_in_poverty",
        _("Dont en situation de pauvreté"),
        ("en situation de pauvrete", "dont en pauvrete", "pauvrete"),
    ),
]
BY_KEY = {target.key: target for target in TARGETS}


def label_of(key: str) -> str:
    return str(BY_KEY[key].label) if key in BY_KEY else ""


def heading_key(heading: str) -> str:
    return " ".join(plain(heading).replace("'", "’").split())


def guess(headings: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    """The column of each field: as it was matched the last time, else by its name.

    ``remembered``: the heading that gave each field.
    """
    ranks: dict[str, int] = {}
    for rank, heading in enumerate(headings):
        ranks.setdefault(heading_key(heading), rank)
    found: dict[str, int] = {}
    for target in TARGETS:
        known = remembered.get(target.key, "")
        names = [known] if known else []
        names += [heading_key(str(target.label)), *target.names]
        column = next((ranks[name] for name in names if name in ranks), None)
        if column is not None and column not in found.values():
            found[target.key] = column
    return found


def missing(mapping: Mapping[str, int]) -> list[Target]:
    """The fields without which no line is a project."""
    return [target for target in TARGETS if target.is_needed and target.key not in mapping]
