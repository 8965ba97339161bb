from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Redditions et bilan"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.tabs import Tab, register_tab

        from . import documents

        register_tab(Tab("overview", _("Aperçu"), "alliance", 10))
        register_tab(Tab("reports", _("Redditions"), "reports", 60))
        documents.register()
