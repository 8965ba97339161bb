from django.apps import AppConfig


class ConventionsConfig(AppConfig):
    name = "conventions"
    verbose_name = "Conventions"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.services.documents import Renderer, name_deposits, register_renderer
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
                "remind_party": _("Partie relancée"),
                "create_avenant": _("Avenant préparé"),
                "update_avenant": _("Avenant modifié"),
                "send_avenant": _("Avenant envoyé"),
                "record_avenant_signature": _("Signature d’un avenant consignée"),
                "sign_avenant": _("Avenant signé"),
                "withdraw_avenant": _("Avenant retiré"),
                "save_template": _("Modèle de convention écrit"),
                "publish_template": _("Modèle de convention publié"),
                "adjust_text": _("Texte de la convention ajusté"),
                "record_resolution": _("Résolution déposée"),
                "record_registration": _("Inscription au REQ consignée"),
                "name_fiduciary": _("Fiduciaire nommé"),
                "receive_scan": _("Papiers numérisés déposés"),
                "split_scan": _("Papiers numérisés classés"),
                "file_page": _("Page classée à la main"),
                "set_aside_page": _("Page mise de côté"),
            }
        )
        register_renderer(
            "convention",
            Renderer("documents/convention.html", label=_("Convention"), page_codes=True),
        )
        name_deposits(
            {
                "scan": _("Papiers numérisés"),
                "signed_convention": _("Feuille de signature"),
                "signed_avenant": _("Feuille de signature d’un avenant"),
            }
        )
        register_renderer(
            "avenant",
            Renderer("documents/avenant.html", label=_("Avenant"), page_codes=True),
        )
