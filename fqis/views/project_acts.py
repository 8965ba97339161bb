"""What may be done with a project, in each of its states."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from alliances.models import User
from alliances.permissions import can
from fqis import services
from fqis.forms.projects import (
    AbandonForm,
    ActForm,
    AnalysisForm,
    CompleteForm,
    DecisionForm,
)
from fqis.models import Project
from fqis.views.acts import Act, Offered
from fqis.views.follow_up_acts import FOLLOW_UP

State = Project.State


def _in(*states: str, right: str = "manage_projects") -> Callable[[User, Project], bool]:
    def allowed(user: User, project: Project) -> bool:
        return project.state in states and can(user, right, project)

    return allowed


def _may_write(user: User, project: Project) -> bool:
    decided = [*Project.SUPPORTED, State.REFUSED, State.DEFERRED, State.INADMISSIBLE]
    return project.state in decided and can(user, "decide_projects", project)


ACTS = {
    act.slug: act
    for act in (
        Act(
            "decider",
            _("Consigner la décision"),
            DecisionForm,
            services.decide_project,
            _("Décision consignée pour « %(object)s ». Elle est inscrite au journal."),
            _in(*Project.DECIDABLE, right="decide_projects"),
            right="decide_projects",
        ),
        Act(
            "demarrer",
            _("Marquer le projet en cours"),
            ActForm,
            services.start_project,
            _("Projet en cours. Consignez les paiements et les personnes rejointes."),
            _in(State.AGREED),
            note=_("Les activités ont commencé."),
        ),
        Act(
            "terminer",
            _("Terminer le projet"),
            CompleteForm,
            services.complete_project,
            _("Projet terminé. Ses résultats iront à la reddition."),
            _in(State.UNDER_WAY),
        ),
        Act(
            "analyser",
            _("Juger la demande admissible"),
            AnalysisForm,
            services.analyse_project,
            _("Demande admissible. Confiez-la à un comité, ou consignez la décision."),
            _in(State.RECEIVED),
            note=_("Chaque norme du FQIS est respectée. Le portail confirme ce qu’il calcule."),
        ),
        Act(
            "lettre",
            _("Préparer la lettre de décision"),
            ActForm,
            services.write_letter,
            _("Lettre en préparation. Elle paraît dans les documents du projet."),
            _may_write,
            kind="second",
            note=_("Dans la langue de l’organisation, envoyée si son courriel est connu."),
        ),
        Act(
            "abandonner",
            _("Abandonner le projet"),
            AbandonForm,
            services.abandon_project,
            _("Abandon consigné, avec son motif."),
            _in(State.ACCEPTED, State.AGREED, State.UNDER_WAY),
            kind="danger",
        ),
        *FOLLOW_UP,
    )
}


def offered_acts(
    user: User, project: Project, bound: Offered | None, page: str = "project"
) -> list[Offered]:
    """What ``user`` may do now on ``page``; ``bound`` is the act whose form was refused, shown
    again."""
    offered = []
    for act in ACTS.values():
        if act.page != page:
            continue
        if bound is not None and bound.act is act:
            offered.append(bound)
        elif act.allowed(user, project):
            url = project.alliance.url("project_act", project.number, act.slug)
            form = act.form(project=project, auto_id=f"id_{act.slug}_%s")  # type: ignore[call-arg]
            offered.append(Offered(act, form, url))
    return offered
