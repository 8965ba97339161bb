"""The roles of the portal (design §5): stable slugs, each a set of rights on a territory.

A right is always held by a group, on a territory, as a guardian permission; national roles hold
theirs on every territory. The few national acts are plain Django permissions.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Side(StrEnum):
    TABLE = "table"
    DGSQ = "dgsq"
    DGSSAC = "dgssac"

    @property
    def label(self) -> Promise:
        return {
            Side.TABLE: _("Table"),
            Side.DGSQ: _("DGSQ"),
            Side.DGSSAC: _("DGSSAC"),
        }[self]


@dataclass(frozen=True)
class Role:
    slug: str
    side: Side
    label: Promise
    on_territory: frozenset[str] = frozenset()
    national: frozenset[str] = frozenset()

    @property
    def is_national(self) -> bool:
        return self.side is Side.DGSSAC

    @property
    def is_ministry(self) -> bool:
        return self.side is not Side.TABLE


VIEW = "view_territory"
_PREPARE = {
    VIEW,
    "comment",
    "add_document",
    "edit_plan",
    "manage_projects",
    "decide_projects",
    "edit_report",
    "invite_table",
    "edit_governance",
    "view_journal",
}
_MINISTRY = {VIEW, "comment", "comment_ministry", "view_journal"}

ROLES: dict[str, Role] = {
    role.slug: role
    for role in (
        Role("coordination", Side.TABLE, _("Coordination"), frozenset(_PREPARE)),
        Role(
            "direction",
            Side.TABLE,
            _("Direction"),
            frozenset(_PREPARE | {"submit_plan", "submit_report", "sign_for_table"}),
        ),
        Role("partner", Side.TABLE, _("Partenaire"), frozenset({VIEW, "comment"})),
        Role(
            "advisor",
            Side.DGSQ,
            _("Conseil"),
            frozenset(
                _MINISTRY | {"give_opinion", "review_report", "add_document", "invite_table"}
            ),
        ),
        Role(
            "analyst",
            Side.DGSSAC,
            _("Analyse"),
            frozenset(
                _MINISTRY
                | {
                    "add_document",
                    "prepare_convention",
                    "record_signature",
                    "validate_plan",
                    "extend_plan",
                    "accept_report",
                    "recommend_versement",
                    "hold_versement",
                    "invite_table",
                }
            ),
            frozenset({"view_national"}),
        ),
        Role(
            "delegate",
            Side.DGSSAC,
            _("Délégation"),
            frozenset(_MINISTRY | {"sign_convention", "approve_plan", "extend_plan"}),
            frozenset({"view_national", "confirm_allocation"}),
        ),
        Role(
            "budget",
            Side.DGSSAC,
            _("Budget"),
            frozenset(_MINISTRY | {"manage_envelope", "authorise_versement", "hold_versement"}),
            frozenset({"view_national", "allocate"}),
        ),
        Role(
            "payments",
            Side.DGSSAC,
            _("Paiements"),
            frozenset(_MINISTRY | {"confirm_payment"}),
            frozenset({"view_national"}),
        ),
        Role(
            "auditor",
            Side.DGSSAC,
            _("Audit"),
            frozenset({VIEW, "view_journal"}),
            frozenset({"view_national"}),
        ),
        Role("admin", Side.DGSSAC, _("Administration"), national=frozenset({"manage_people"})),
    )
}
MINISTRY_ROLES = [slug for slug, role in ROLES.items() if role.is_ministry]
TABLE_ROLES = [slug for slug, role in ROLES.items() if not role.is_ministry]

TERRITORY_RIGHTS: list[tuple[str, str]] = [
    ("comment", "Écrire une remarque"),
    ("comment_ministry", "Écrire une remarque réservée au ministère"),
    ("add_document", "Déposer un document"),
    ("edit_plan", "Écrire le plan"),
    ("submit_plan", "Transmettre le plan"),
    ("give_opinion", "Donner un avis sur le plan"),
    ("validate_plan", "Valider ou retourner le plan"),
    ("approve_plan", "Approuver le plan"),
    ("extend_plan", "Accorder un délai pour le plan"),
    ("prepare_convention", "Préparer et envoyer la convention"),
    ("record_signature", "Consigner une signature"),
    ("sign_convention", "Signer la convention pour la ministre"),
    ("sign_for_table", "Signer la convention pour la Table"),
    ("manage_projects", "Inscrire et suivre les projets"),
    ("decide_projects", "Consigner la décision sur un projet"),
    ("edit_report", "Écrire la reddition"),
    ("submit_report", "Transmettre la reddition"),
    ("review_report", "Analyser la reddition et recommander le versement"),
    ("accept_report", "Accepter la reddition"),
    ("manage_envelope", "Confirmer l’enveloppe"),
    ("recommend_versement", "Recommander un versement"),
    ("authorise_versement", "Autoriser un versement"),
    ("hold_versement", "Retenir un versement"),
    ("confirm_payment", "Confirmer un paiement"),
    ("edit_governance", "Tenir les registres de la concertation"),
    ("invite_table", "Inviter une personne de la Table"),
    ("view_journal", "Lire le journal"),
]
NATIONAL_RIGHTS: list[tuple[str, str]] = [
    ("view_national", "Voir le tableau national"),
    ("allocate", "Préparer la répartition nationale"),
    ("confirm_allocation", "Confirmer la répartition nationale"),
    ("manage_people", "Gérer les personnes et leurs rôles"),
]
