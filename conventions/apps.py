from django.apps import AppConfig


class ConventionsConfig(AppConfig):
    name = "conventions"
    verbose_name = "Conventions"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.services.documents import Renderer, register_renderer
        from alliances.services.journal import name_verbs
        from alliances.tabs import Tab, register_tab

        register_tab(Tab("convention", _("Convention"), "convention", 20))
        name_verbs(
            {
                "create_convention": _("Convention préparée"),
                "update_convention": _("Convention modifiée"),
                "send_convention": _("Convention envoyée"),
                "record_signature": _("Signature consignée"),
                "sign_convention": _("Convention signée"),
                "create_avenant": _("Avenant préparé"),
                "update_avenant": _("Avenant modifié"),
                "send_avenant": _("Avenant envoyé"),
                "record_avenant_signature": _("Signature d’un avenant consignée"),
                "sign_avenant": _("Avenant signé"),
                "withdraw_avenant": _("Avenant retiré"),
            }
        )
        register_renderer(
            "convention", Renderer("documents/convention.html", label=_("Convention"))
        )
        register_renderer("avenant", Renderer("documents/avenant.html", label=_("Avenant")))
