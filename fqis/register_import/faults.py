"""The rules a line may break, each with the sentence people read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "needed": _("Cette case est vide : elle est nécessaire."),
    "too_long": _("Ce texte dépasse %(detail)s caractères."),
    "date": _("« %(value)s » n’est pas une date, par exemple 2026-11-30."),
    "money": _("« %(value)s » n’est pas un montant en dollars, par exemple 1 234,56."),
    "above_zero": _("Le montant doit dépasser zéro."),
    "number": _("« %(value)s » n’est pas un nombre de personnes."),
    "neq": _("Un NEQ compte dix chiffres : « %(value)s » n’en est pas un."),
    "neq_two_names": _("Ce NEQ est aussi celui de « %(detail)s » à une autre ligne."),
    "two_neq": _("Plusieurs organisations portent ce nom : écrivez le NEQ."),
    "class": _("« %(value)s » n’est pas une forme connue, par exemple OBNL ou coopérative."),
    "class_needed": _("Cette organisation est nouvelle : écrivez sa forme."),
    "not_eligible": _("« %(detail)s » n’est pas admissible au FQIS."),
    "state": _("« %(value)s » n’est pas un état de projet."),
    "priority": _("« %(value)s » n’est pas une priorité du plan en vigueur le %(detail)s."),
    "priority_needed": _("Un projet accepté répond à une priorité du plan."),
    "no_plan": _("Aucun plan approuvé n’était en vigueur le %(detail)s."),
    "mrc": _("« %(value)s » n’est pas une MRC de ce territoire."),
    "future": _("Cette date est dans le futur."),
    "before_start": _("La fin du projet doit suivre son début."),
    "five_years": _("Un projet dure cinq ans au plus."),
    "before_received": _("La décision ne peut précéder la réception."),
    "before_decided": _("Cette date ne peut précéder la décision."),
    "before_agreed": _("Un paiement ne peut précéder la signature de la convention."),
    "signed_needed": _("Un projet payé a une convention signée : écrivez-en la date."),
    "only_decided": _("Cette case n’a de sens qu’une fois le projet décidé."),
    "only_supported": _("Cette case n’a de sens que pour un projet accepté."),
    "only_closed": _("Cette case n’a de sens que pour un projet clos."),
    "above_requested": _("Le montant accordé dépasse le montant demandé."),
    "above_granted": _("Le montant payé dépasse le montant accordé."),
    "reason": _("Écrivez le motif de la décision."),
    "above_reached": _("Ce nombre dépasse celui des personnes rejointes."),
    "same_line": _("Même organisation et même titre qu’à la ligne %(detail)s."),
    "same_project": _("Ce projet est déjà au registre, sous le numéro %(detail)s."),
    "envelope": _("Avec cette ligne, l’accordé dépasse l’enveloppe : il reste %(detail)s."),
    "no_envelope": _("L’enveloppe de l’alliance n’est pas connue : rien ne peut être accordé."),
}


def message_of(code: str, value: str, detail: str) -> str:
    return str(MESSAGES[code]) % {"value": value, "detail": detail}
