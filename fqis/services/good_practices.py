"""A project shown to everybody as a good practice, in the words of the Table."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.permissions import require
from fqis.models import GoodPractice, Project
from fqis.services.follow_up_rules import check_supported, said
from fqis.services.projects import lock_project, record_on

MOST_TITLE, MOST_TEXT = 120, 1200


def shown_practice(project: Project) -> GoodPractice | None:
    return project.good_practices.filter(withdrawn_at=None).first()


@transaction.atomic
def publish_practice(project: Project, *, by: User, title: str, text: str) -> GoodPractice:
    """Shows the project to everybody from the next refresh on (guide 2024, §4.2).

    Refuses a project that nobody accepted or that was abandoned, no words, and a second card.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    check_supported(project)
    if project.state == Project.State.ABANDONED:
        raise Refusal(_("Un projet abandonné ne se présente pas comme bonne pratique."))
    words = {
        "title": said(title, "title", _("Donnez un titre à la bonne pratique."), most=MOST_TITLE),
        "text": said(text, "text", _("Dites ce qui a bien marché."), most=MOST_TEXT),
    }
    try:
        with transaction.atomic():
            practice = GoodPractice.objects.create(project=project, published_by=by, **words)
    except IntegrityError as error:
        raise StaleAct(_("Ce projet est déjà présenté comme bonne pratique.")) from error
    told = _("a présenté le projet %(project)s comme bonne pratique")
    record_on(project, by=by, verb="show_practice", summary=told)
    return practice


@transaction.atomic
def withdraw_practice(project: Project, *, by: User) -> GoodPractice:
    """Takes the card away from the public pages at the next refresh; its words stay readable in
    the project. Refuses when none is shown."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    practice = shown_practice(project)
    if practice is None:
        raise StaleAct(_("Cette bonne pratique n’est plus publiée."))
    practice.withdrawn_at, practice.withdrawn_by = clock.now(), by
    practice.save(update_fields=["withdrawn_at", "withdrawn_by"])
    told = _("a retiré la bonne pratique du projet %(project)s")
    record_on(project, by=by, verb="hide_practice", summary=told)
    return practice
