from django.apps import AppConfig


class AlliancesConfig(AppConfig):
    name = "alliances"
    verbose_name = "Alliances"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from .models import Document
        from .tabs import Tab, register_tab

        register_tab(Tab("team", _("Équipe"), "team", 70))
        register_tab(
            Tab(
                "documents",
                _("Documents"),
                "documents",
                80,
                lambda alliance: Document.objects.filter(alliance=alliance).count(),
            )
        )
        register_tab(Tab("journal", _("Journal"), "journal", 90))
