from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Redditions et bilan"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.services.comments import register_target
        from alliances.services.journal import name_verbs
        from alliances.tabs import Tab, register_tab

        from . import cards, documents
        from .models import AnnualReport

        register_tab(Tab("overview", _("Aperçu"), "alliance", 10))
        register_tab(Tab("reports", _("Redditions"), "reports", 60))
        documents.register()
        cards.register()
        register_target(AnnualReport, closers=["edit_report", "review_report", "accept_report"])
        name_verbs(
            {
                "extend_report": _("Délai accordé pour la reddition"),
                "ask_export": _("Dossier complet demandé"),
                "download_export": _("Dossier complet téléchargé"),
                "open_report": _("Reddition commencée"),
                "submit_report": _("Reddition transmise"),
                "return_report": _("Reddition retournée"),
                "recommend_report": _("Reddition recommandée"),
                "hand_back_report": _("Reddition rendue à la DGSQ"),
                "accept_report": _("Reddition acceptée"),
            }
        )
