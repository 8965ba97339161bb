from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FqisConfig(AppConfig):
    name = "fqis"
    verbose_name = "FQIS"

    def ready(self) -> None:
        from alliances.services.comments import register_target
        from alliances.services.documents import Renderer, register_renderer
        from alliances.services.milestones import on_milestone
        from alliances.tabs import Tab, register_tab
        from fqis import services
        from fqis.documents import NOTICE_KIND
        from fqis.models import Project, Versement
        from fqis.selectors.projects import count_projects

        on_milestone(services.on_milestone)
        register_renderer(
            NOTICE_KIND,
            Renderer(
                "documents/avis_versement.html",
                after=services.issue_versement,
                label=_("Avis de versement"),
            ),
        )
        register_target(Project)
        register_target(Versement)
        register_tab(Tab("projects", _("Projets"), "projects", 40, count=count_projects))
        register_tab(Tab("finances", _("Finances"), "finances", 50))
