from django.apps import AppConfig


class AlliancesConfig(AppConfig):
    name = "alliances"
    verbose_name = "Alliances"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate
        from django.utils.translation import gettext_lazy as _

        from .language import count_in_french
        from .models import Document
        from .rls import ignore_no_rule
        from .services.journal import name_verbs
        from .tabs import Tab, register_tab

        post_migrate.connect(ignore_no_rule, sender=self)
        count_in_french()
        register_tab(Tab("team", _("Équipe"), "team", 70))
        register_tab(
            Tab(
                "documents",
                _("Documents"),
                "documents",
                80,
                lambda alliance: Document.objects.filter(alliance=alliance),
            )
        )
        register_tab(Tab("journal", _("Journal"), "journal", 90, right="view_journal"))
        name_verbs(
            {
                "comment": _("Remarque"),
                "resolve_comment": _("Remarque réglée"),
                "reopen_comment": _("Remarque rouverte"),
                "download": _("Document ouvert"),
                "invite": _("Invitation"),
                "resend_invitation": _("Invitation renvoyée"),
                "cancel_invitation": _("Invitation annulée"),
                "grant_role": _("Rôle donné"),
                "end_role": _("Rôle retiré"),
                "stand_in": _("Remplacement"),
                "end_stand_in": _("Remplacement terminé"),
                "open_account": _("Compte ouvert"),
                "close_account": _("Compte fermé"),
                "add_body": _("Instance ajoutée"),
                "change_body": _("Instance modifiée"),
                "close_body": _("Instance dissoute"),
                "reopen_body": _("Instance reprise"),
                "count_seats": _("Sièges comptés"),
                "add_partner": _("Partenaire inscrit"),
                "change_partner": _("Partenaire modifié"),
                "partner_left": _("Départ d’un partenaire"),
                "partner_back": _("Retour d’un partenaire"),
                "add_zone": _("Zone inscrite"),
                "change_zone": _("Zone modifiée"),
                "remove_zone": _("Zone retirée"),
                "add_consultation": _("Consultation inscrite"),
                "change_consultation": _("Consultation modifiée"),
                "remove_consultation": _("Consultation retirée"),
            }
        )
