"""One real address for each route of the portal, with what a person would type in its form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import int_to_base36

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import (
    Alliance,
    Comment,
    DevitalisedZone,
    Document,
    GovernanceBody,
    Invitation,
    Membership,
    Partner,
    User,
)
from alliances.services.invitations import link_of
from conventions.models import Avenant, AvenantSignatory, Scan, Signatory
from fqis.models import (
    Allocation,
    Application,
    Call,
    Committee,
    ConflictOfInterest,
    EnvelopeMove,
    PaymentAnswer,
    PaymentLine,
    Project,
    ProjectChange,
    ProjectInstalment,
    Recovery,
    RegisterImport,
    ResultRequest,
    SavedView,
    Sitting,
    Versement,
)
from fqis.services import result_links
from fqis.services.applications import token_for
from plans.models import Action, Endorsement, Objective, PlanVersion, SharedPractice
from plans.services import endorsements


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


def _version(alliance: Alliance) -> PlanVersion:
    return PlanVersion.objects.filter(plan__alliance=alliance).latest("number")


def _section(alliance: Alliance) -> tuple[Any, ...]:
    return _version(alliance).number, "1a"


def _in_the_logic(alliance: Alliance) -> tuple[Any, ...]:
    return _version(alliance).number, "4", "objectif", _objective(alliance).pk


def _in_force(alliance: Alliance) -> Action:
    return Action.objects.filter(
        version__plan__alliance=alliance, version__state="approved"
    ).earliest("pk")


def _practice(alliance: Alliance) -> tuple[Any, ...]:
    return (SharedPractice.objects.filter(alliance=alliance).earliest("pk").pk,)


def _objective(alliance: Alliance) -> Objective:
    return Objective.objects.filter(version=_version(alliance)).earliest("pk")


def _endorsement(alliance: Alliance) -> Endorsement:
    return Endorsement.objects.filter(version__plan__alliance=alliance, answer="").latest("pk")


def _asked(alliance: Alliance) -> tuple[Any, ...]:
    row = _endorsement(alliance)
    return row.version.number, row.pk


def _versement(alliance: Alliance, *states: str) -> Versement:
    found = Versement.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.latest("pk")


def _recovery(alliance: Alliance, *states: str) -> Recovery:
    found = Recovery.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.earliest("pk")


def _project(alliance: Alliance, *states: str) -> Project:
    found = Project.objects.filter(alliance=alliance)
    return (found.filter(state__in=states).first() if states else None) or found.earliest("pk")


def _call(alliance: Alliance) -> tuple[Any, ...]:
    return (Call.objects.filter(alliance=alliance).latest("pk").number,)


def _application(alliance: Alliance) -> tuple[Any, ...]:
    row = Application.objects.filter(call__alliance=alliance).earliest("pk")
    return (token_for(row),)


def _import(alliance: Alliance) -> tuple[Any, ...]:
    return (RegisterImport.objects.filter(alliance=alliance).earliest("pk").pk,)


def _committee(alliance: Alliance) -> Committee:
    return Committee.objects.filter(alliance=alliance).earliest("pk")


def _sitting(alliance: Alliance) -> Sitting:
    return Sitting.objects.filter(committee__alliance=alliance, state="planned").earliest("pk")


def _referred(alliance: Alliance) -> Project:
    """One that everybody sees: nobody withdrew from it."""
    return Project.objects.filter(referral__committee=_committee(alliance)).earliest("pk")


def _conflict(alliance: Alliance) -> tuple[Any, ...]:
    found = ConflictOfInterest.objects.filter(project__alliance=alliance).earliest("pk")
    return found.project.number, found.pk


def _scan(alliance: Alliance) -> tuple[Any, ...]:
    return (Scan.objects.filter(alliance=alliance).latest("pk").pk,)


def _body(alliance: Alliance) -> GovernanceBody:
    return GovernanceBody.objects.filter(alliance=alliance).earliest("pk")


def _partner(alliance: Alliance) -> Partner:
    return Partner.objects.filter(alliance=alliance).earliest("pk")


def _zone(alliance: Alliance) -> DevitalisedZone:
    return DevitalisedZone.objects.filter(alliance=alliance).earliest("pk")


def _avenant(alliance: Alliance) -> tuple[Any, ...]:
    return (Avenant.objects.filter(convention__alliance=alliance).latest("number").number,)


def _scenario(alliance: Alliance) -> tuple[Any, ...]:
    return (Allocation.objects.filter(cycle=alliance.cycle_id).earliest("pk").pk,)


def _line(alliance: Alliance) -> PaymentLine:
    found = PaymentLine.objects.select_related("batch__document")
    return found.filter(versement__alliance=alliance).earliest("pk")


def _answer(alliance: Alliance) -> tuple[Any, ...]:
    said = PaymentAnswer.objects.filter(lines__line=_line(alliance)).select_related("document")
    return (said.earliest("pk").document.number,)


def _move_of_money(alliance: Alliance) -> tuple[Any, ...]:
    return (
        EnvelopeMove.objects.filter(target__alliance__cycle=alliance.cycle_id).earliest("pk").pk,
    )


def _someone(alliance: Alliance) -> User:
    return User.objects.get(email=f"partenaire@{alliance.territory.slug}.example")


def _part(alliance: Alliance) -> str:
    (number,) = _followed(alliance)
    parts = ProjectInstalment.objects.filter(
        agreement__project__alliance=alliance, agreement__project__number=number
    )
    return str(parts.earliest("rank").pk)


def _followed(alliance: Alliance) -> tuple[Any, ...]:
    """The project that has an agreement of the portal's own, a change to answer, results."""
    return (ProjectChange.objects.filter(project__alliance=alliance).latest("pk").project.number,)


def _request(alliance: Alliance) -> ResultRequest:
    return ResultRequest.objects.filter(project__alliance=alliance).latest("pk")


def _this_year() -> int:
    return FiscalYear.of(clock.today()).start


# What the routes of one Alliance need after its two slugs.
ALLIANCE_ARGUMENTS: dict[str, Arguments] = {
    "partner": lambda a: (_partner(a).pk,),
    "partner_edit": lambda a: (_partner(a).pk,),
    "partner_leave": lambda a: (_partner(a).pk,),
    "partner_back": lambda a: (_partner(a).pk,),
    "body": lambda a: (_body(a).pk,),
    "body_count": lambda a: (_body(a).pk,),
    "body_edit": lambda a: (_body(a).pk,),
    "body_close": lambda a: (_body(a).pk,),
    "body_reopen": lambda a: (_body(a).pk,),
    "zone_edit": lambda a: (_zone(a).pk,),
    "zone_remove": lambda a: (_zone(a).pk,),
    "convention_sign": lambda a: (
        Signatory.objects.filter(convention__alliance=a).earliest("pk").pk,
    ),
    "convention_remind": lambda a: (
        Signatory.objects.filter(convention__alliance=a).earliest("pk").pk,
    ),
    "avenant_remind": lambda a: (
        AvenantSignatory.objects.filter(avenant__convention__alliance=a).earliest("pk").pk,
    ),
    "avenant": _avenant,
    "avenant_edit": _avenant,
    "avenant_send": _avenant,
    "avenant_withdraw": _avenant,
    "avenant_sign": lambda a: (
        AvenantSignatory.objects.filter(avenant__convention__alliance=a).earliest("pk").pk,
    ),
    "scan": _scan,
    "scan_blanks": _scan,
    "scan_page": lambda a: (*_scan(a), 1),
    "scan_image": lambda a: (*_scan(a), 1),
    "plan_version": lambda a: (_version(a).number,),
    "plan_write": lambda a: (_version(a).number,),
    "plan_pdf": lambda a: (_version(a).number,),
    "plan_docx": lambda a: (_version(a).number,),
    "plan_json": lambda a: (_version(a).number,),
    "plan_check": lambda a: (_version(a).number,),
    "practice_share": lambda a: (_in_force(a).lineage,),
    "priority_thread": lambda a: (_in_force(a).objective.priority.lineage,),
    "plan_start": lambda a: (_version(a).number,),
    "plan_take": lambda a: (_version(a).number, a.cycle.slug, 1),
    "plan_word": lambda a: (_version(a).number,),
    "plan_word_place": lambda a: (_version(a).number,),
    "plan_word_piece": lambda a: (_version(a).number, 0),
    "plan_word_finish": lambda a: (_version(a).number,),
    "plan_review": lambda a: (_version(a).number,),
    "plan_threads": lambda a: (_version(a).number,),
    "plan_opinion": lambda a: (_version(a).number,),
    "plan_abandon": lambda a: (_version(a).number,),
    "plan_open_section": _section,
    "plan_submit": lambda a: (_version(a).number,),
    "plan_return": lambda a: (_version(a).number,),
    "plan_validate": lambda a: (_version(a).number,),
    "plan_approve": lambda a: (_version(a).number,),
    "plan_endorsements": lambda a: (_version(a).number,),
    "plan_endorsements_ask": lambda a: (_version(a).number,),
    "plan_endorsements_again": lambda a: (_version(a).number,),
    "plan_endorsement_resend": _asked,
    "plan_endorsement_cancel": _asked,
    "plan_endorsement_evidence": _asked,
    "plan_section": _section,
    "plan_text": _section,
    "plan_add": lambda a: (_version(a).number, "3", "priorite"),
    "plan_edit": _in_the_logic,
    "plan_remove": _in_the_logic,
    "plan_copy": _in_the_logic,
    "plan_field": lambda a: (_version(a).number,),
    "plan_move": _in_the_logic,
    "plan_presence": _section,
    "versement": lambda a: (_versement(a).pk,),
    "recovery": lambda a: (_recovery(a).pk,),
    "project": lambda a: (_project(a).number,),
    "carrier": lambda a: (_project(a).organisation_id,),
    "project_import": _import,
    "project_import_faults": _import,
    "project_view_remove": lambda a: (
        SavedView.objects.filter(territory=a.territory_id).earliest("pk").pk,
    ),
    "committee": lambda a: (_committee(a).pk,),
    "project_score": lambda a: (_committee(a).pk, _referred(a).number),
    "sitting": lambda a: (_sitting(a).pk,),
    "project_checks": lambda a: (_project(a, "received").number,),
    "project_reject": lambda a: (_project(a, "received").number,),
    "project_conflict": lambda a: (_project(a, "received").number,),
    "project_conflict_end": _conflict,
    "project_edit": lambda a: (_project(a, "received").number,),
    **dict.fromkeys(["call", "call_edit", "call_publish", "call_extend", "call_drop"], _call),
    "project_money": _followed,
    "project_follow_results": _followed,
    "project_documents": _followed,
    "project_change": _followed,
    "project_agreement": lambda a: (_project(a, "accepted").number,),
    "project_result": lambda a: (*_followed(a), _this_year()),
    "project_photo": lambda a: (*_followed(a), _this_year()),
    "project_link_close": lambda a: (_request(a).project.number, _request(a).fiscal_year),
    "project_results_remind": lambda a: (_this_year(),),
    "report": lambda a: ("2025-2026",),
    "report_open": lambda a: ("2026-2027",),
    "report_save": lambda a: ("2025-2026",),
    "report_submit": lambda a: ("2025-2026",),
    "report_review": lambda a: ("2025-2026",),
    "report_figure": lambda a: ("2025-2026", "received"),
}
DAY = {"on": "2026-11-20"}
# Acts whose address names them: each has its own right.
Typed = dict[str, str] | Callable[[Alliance], dict[str, str]]
ACTS: dict[str, dict[str, tuple[Arguments, Typed]]] = {
    "versement_act": {
        "recommander": (lambda a: (_versement(a, "ready").pk,), {"amount": "1,00"}),
        "payer": (
            lambda a: (_versement(a, "issued", "paid").pk,),
            {"paid_on": "2026-11-20", "reference": "SAGIR-1"},
        ),
        "retenir": (lambda a: (_versement(a, "planned").pk,), {"reason": "Pièce manquante."}),
        "lever": (lambda a: (_versement(a, "held", "planned").pk,), {"note": "Pièce reçue."}),
        "annuler": (lambda a: (_versement(a, "planned").pk,), {"reason": "Remplacé."}),
        "detacher": (
            lambda a: (_versement(a, "planned").pk,),
            {"amount": "1,00", "reason": "Contesté."},
        ),
        "recouvrer": (
            lambda a: (_versement(a, "paid").pk,),
            {"kind": "overpayment", "amount": "1,00", "reason": "Payé en trop."},
        ),
    },
    "envelope_amount_act": {
        "confirmer": (lambda a: (a.envelope.amounts.latest("pk").pk,), {}),
        "retirer": (lambda a: (a.envelope.amounts.latest("pk").pk,), {}),
    },
    "recovery_act": {
        "decider": (lambda a: (_recovery(a, "proposed").pk,), {}),
        "abandonner": (lambda a: (_recovery(a, "proposed").pk,), {"reason": "Erreur."}),
        "rembourser": (
            lambda a: (_recovery(a, "decided").pk,),
            {"received_on": "2026-11-20", "reference": "REMB-1"},
        ),
        "deduire": (
            lambda a: (_recovery(a, "decided").pk,),
            lambda a: {"versement": str(_versement(a, "planned").pk)},
        ),
    },
    "payment_line_act": {
        "rejeter": (
            lambda a: (_line(a).batch.document.number, _line(a).rank),
            {"reason": "Compte fermé.", **DAY},
        ),
        "corriger": (
            lambda a: (_line(a).batch.document.number, _line(a).rank),
            {"correction": "Compte remplacé."},
        ),
    },
    "project_import_act": dict.fromkeys(
        ("colonnes", "appliquer", "annuler", "abandonner"), (_import, {})
    ),
    "committee_act": {
        "ajouter": (lambda a: (_committee(a).pk,), {}),
        "retirer": (
            lambda a: (_committee(a).pk,),
            lambda a: {"seat": str(_committee(a).members.earliest("pk").pk)},
        ),
        "confier": (lambda a: (_committee(a).pk,), {}),
        "reprendre": (
            lambda a: (_committee(a).pk,),
            lambda a: {"referral": str(_committee(a).referrals.earliest("pk").pk)},
        ),
        "seance": (lambda a: (_committee(a).pk,), {"on": "2027-02-01"}),
        "grille": (lambda a: (_committee(a).pk,), {}),
    },
    "sitting_act": {
        "presences": (lambda a: (_sitting(a).pk,), {}),
        "ajouter": (lambda a: (_sitting(a).pk,), {}),
        "retirer": (
            lambda a: (_sitting(a).pk,),
            lambda a: {"item": str(_sitting(a).items.earliest("pk").pk)},
        ),
        "preparer": (
            lambda a: (_sitting(a).pk,),
            lambda a: {"item": str(_sitting(a).items.earliest("pk").pk), "outcome": ""},
        ),
        "clore": (lambda a: (_sitting(a).pk,), {}),
    },
    "project_act": {
        "decider": (
            lambda a: (_project(a, "analysed", "deferred").number,),
            {"outcome": "refused", "reason": "Hors priorité.", "seen_decisions": "0", **DAY},
        ),
        "analyser": (lambda a: (_project(a, "received").number,), {}),
        "lettre": (lambda a: (_project(a, "accepted").number,), {}),
        "signer": (lambda a: (_project(a, "accepted").number,), DAY),
        "condition": (_followed, {"instalment": "0", **DAY}),
        "depenser": (_followed, {"amount": "1,00", "what": "Café", **DAY}),
        "deposer-convention": (_followed, {}),
        "convenir": (_followed, {"carrier_name": "Lise Roy", **DAY}),
        "ecarter": (_followed, {"reason": "Inutile."}),
        "poursuivre": (_followed, {}),
        "demander-resultats": (
            _followed,
            lambda a: {"fiscal_year": str(_this_year()), "email": "porteur@x.example"},
        ),
        "accepter-resultats": (_followed, {"result": "0"}),
        "retourner-resultats": (_followed, {"result": "0", "reason": "À revoir."}),
        "corriger-paiement": (_followed, {"payment": "0", "reason": "Erreur."}),
        "annuler-depense": (_followed, {"expense": "0", "reason": "Erreur."}),
        "retirer-convention": (_followed, {"reason": "Erreur."}),
        "demarrer": (lambda a: (_project(a, "agreed").number,), {}),
        "terminer": (
            lambda a: (_project(a, "under_way").number,),
            {"people_reached": "3", "note": "Fait.", **DAY},
        ),
        "payer": (_followed, lambda a: {"instalment": _part(a), "amount": "1,00", **DAY}),
        "abandonner": (lambda a: (_project(a, "under_way").number,), {"note": "Dissous.", **DAY}),
    },
}
# Routes without an Alliance in their address, but with an object of one.
OBJECT_ARGUMENTS: dict[str, Arguments] = {
    "convention_template": lambda a: (a.cycle.slug, "fr"),
    "convention_template_publish": lambda a: (a.cycle.slug, "fr"),
    "plan_across": lambda a: ("2c",),
    "practice": _practice,
    "practice_edit": _practice,
    "practice_withdraw": _practice,
    "download_document": lambda a: (
        Document.objects.filter(alliance=a, kind="convention").earliest("pk").pk,
    ),
    "register_view_remove": lambda a: (1,),
    "payment_batch": lambda a: (_line(a).batch.document.number,),
    "payment_answer": _answer,
    "payment_answer_apply": _answer,
    "allocation": _scenario,
    "allocation_confirm": _scenario,
    "envelope_move": _move_of_money,
    "envelope_move_decide": _move_of_money,
    "envelope_move_withdraw": _move_of_money,
    "public_territory": lambda a: (a.territory.slug,),
    "public_call": lambda a: (a.territory.slug, a.cycle.slug, *_call(a)),
    **dict.fromkeys(["application", "application_receipt"], _application),
    "own_share_ceiling": lambda a: (a.cycle.slug,),
    "public_funding_limit": lambda a: (a.cycle.slug,),
    "allocation_figures": lambda a: (a.cycle.slug,),
    "reopen_comment": lambda a: (
        Comment.objects.filter(alliance=a, answers=None).earliest("pk").pk,
    ),
    "stand_in": lambda a: (Membership.objects.get(user=_someone(a), ended_at=None).pk,),
    "resolve_comment": lambda a: (
        Comment.objects.filter(alliance=a, answers=None).earliest("pk").pk,
    ),
    "end_role": lambda a: (Membership.objects.get(user=_someone(a), ended_at=None).pk,),
    "resend_invitation": lambda a: (Invitation.objects.get(territory=a.territory).pk,),
    "cancel_invitation": lambda a: (Invitation.objects.get(territory=a.territory).pk,),
    "person": lambda a: (_someone(a).pk,),
    "grant_role": lambda a: (_someone(a).pk,),
    "set_access": lambda a: (_someone(a).pk,),
    "verify_document": lambda a: (Document.objects.filter(alliance=a).earliest("pk").typed_code,),
    "project_result_link": lambda a: (result_links.link_of(_request(a)).rsplit("/", 2)[1],),
    "endorsement": lambda a: (endorsements.link_of(_endorsement(a)).rsplit("/", 2)[1],),
    "invitation": lambda a: (
        link_of(Invitation.objects.get(territory=a.territory)).rsplit("/", 2)[1],
    ),
    "account_reset_password_from_key": lambda a: (int_to_base36(_someone(a).pk), "a-b"),
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
