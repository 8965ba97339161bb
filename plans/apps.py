from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = "Plans d’action"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from alliances.services.comments import register_target
        from alliances.services.milestones import on_milestone
        from alliances.tabs import Tab, register_tab

        from . import documents
        from .models import PlanVersion
        from .services import start_plan

        register_tab(Tab("plan", _("Plan"), "plan", 30))
        register_target(PlanVersion, lambda version: version.plan.alliance)
        on_milestone(start_plan)
        documents.register()
