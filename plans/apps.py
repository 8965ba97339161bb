from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = "Plans d’action"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.services.comments import register_target
        from alliances.services.journal import name_verbs
        from alliances.services.milestones import on_milestone
        from alliances.tabs import Tab, register_tab

        from . import documents
        from .models import PlanVersion
        from .selectors.threads import quote_of
        from .services import start_plan

        register_tab(Tab("plan", _("Plan"), "plan", 30))
        name_verbs(
            {
                "take_from_plan": _("Plan repris d’un autre"),
                "import_word": _("Fichier Word apporté"),
                "place_word": _("Fichier Word placé dans le plan"),
                "finish_word": _("Placement du fichier Word terminé"),
                "open_plan_version": _("Version du plan ouverte"),
                "add_priority": _("Priorité ajoutée"),
                "add_objective": _("Objectif ajouté"),
                "add_action": _("Action ajoutée"),
                "add_indicator": _("Indicateur ajouté"),
                "move_element": _("Élément du plan déplacé"),
                "remove_element": _("Élément du plan retiré"),
                "submit_plan": _("Plan transmis"),
                "open_plan_section": _("Section du plan ouverte"),
                "abandon_plan_version": _("Version du plan abandonnée"),
                "give_opinion": _("Avis de la DGSQ"),
                "review_plan": _("Plan analysé"),
                "return_plan": _("Plan retourné"),
                "validate_plan": _("Plan validé"),
                "approve_plan": _("Plan approuvé"),
                "extend_plan": _("Délai accordé"),
                "ask_endorsements": _("Appuis demandés"),
                "resend_endorsement": _("Demande d’appui renvoyée"),
                "cancel_endorsement": _("Demande d’appui annulée"),
                "answer_endorsement": _("Appui répondu"),
                "attach_evidence": _("Preuve d’appui déposée"),
                "share_practice": _("Pratique partagée"),
                "update_practice": _("Pratique modifiée"),
                "withdraw_practice": _("Pratique retirée"),
            }
        )
        register_target(
            PlanVersion,
            lambda version: version.plan.alliance,
            closers=["edit_plan", "validate_plan"],
            quote_of=quote_of,
        )
        on_milestone(start_plan)
        documents.register()
