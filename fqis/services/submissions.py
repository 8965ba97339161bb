"""Sending an application: it becomes a project that is received, with its acknowledgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.models import Alliance, Document, Mrc, Organisation, User
from alliances.models.alliances import NameKey
from alliances.money import ZERO
from alliances.services.documents import create_document, deposit_document
from alliances.services.notifications import notify, people_with, write_to_address
from fqis.acknowledgements import KIND, SERIES, acknowledgement_data
from fqis.models import Application, ApplicationFile, Call
from fqis.services.applications import check_open, lock_draft
from fqis.services.budgets import Line, refusals_of_budget
from fqis.services.calls import RIGHT
from fqis.services.organisations import neq_of, refusals_of_identity, register_organisation
from fqis.services.projects import Source, register_project
from plans.models import Priority

FILE_KIND = "application_file"


@dataclass(frozen=True)
class Request:
    """All that an organisation says when it applies. Amounts in dollars."""

    organisation_name: str
    neq: str
    legal_class: str
    city: str
    contact_name: str
    contact_email: str
    contact_phone: str
    title: str
    description: str
    priority: Priority | None
    population: str
    people_expected: int | None
    activities: str
    partners: str
    pooling: str
    starts_on: date
    ends_on: date
    amount_requested: Decimal
    mrcs: Sequence[Mrc] = ()
    pools_people: bool = False
    pools_material: bool = False
    pools_money: bool = False
    is_structuring: bool = False
    budget: Sequence[Line] = ()
    sources: Sequence[Source] = ()


def refusals_of_application(call: Call, request: Request) -> list[Refusal]:
    """What an application alone must respect, beside the rules of every request: an identity with
    its NEQ, a budget that balances, a place that the call is for."""
    broken = refusals_of_identity(
        name=request.organisation_name, neq=request.neq, legal_class=request.legal_class
    )
    if not request.budget:
        broken.append(Refusal(_("Écrivez le budget, ligne par ligne."), field="budget"))
    broken += refusals_of_budget(
        request.budget,
        requested=request.amount_requested,
        others=sum((source.amount for source in request.sources), ZERO),
    )
    places = {place.mrc_id for place in call.places.all()}
    for mrc in request.mrcs:
        if places and mrc.pk not in places:
            broken.append(
                Refusal(_("Cet appel n’est pas ouvert à %(mrc)s.") % {"mrc": mrc}, field="mrcs")
            )
    if places and not request.mrcs:
        broken.append(Refusal(_("Choisissez les MRC desservies."), field="mrcs"))
    return broken


def missing_papers(application: Application) -> list[str]:
    """The documents that the call asks for and that no file answers yet."""
    given = {file.paper_id for file in application.files.all()}
    return [
        paper.name
        for paper in application.call.papers.all()
        if paper.is_required and paper.pk not in given
    ]


def _organisation(alliance: Alliance, request: Request, *, by: User) -> Organisation:
    """The organisation as the territory knows it: by its NEQ, else by its name when neither has
    one; made known when it is new."""
    neq = neq_of(request.neq)
    known = Organisation.objects.filter(territory=alliance.territory)
    if neq:
        found = known.filter(neq=neq).first()
    else:
        named = known.annotate(key=NameKey("name")).filter(neq="")
        found = named.filter(key=NameKey(Value(request.organisation_name.strip()))).first()
    return found or register_organisation(
        alliance,
        by=by,
        name=request.organisation_name,
        neq=neq,
        legal_class=request.legal_class,
        city=request.city,
    )


@transaction.atomic
def submit_application(
    application: Application, request: Request, *, by: User, revision: int | None = None
) -> Application:
    """Sends an application: a project « reçu » of its call, its files as documents, and an
    acknowledgement for the organisation. ``by`` is the portal.

    Refuses a call that is not open to the second, one already sent, the same request twice for
    the call, a missing document, and every rule of a request.
    """
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "alliance__table", "mrc")
        .get(pk=application.call_id)
    )
    row = lock_draft(application, revision=revision)
    check_open(call)
    row.call = call
    for refusal in refusals_of_application(call, request):
        raise refusal
    if missing := missing_papers(row):
        raise Refusal(
            _("Joignez les documents demandés : %(names)s.") % {"names": ", ".join(missing)},
            field="file",
        )
    project = register_project(
        call.alliance,
        by=by,
        title=request.title,
        organisation=_organisation(call.alliance, request, by=by),
        amount_requested=request.amount_requested,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        priority=request.priority,
        sources=request.sources,
        mrcs=request.mrcs,
        budget=request.budget,
        call=call,
        description=request.description.strip(),
        people_expected=request.people_expected,
        population=request.population.strip(),
        activities=request.activities.strip(),
        partners=request.partners.strip(),
        pooling=request.pooling.strip(),
        pools_people=request.pools_people,
        pools_material=request.pools_material,
        pools_money=request.pools_money,
        is_structuring=request.is_structuring,
        contact_name=request.contact_name.strip(),
        contact_email=request.contact_email.strip() or row.email,
        contact_phone=request.contact_phone.strip(),
        language=row.language,
        received_on=clock.today(),
    )
    row.submit(project=project)
    row.save()
    for file in row.files.select_related("paper"):
        _keep(file, row, by=by)
    _acknowledge(row, by=by)
    notify(
        people_with(RIGHT, call.alliance),
        alliance=call.alliance,
        subject=_("Demande reçue : %(title)s") % {"title": project.title},
        body=_("%(organisation)s a répondu à l’appel « %(call)s », sous le numéro %(number)s.")
        % {
            "organisation": project.organisation,
            "call": call.title,
            "number": project.number,
        },
        url=project.get_absolute_url(),
    )
    return row


def _keep(file: ApplicationFile, application: Application, *, by: User) -> None:
    """The file as a document of the project; the draft's own copy goes once all is written."""
    stored = file.file
    with stored.open("rb") as opened:
        sent = SimpleUploadedFile(file.name, opened.read(), content_type=file.mime)
    project = application.project
    assert project is not None
    document = deposit_document(
        sent,
        by=by,
        alliance=application.call.alliance,
        title=(file.paper.name if file.paper else file.name)[:200],
        kind=FILE_KIND,
        subject=project,
    )
    ApplicationFile.objects.filter(pk=file.pk).update(document=document)
    name = str(stored.name)
    transaction.on_commit(lambda: stored.storage.delete(name), robust=True)


def _acknowledge(application: Application, *, by: User) -> Document:
    alliance = application.call.alliance
    project = application.project
    assert project is not None
    with words_of(alliance.cycle, application.language):
        return create_document(
            KIND,
            by=by,
            title=_("Accusé de réception"),
            data=acknowledgement_data(application),
            alliance=alliance,
            subject=project,
            series=SERIES,
            language=application.language,
        )


def send_acknowledgement(document: Document) -> None:
    """Once the acknowledgement is drawn: sends it to the organisation. For the worker."""
    application = (
        Application.objects.select_related(
            "call__alliance__territory", "call__alliance__cycle", "project"
        )
        .filter(project=document.subject_id)
        .first()
    )
    if application is None or application.project is None:
        return
    call = application.call
    with words_of(call.alliance.cycle, application.language):
        write_to_address(
            application.email,
            language=application.language,
            alliance=call.alliance,
            subject=_("Votre demande est reçue : %(title)s") % {"title": application.project.title},
            body=_(
                "Votre demande pour l’appel « %(call)s » est reçue sous le numéro %(number)s."
                " L’accusé de réception est joint."
            )
            % {"call": call.title, "number": application.project.number},
            attachment=document,
        )
