"""One real address for each route of the portal, with what a person would type in its form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import int_to_base36

from alliances.models import (
    Alliance,
    Comment,
    Document,
    Invitation,
    Membership,
)
from alliances.services.invitations import link_of
from conventions.models import AvenantSignatory, Signatory
from fqis.models import (
    SavedView,
)
from fqis.services import result_links
from plans.services import endorsements

from . import finders as find


@dataclass(frozen=True)
class Address:
    """``label`` names the row of the table: the route, and which variant of it."""

    route: str
    label: str
    args: tuple[Any, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return reverse(self.route, args=self.args)


def routes() -> dict[str, URLPattern]:
    """Every named route, by name."""

    def walk(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
        found: list[URLPattern] = []
        for one in patterns:
            found += walk(one.url_patterns) if isinstance(one, URLResolver) else [one]
        return found

    return {str(one.name): one for one in walk(get_resolver().url_patterns)}


def is_of_alliance(route: URLPattern) -> bool:
    return "territory" in route.pattern.regex.groupindex


Arguments = Callable[[Alliance], tuple[Any, ...]]


# What the routes of one Alliance need after its two slugs.
ALLIANCE_ARGUMENTS: dict[str, Arguments] = {
    "partner": lambda a: (find.partner(a).pk,),
    "partner_edit": lambda a: (find.partner(a).pk,),
    "partner_leave": lambda a: (find.partner(a).pk,),
    "partner_back": lambda a: (find.partner(a).pk,),
    "body": lambda a: (find.body(a).pk,),
    "body_count": lambda a: (find.body(a).pk,),
    "body_edit": lambda a: (find.body(a).pk,),
    "body_close": lambda a: (find.body(a).pk,),
    "body_reopen": lambda a: (find.body(a).pk,),
    "consultation_edit": lambda a: (find.consultation(a).pk,),
    "consultation_remove": lambda a: (find.consultation(a).pk,),
    "zone_edit": lambda a: (find.zone(a).pk,),
    "zone_remove": lambda a: (find.zone(a).pk,),
    "convention_sign": lambda a: (
        Signatory.objects.filter(convention__alliance=a).earliest("pk").pk,
    ),
    "convention_remind": lambda a: (
        Signatory.objects.filter(convention__alliance=a).earliest("pk").pk,
    ),
    "avenant_remind": lambda a: (
        AvenantSignatory.objects.filter(avenant__convention__alliance=a).earliest("pk").pk,
    ),
    "avenant": find.avenant,
    "avenant_edit": find.avenant,
    "avenant_send": find.avenant,
    "avenant_withdraw": find.avenant,
    "avenant_sign": lambda a: (
        AvenantSignatory.objects.filter(avenant__convention__alliance=a).earliest("pk").pk,
    ),
    "scan": find.scan,
    "scan_blanks": find.scan,
    "scan_page": lambda a: (*find.scan(a), 1),
    "scan_image": lambda a: (*find.scan(a), 1),
    "plan_version": lambda a: (find.version(a).number,),
    "plan_write": lambda a: (find.version(a).number,),
    "plan_pdf": lambda a: (find.version(a).number,),
    "plan_docx": lambda a: (find.version(a).number,),
    "plan_json": lambda a: (find.version(a).number,),
    "plan_check": lambda a: (find.version(a).number,),
    "practice_share": lambda a: (find.in_force(a).lineage,),
    "priority_thread": lambda a: (find.in_force(a).objective.priority.lineage,),
    "plan_start": lambda a: (find.version(a).number,),
    "plan_take": lambda a: (find.version(a).number, a.cycle.slug, 1),
    "plan_word": lambda a: (find.version(a).number,),
    "plan_word_place": lambda a: (find.version(a).number,),
    "plan_word_piece": lambda a: (find.version(a).number, 0),
    "plan_word_finish": lambda a: (find.version(a).number,),
    "plan_review": lambda a: (find.version(a).number,),
    "plan_threads": lambda a: (find.version(a).number,),
    "plan_opinion": lambda a: (find.version(a).number,),
    "plan_abandon": lambda a: (find.version(a).number,),
    "plan_open_section": find.section,
    "plan_submit": lambda a: (find.version(a).number,),
    "plan_return": lambda a: (find.version(a).number,),
    "plan_validate": lambda a: (find.version(a).number,),
    "plan_approve": lambda a: (find.version(a).number,),
    "plan_endorsements": lambda a: (find.version(a).number,),
    "plan_endorsements_ask": lambda a: (find.version(a).number,),
    "plan_endorsements_again": lambda a: (find.version(a).number,),
    "plan_endorsement_resend": find.asked,
    "plan_endorsement_cancel": find.asked,
    "plan_endorsement_evidence": find.asked,
    "plan_section": find.section,
    "plan_text": find.section,
    "plan_add": lambda a: (find.version(a).number, "3", "priorite"),
    "plan_edit": find.in_the_logic,
    "plan_remove": find.in_the_logic,
    "plan_copy": find.in_the_logic,
    "plan_field": lambda a: (find.version(a).number,),
    "plan_move": find.in_the_logic,
    "plan_presence": find.section,
    "versement": lambda a: (find.versement(a).pk,),
    "recovery": lambda a: (find.recovery(a).pk,),
    "project": lambda a: (find.project(a).number,),
    "carrier": lambda a: (find.project(a).organisation_id,),
    "project_import": find.register_import,
    "project_import_faults": find.register_import,
    "project_view_remove": lambda a: (
        SavedView.objects.filter(territory=a.territory_id).earliest("pk").pk,
    ),
    "committee": lambda a: (find.committee(a).pk,),
    "project_score": lambda a: (find.committee(a).pk, find.referred(a).number),
    "sitting": lambda a: (find.sitting(a).pk,),
    "project_checks": lambda a: (find.project(a, "received").number,),
    "project_reject": lambda a: (find.project(a, "received").number,),
    "project_conflict": lambda a: (find.project(a, "received").number,),
    "project_conflict_end": find.conflict,
    "project_edit": lambda a: (find.project(a, "received").number,),
    **dict.fromkeys(["call", "call_edit", "call_publish", "call_extend", "call_drop"], find.call),
    "project_money": find.followed,
    "project_follow_results": find.followed,
    "project_documents": find.followed,
    "project_change": find.followed,
    "project_agreement": lambda a: (find.project(a, "accepted").number,),
    "project_result": lambda a: (*find.followed(a), find.this_year()),
    "project_photo": lambda a: (*find.followed(a), find.this_year()),
    "project_link_close": lambda a: (find.request(a).project.number, find.request(a).fiscal_year),
    "project_results_remind": lambda a: (find.this_year(),),
    "alliance_export_file": find.export,
    "report": lambda a: ("2025-2026",),
    "report_open": lambda a: ("2026-2027",),
    "report_save": lambda a: ("2025-2026",),
    "report_extend": lambda a: ("2026-2027",),
    "report_submit": lambda a: ("2025-2026",),
    "report_review": lambda a: ("2025-2026",),
    "report_figure": lambda a: ("2025-2026", "received"),
}
DAY = {"on": "2026-11-20"}
# Acts whose address names them: each has its own right.
Typed = dict[str, str] | Callable[[Alliance], dict[str, str]]
ACTS: dict[str, dict[str, tuple[Arguments, Typed]]] = {
    "versement_act": {
        "recommander": (lambda a: (find.versement(a, "ready").pk,), {"amount": "1,00"}),
        "payer": (
            lambda a: (find.versement(a, "issued", "paid").pk,),
            {"paid_on": "2026-11-20", "reference": "SAGIR-1"},
        ),
        "retenir": (lambda a: (find.versement(a, "planned").pk,), {"reason": "Pièce manquante."}),
        "lever": (lambda a: (find.versement(a, "held", "planned").pk,), {"note": "Pièce reçue."}),
        "annuler": (lambda a: (find.versement(a, "planned").pk,), {"reason": "Remplacé."}),
        "detacher": (
            lambda a: (find.versement(a, "planned").pk,),
            {"amount": "1,00", "reason": "Contesté."},
        ),
        "recouvrer": (
            lambda a: (find.versement(a, "paid").pk,),
            {"kind": "overpayment", "amount": "1,00", "reason": "Payé en trop."},
        ),
    },
    "envelope_amount_act": {
        "confirmer": (lambda a: (a.envelope.amounts.latest("pk").pk,), {}),
        "retirer": (lambda a: (a.envelope.amounts.latest("pk").pk,), {}),
    },
    "recovery_act": {
        "decider": (lambda a: (find.recovery(a, "proposed").pk,), {}),
        "abandonner": (lambda a: (find.recovery(a, "proposed").pk,), {"reason": "Erreur."}),
        "rembourser": (
            lambda a: (find.recovery(a, "decided").pk,),
            {"received_on": "2026-11-20", "reference": "REMB-1"},
        ),
        "deduire": (
            lambda a: (find.recovery(a, "decided").pk,),
            lambda a: {"versement": str(find.versement(a, "planned").pk)},
        ),
    },
    "payment_line_act": {
        "rejeter": (
            lambda a: (find.line(a).batch.document.number, find.line(a).rank),
            {"reason": "Compte fermé.", **DAY},
        ),
        "corriger": (
            lambda a: (find.line(a).batch.document.number, find.line(a).rank),
            {"correction": "Compte remplacé."},
        ),
    },
    "project_import_act": dict.fromkeys(
        ("colonnes", "appliquer", "annuler", "abandonner"), (find.register_import, {})
    ),
    "committee_act": {
        "ajouter": (lambda a: (find.committee(a).pk,), {}),
        "retirer": (
            lambda a: (find.committee(a).pk,),
            lambda a: {"seat": str(find.committee(a).members.earliest("pk").pk)},
        ),
        "confier": (lambda a: (find.committee(a).pk,), {}),
        "reprendre": (
            lambda a: (find.committee(a).pk,),
            lambda a: {"referral": str(find.committee(a).referrals.earliest("pk").pk)},
        ),
        "seance": (lambda a: (find.committee(a).pk,), {"on": "2027-02-01"}),
        "grille": (lambda a: (find.committee(a).pk,), {}),
    },
    "sitting_act": {
        "presences": (lambda a: (find.sitting(a).pk,), {}),
        "ajouter": (lambda a: (find.sitting(a).pk,), {}),
        "retirer": (
            lambda a: (find.sitting(a).pk,),
            lambda a: {"item": str(find.sitting(a).items.earliest("pk").pk)},
        ),
        "preparer": (
            lambda a: (find.sitting(a).pk,),
            lambda a: {"item": str(find.sitting(a).items.earliest("pk").pk), "outcome": ""},
        ),
        "clore": (lambda a: (find.sitting(a).pk,), {}),
    },
    "project_act": {
        "decider": (
            lambda a: (find.project(a, "analysed", "deferred").number,),
            {"outcome": "refused", "reason": "Hors priorité.", "seen_decisions": "0", **DAY},
        ),
        "analyser": (lambda a: (find.project(a, "received").number,), {}),
        "lettre": (lambda a: (find.project(a, "accepted").number,), {}),
        "signer": (lambda a: (find.project(a, "accepted").number,), DAY),
        "condition": (find.followed, {"instalment": "0", **DAY}),
        "depenser": (find.followed, {"amount": "1,00", "what": "Café", **DAY}),
        "deposer-convention": (find.followed, {}),
        "convenir": (find.followed, {"carrier_name": "Lise Roy", **DAY}),
        "ecarter": (find.followed, {"reason": "Inutile."}),
        "poursuivre": (find.followed, {}),
        "demander-resultats": (
            find.followed,
            lambda a: {"fiscal_year": str(find.this_year()), "email": "porteur@x.example"},
        ),
        "accepter-resultats": (find.followed, {"result": "0"}),
        "retourner-resultats": (find.followed, {"result": "0", "reason": "À revoir."}),
        "corriger-paiement": (find.followed, {"payment": "0", "reason": "Erreur."}),
        "annuler-depense": (find.followed, {"expense": "0", "reason": "Erreur."}),
        "retirer-convention": (find.followed, {"reason": "Erreur."}),
        "demarrer": (lambda a: (find.project(a, "agreed").number,), {}),
        "terminer": (
            lambda a: (find.project(a, "under_way").number,),
            {"people_reached": "3", "note": "Fait.", **DAY},
        ),
        "payer": (find.followed, lambda a: {"instalment": find.part(a), "amount": "1,00", **DAY}),
        "abandonner": (
            lambda a: (find.project(a, "under_way").number,),
            {"note": "Dissous.", **DAY},
        ),
    },
}
# Routes without an Alliance in their address, but with an object of one.
OBJECT_ARGUMENTS: dict[str, Arguments] = {
    "convention_template": lambda a: (a.cycle.slug, "fr"),
    "convention_template_publish": lambda a: (a.cycle.slug, "fr"),
    "plan_across": lambda a: ("2c",),
    "practice": find.practice,
    "practice_edit": find.practice,
    "practice_withdraw": find.practice,
    "download_document": lambda a: (
        Document.objects.filter(alliance=a, kind="convention").earliest("pk").pk,
    ),
    "register_view_remove": lambda a: (1,),
    "payment_batch": lambda a: (find.line(a).batch.document.number,),
    "payment_answer": find.answer,
    "payment_answer_apply": find.answer,
    "allocation": find.scenario,
    "allocation_confirm": find.scenario,
    "envelope_move": find.move_of_money,
    "envelope_move_decide": find.move_of_money,
    "envelope_move_withdraw": find.move_of_money,
    "public_territory": lambda a: (a.territory.slug,),
    "public_initiatives_of": lambda a: (a.territory.slug,),
    "open_data_file": lambda a: ("csv",),
    "public_call": lambda a: (a.territory.slug, a.cycle.slug, *find.call(a)),
    **dict.fromkeys(["application", "application_receipt"], find.application),
    "own_share_ceiling": lambda a: (a.cycle.slug,),
    "public_funding_limit": lambda a: (a.cycle.slug,),
    "allocation_figures": lambda a: (a.cycle.slug,),
    "reopen_comment": lambda a: (
        Comment.objects.filter(alliance=a, answers=None).earliest("pk").pk,
    ),
    "stand_in": lambda a: (Membership.objects.get(user=find.someone(a), ended_at=None).pk,),
    "resolve_comment": lambda a: (
        Comment.objects.filter(alliance=a, answers=None).earliest("pk").pk,
    ),
    "end_role": lambda a: (Membership.objects.get(user=find.someone(a), ended_at=None).pk,),
    "resend_invitation": lambda a: (Invitation.objects.get(territory=a.territory).pk,),
    "cancel_invitation": lambda a: (Invitation.objects.get(territory=a.territory).pk,),
    "person": lambda a: (find.someone(a).pk,),
    "grant_role": lambda a: (find.someone(a).pk,),
    "set_access": lambda a: (find.someone(a).pk,),
    "verify_document": lambda a: (Document.objects.filter(alliance=a).earliest("pk").typed_code,),
    "project_result_link": lambda a: (result_links.link_of(find.request(a)).rsplit("/", 2)[1],),
    "endorsement": lambda a: (endorsements.link_of(find.endorsement(a)).rsplit("/", 2)[1],),
    "invitation": lambda a: (
        link_of(Invitation.objects.get(territory=a.territory)).rsplit("/", 2)[1],
    ),
    "account_reset_password_from_key": lambda a: (int_to_base36(find.someone(a).pk), "a-b"),
    "mfa_edit_webauthn": lambda a: (1,),
    "mfa_remove_webauthn": lambda a: (1,),
}


def addresses(route: str, pattern: URLPattern, alliance: Alliance) -> list[Address]:
    """The addresses of a route for ``alliance``; KeyError when nobody said how to fill it."""
    slugs = (alliance.territory.slug, alliance.cycle.slug) if is_of_alliance(pattern) else ()
    if route in ACTS:
        return [
            Address(
                route,
                f"{route} {act}",
                (*slugs, *args(alliance), act),
                data(alliance) if callable(data) else data,
            )
            for act, (args, data) in ACTS[route].items()
        ]
    more = pattern.pattern.regex.groups - len(slugs)
    known = ALLIANCE_ARGUMENTS if slugs else OBJECT_ARGUMENTS
    args = known[route](alliance) if more else ()
    return [Address(route, route, (*slugs, *args), FORMS.get(route, lambda a: {})(alliance))]


# What a person types, where an empty form would hide who may act.
FORMS: dict[str, Callable[[Alliance], dict[str, Any]]] = {
    "plan_field": lambda a: {"kind": "texte", "code": "1a", "field": "html", "base": "0"},
    "post_comment": lambda a: {
        "target_label": "reporting.annualreport",
        "target_id": a.reports.earliest("pk").pk,
        "body": "Une remarque.",
    },
    "set_access": lambda a: {"access": "close"},
    "committees": lambda a: {"name": "Comité des communautés"},
    "project_conflict": lambda a: {"reason": "Un lien de famille."},
    "project_conflict_end": lambda a: {"reason": "Mandat terminé."},
    "project_views": lambda a: {"name": "À décider", "query": "etat=a-decider"},
    "register_views": lambda a: {"name": "À décider", "query": "etat=a-decider"},
    "empowerment": lambda a: {"act": "resolution"},
}
