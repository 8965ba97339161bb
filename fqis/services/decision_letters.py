"""The letter that tells an applicant what the Table decided, in their language."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Document, User
from alliances.money import money_in_words
from alliances.permissions import require
from alliances.services.documents import create_document
from alliances.services.notifications import write_to_address
from fqis.documents import signature_of
from fqis.models import Decision, Project
from fqis.services.projects import record_on

LETTER_KIND = "lettre_decision"
LETTER_SERIES = "LD"


@transaction.atomic
def write_letter(project: Project, *, by: User) -> Project:
    """Prepares the letter of the last decision on a project. Refuses without a decision, and a
    second letter for the same decision."""
    require(by, "decide_projects", project)
    decision = (
        Decision.objects.select_for_update(of=("self",))
        .filter(project=project)
        .select_related("project__organisation", "project__alliance__table", "project__priority")
        .last()
    )
    if decision is None:
        raise Refusal(_("Ce projet n’est pas décidé : il n’y a rien à écrire."))
    if letter_of(decision) is not None:
        raise Refusal(_("La lettre de cette décision est déjà préparée."))
    make_letter(decision, by=by)
    return project


def letter_of(decision: Decision) -> Document | None:
    return Document.objects.filter(
        kind=LETTER_KIND,
        subject_label="fqis.project",
        subject_id=decision.project_id,
        data__decision=decision.pk,
    ).first()


def letters_of(project: Project) -> QuerySet[Document]:
    return Document.objects.filter(
        kind=LETTER_KIND, subject_label="fqis.project", subject_id=project.pk
    )


def make_letter(decision: Decision, *, by: User) -> Document:
    """Freezes the letter and queues it, in the transaction of the act."""
    project = decision.project
    language = project.language
    with translation.override(language):
        title = _("Lettre de décision, %(number)s") % {"number": project.number}
    letter = create_document(
        LETTER_KIND,
        by=by,
        title=title,
        data=letter_data(decision, by=by),
        alliance=project.alliance,
        subject=project,
        series=LETTER_SERIES,
        language=language,
    )
    record_on(
        project,
        by=by,
        verb="write_decision_letter",
        summary=_("a préparé la lettre %(letter)s sur le projet %%(project)s")
        % {"letter": letter.number},
    )
    return letter


def letter_data(decision: Decision, *, by: User) -> dict[str, object]:
    """Everything the letter says, frozen; amounts in dollars."""
    project = decision.project
    organisation = project.organisation
    return {
        "decision": decision.pk,
        "recipient": {
            "name": organisation.name,
            "neq": organisation.neq,
            "attention": project.contact_name,
            "city": organisation.city,
        },
        "dated_on": decision.on.isoformat(),
        "alliance": str(project.alliance),
        "table": project.alliance.table.name,
        "project": {"number": project.number, "title": project.title},
        "outcome": decision.outcome,
        "requested": str(project.amount_requested),
        "amount": str(decision.amount) if decision.amount is not None else "",
        "amount_words": money_in_words(decision.amount) if decision.amount is not None else "",
        "priority": project.priority.title if project.priority else "",
        "starts_on": project.starts_on.isoformat(),
        "ends_on": project.ends_on.isoformat(),
        "conditions": decision.conditions,
        "reason": decision.reason,
        "committee": decision.sitting.committee.name if decision.sitting else "",
        "authorised": signature_of(by, project.alliance),
    }


def send_letter(document: Document) -> None:
    """Sends the letter to the applicant once it is ready, when its address is known."""
    assert document.subject_id is not None
    project = (
        Project.objects.filter(pk=document.subject_id)
        .select_related("organisation", "alliance__territory")
        .first()
    )
    if project is None:
        return
    address = project.contact_email or project.organisation.email
    if not address:
        return
    with translation.override(document.language):
        write_to_address(
            address,
            language=document.language,
            alliance=project.alliance,
            subject=_("Décision sur votre projet « %(title)s »") % {"title": project.title[:120]},
            body=_("Vous trouverez ci-joint la lettre %(number)s. Elle dit la décision prise.")
            % {"number": document.number},
            attachment=document,
        )
