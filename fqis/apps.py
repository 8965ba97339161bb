from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FqisConfig(AppConfig):
    name = "fqis"
    verbose_name = "FQIS"

    def ready(self) -> None:
        from django.db.models import Sum

        from alliances.services.comments import register_target
        from alliances.services.documents import Renderer, name_deposits, register_renderer
        from alliances.services.journal import name_verbs
        from alliances.services.milestones import on_milestone
        from alliances.tabs import Tab, register_tab
        from conventions.watch import Watch, register_watch
        from fqis import acknowledgements, services
        from fqis.agreement_documents import (
            AGREEMENT_KIND,
            CHANGE_KIND,
            CONSENSUS_KIND,
            EXPENSE_KIND,
            PHOTO_KIND,
            SIGNED_KIND,
        )
        from fqis.documents import ANNULMENT_KIND, NOTICE_KIND, RECOVERY_KIND
        from fqis.models import Project, ProjectTally, Versement
        from fqis.payment_files import BATCH_KIND
        from fqis.selectors.threads import supported_by_priority
        from fqis.services import payees, schedule, submissions
        from fqis.services.decision_letters import LETTER_KIND, send_letter
        from fqis.services.sittings import MINUTES_KIND
        from plans.served import count_with

        count_with(supported_by_priority)
        on_milestone(services.on_milestone)
        register_watch(
            Watch(
                schedule.lock_schedule,
                schedule.fixed_tranches,
                schedule.check_amount,
                schedule.missing_to_send,
                payees.check_payee,
            )
        )
        register_renderer(
            NOTICE_KIND,
            Renderer(
                "documents/avis_versement.html",
                after=services.issue_versement,
                label=_("Avis de versement"),
            ),
        )
        register_renderer(
            RECOVERY_KIND,
            Renderer("documents/avis_recouvrement.html", label=_("Avis de recouvrement")),
        )
        register_renderer(
            ANNULMENT_KIND,
            Renderer("documents/annulation_avis.html", label=_("Annulation d’un avis")),
        )
        register_renderer(
            acknowledgements.KIND,
            Renderer(
                "documents/accuse_demande.html",
                after=submissions.send_acknowledgement,
                label=_("Accusé de réception d’une demande"),
            ),
        )
        name_deposits({submissions.FILE_KIND: _("Fichier joint à une demande")})
        register_renderer(
            LETTER_KIND,
            Renderer(
                "documents/lettre_decision.html", after=send_letter, label=_("Lettre de décision")
            ),
        )
        register_renderer(
            MINUTES_KIND,
            Renderer("documents/proces_verbal_seance.html", label=_("Procès-verbal de séance")),
        )
        register_renderer(BATCH_KIND, Renderer("", label=_("Lot de paiement")))
        register_renderer(
            AGREEMENT_KIND,
            Renderer("documents/convention_projet.html", label=_("Convention de projet")),
        )
        name_deposits(
            {
                SIGNED_KIND: _("Convention de projet signée"),
                CHANGE_KIND: _("Modification d’un projet"),
                CONSENSUS_KIND: _("Consensus pour la poursuite d’un projet"),
                EXPENSE_KIND: _("Pièce d’une dépense"),
                PHOTO_KIND: _("Photo d’un projet"),
            }
        )
        name_deposits({"project_register": _("Registre de la Table")})
        register_target(Project, closers=["manage_projects", "decide_projects"])
        register_target(Versement, closers=["recommend_versement", "authorise_versement"])
        register_tab(
            Tab(
                "projects",
                _("Projets"),
                "projects",
                40,
                lambda alliance: ProjectTally.objects.filter(alliance=alliance),
                number=Sum("projects"),
            )
        )
        register_tab(Tab("finances", _("Finances"), "finances", 50))
        name_verbs(
            {
                "confirm_envelope": _("Enveloppe confirmée"),
                "propose_envelope_amount": _("Montant d’enveloppe proposé"),
                "withdraw_envelope_amount": _("Montant d’enveloppe retiré"),
                "write_allocation_figures": _("Chiffres de la répartition écrits"),
                "create_allocation": _("Scénario de répartition ouvert"),
                "confirm_allocation": _("Répartition confirmée"),
                "write_envelope_split": _("Partage de l’enveloppe préparé"),
                "decide_envelope_split": _("Partage de l’enveloppe décidé"),
                "set_public_funding_limit": _("Cumul de l’aide publique fixé"),
                "set_own_share_ceiling": _("Plafond d’administration fixé"),
                "propose_envelope_move": _("Déplacement proposé"),
                "decide_envelope_move": _("Déplacement décidé"),
                "withdraw_envelope_move": _("Proposition retirée"),
                "plan_versements": _("Versements prévus"),
                "follow_avenant": _("Versement ajusté à un avenant"),
                "replace_notice": _("Avis annulé par un avenant"),
                "ready_versement": _("Versement prêt"),
                "recommend_versement": _("Versement recommandé"),
                "authorise_versement": _("Versement autorisé"),
                "issue_versement": _("Avis de versement émis"),
                "confirm_payment": _("Versement payé"),
                "create_payment_batch": _("Lot de paiement envoyé"),
                "send_payment": _("Versement envoyé au paiement"),
                "read_payment_answer": _("Réponse de paiement lue"),
                "apply_payment_answer": _("Réponse de paiement appliquée"),
                "reject_payment": _("Paiement rejeté"),
                "correct_payment": _("Rejet corrigé"),
                "set_contact": _("Courriel de contact écrit"),
                "hold_versement": _("Versement retenu"),
                "release_versement": _("Retenue levée"),
                "cancel_versement": _("Versement annulé"),
                "park_versement": _("Partie contestée mise de côté"),
                "propose_recovery": _("Recouvrement proposé"),
                "decide_recovery": _("Recouvrement décidé"),
                "drop_recovery": _("Recouvrement abandonné"),
                "receive_recovery": _("Recouvrement remboursé"),
                "deduct_recovery": _("Recouvrement déduit"),
                "bring_register": _("Registre apporté"),
                "apply_import": _("Registre importé"),
                "undo_import": _("Import annulé"),
                "drop_import": _("Import abandonné"),
                "save_view": _("Vue du registre partagée"),
                "remove_view": _("Vue du registre retirée"),
                "write_call": _("Appel de projets préparé"),
                "publish_call": _("Appel de projets publié"),
                "extend_call": _("Appel de projets prolongé"),
                "close_call": _("Appel de projets fermé"),
                "drop_call": _("Appel de projets abandonné"),
                "register_organisation": _("Organisation inscrite"),
                "register_project": _("Projet inscrit"),
                "update_project": _("Projet modifié"),
                "analyse_project": _("Projet analysé"),
                "answer_check": _("Contrôle d’admissibilité"),
                "create_committee": _("Comité formé"),
                "write_grid": _("Grille d’analyse écrite"),
                "add_committee_member": _("Membre d’un comité ajouté"),
                "remove_committee_member": _("Membre d’un comité retiré"),
                "refer_project": _("Projet confié à un comité"),
                "take_back_project": _("Projet repris à un comité"),
                "declare_conflict": _("Conflit d’intérêts déclaré"),
                "withdraw_conflict": _("Conflit d’intérêts levé"),
                "plan_sitting": _("Séance prévue"),
                "close_sitting": _("Séance close"),
                "write_decision_letter": _("Lettre de décision préparée"),
                "decide_project": _("Décision sur un projet"),
                "sign_project_agreement": _("Convention de projet signée"),
                "prepare_project_agreement": _("Convention de projet préparée"),
                "withdraw_project_agreement": _("Convention de projet retirée"),
                "deposit_signed_agreement": _("Convention de projet déposée"),
                "meet_instalment": _("Condition d’un versement remplie"),
                "correct_project_payment": _("Paiement d’un projet corrigé"),
                "record_expense": _("Dépense consignée"),
                "cancel_expense": _("Dépense annulée"),
                "propose_project_change": _("Modification proposée"),
                "agree_project_change": _("Modification convenue"),
                "decline_project_change": _("Modification écartée"),
                "continue_project": _("Poursuite d’un projet structurant"),
                "show_practice": _("Bonne pratique présentée à tous"),
                "hide_practice": _("Bonne pratique retirée"),
                "ask_result": _("Résultats demandés"),
                "remind_results": _("Organisations relancées"),
                "revoke_result_request": _("Lien des résultats fermé"),
                "receive_result": _("Résultats reçus"),
                "accept_result": _("Résultats acceptés"),
                "return_result": _("Résultats retournés"),
                "add_result_photo": _("Photo déposée"),
                "withdraw_result_photo": _("Photo retirée"),
                "start_project": _("Projet démarré"),
                "pay_project": _("Projet payé"),
                "record_result": _("Résultat consigné"),
                "complete_project": _("Projet terminé"),
                "abandon_project": _("Projet abandonné"),
            }
        )
