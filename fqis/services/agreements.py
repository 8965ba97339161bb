"""The agreement of a project: prepared with its instalments, signed by both, or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.models import Document, User
from alliances.permissions import require
from alliances.services.documents import create_document, deposit_document
from fqis.agreement_documents import AGREEMENT_KIND, SIGNED_KIND, agreement_data
from fqis.models import Project, ProjectAgreement, ProjectInstalment
from fqis.services.follow_up_rules import check_day, said, stale_project
from fqis.services.projects import lock_project, record_on
from fqis.services.request_rules import check_period
from fqis.wording import already, date_long, money

State = Project.State
Condition = ProjectInstalment.Condition
MOST_PARTS = 12


@dataclass(frozen=True)
class Part:
    """An instalment to agree on: dollars, and what it waits for."""

    amount: Decimal
    condition: str = Condition.SIGNATURE
    due_on: date | None = None
    words: str = ""


def standing_agreement(project: Project) -> ProjectAgreement | None:
    """The agreement of a project that is not withdrawn, locked; lock the project first."""
    return (
        ProjectAgreement.objects.select_for_update(of=("self",))
        .standing()
        .select_related("document", "prepared_by", "signed_by")
        .filter(project=project)
        .first()
    )


@transaction.atomic
def prepare_agreement(
    project: Project,
    *,
    by: User,
    starts_on: date,
    ends_on: date,
    parts: Sequence[Part],
    conditions: str = "",
) -> ProjectAgreement:
    """Freezes the agreement to sign, and queues its PDF; its amount is the grant, in dollars.

    Refuses a project that waits for nothing, a second agreement, more than five years (guide 2024,
    §4.2), instalments that do not make the grant.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.ACCEPTED:
        raise stale_project(project)
    former = standing_agreement(project)
    if former is not None:
        raise already(former.prepared_by, former.prepared_at, _("préparée"))
    check_period(starts_on, ends_on)
    _check_parts(project, parts)
    assert project.amount_granted is not None
    agreement = ProjectAgreement(
        project=project,
        amount=project.amount_granted,
        starts_on=starts_on,
        ends_on=ends_on,
        conditions=conditions.strip(),
        prepared_by=by,
    )
    agreement.document = _draw(agreement, parts, by=by)
    agreement.save()
    _write_parts(agreement, parts)
    record_on(
        project,
        by=by,
        verb="prepare_project_agreement",
        summary=_("a préparé la convention du projet %(project)s"),
    )
    return agreement


def _check_parts(project: Project, parts: Sequence[Part]) -> None:
    if not 1 <= len(parts) <= MOST_PARTS:
        raise Refusal(
            _("Convenez d’un à %(most)s versements.") % {"most": MOST_PARTS}, field="parts"
        )
    for part in parts:
        if part.amount <= 0:
            raise Refusal(_("Le montant doit dépasser zéro."), field="parts")
        if part.condition not in Condition.values:
            raise Refusal(_("Choisissez ce que le versement attend."), field="parts")
        if part.condition == Condition.DATE and part.due_on is None:
            raise Refusal(_("Écrivez la date de ce versement."), field="parts")
        if part.condition == Condition.OTHER and not part.words.strip():
            raise Refusal(_("Dites la condition de ce versement."), field="parts")
    assert project.amount_granted is not None
    total = sum((part.amount for part in parts), Decimal(0))
    if total != project.amount_granted:
        raise Refusal(
            _("Les versements font %(total)s : ils doivent faire %(granted)s.")
            % {"total": money(total), "granted": money(project.amount_granted)},
            field="parts",
        )


def _write_parts(agreement: ProjectAgreement, parts: Sequence[Part]) -> None:
    ProjectInstalment.objects.bulk_create(
        ProjectInstalment(
            agreement=agreement,
            territory_id=agreement.territory_id,
            rank=rank,
            amount=part.amount,
            condition=part.condition,
            due_on=part.due_on,
            words=part.words.strip(),
        )
        for rank, part in enumerate(parts, start=1)
    )


def _draw(agreement: ProjectAgreement, parts: Sequence[Part], *, by: User) -> Document:
    """The PDF to sign, in the language of the territory, frozen now; it replaces the one withdrawn
    before it."""
    project = agreement.project
    alliance = project.alliance
    language = alliance.territory.default_language
    former = (
        Document.objects.filter(
            kind=AGREEMENT_KIND,
            subject_label="fqis.project",
            subject_id=project.pk,
            replaced_by=None,
        )
        .order_by("-created_at", "-pk")
        .first()
    )
    with words_of(alliance.cycle, language):
        return create_document(
            AGREEMENT_KIND,
            by=by,
            title=_("Convention du projet %(number)s") % {"number": project.number},
            data=agreement_data(agreement, parts),
            alliance=alliance,
            subject=project,
            language=language,
            replaces=former,
        )


@transaction.atomic
def withdraw_agreement(project: Project, *, by: User, reason: str) -> ProjectAgreement:
    """Gives up an agreement nobody signed yet, to prepare another. Refuses a signed one."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    agreement = standing_agreement(project)
    if agreement is None:
        raise StaleAct(_("Ce projet n’a pas de convention à signer."))
    reason = said(reason, "reason", _("Écrivez pourquoi la convention est retirée."))
    try:
        agreement.withdraw(by=by, reason=reason)
    except TransitionNotAllowed:
        raise already(agreement.signed_by, agreement.signed_at, _("signée")) from None
    agreement.save()
    record_on(
        project,
        by=by,
        verb="withdraw_project_agreement",
        summary=_("a retiré la convention à signer du projet %(project)s"),
        reason=reason,
    )
    return agreement


@transaction.atomic
def sign_agreement(
    project: Project,
    *,
    by: User,
    on: date,
    carrier_signed_on: date | None = None,
    carrier_signatory: str = "",
    table_signatory: str = "",
    file: UploadedFile | None = None,
    parts: Sequence[Part] = (),
) -> Project:
    """Both parties signed (guide 2024, §4.2): the carrier, then the Table on ``on``, with the file
    that shows it.

    Without an agreement prepared here, it was signed on paper outside the portal: ``parts`` are
    its instalments, else the whole grant at signature, and the file may come later. Refuses a day
    to come or before the decision, a missing name or file.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.ACCEPTED:
        raise stale_project(project)
    carrier_day = carrier_signed_on or on
    check_day(on, project.decided_on, what=_("la décision"))
    check_day(carrier_day, project.decided_on, what=_("la décision"), field="carrier_signed_on")
    agreement = standing_agreement(project)
    if agreement is None:
        agreement = _on_paper(project, parts, by=by)
    else:
        carrier_signatory = said(
            carrier_signatory,
            "carrier_signatory",
            _("Écrivez qui signe pour le porteur."),
            most=150,
        )
        table_signatory = said(
            table_signatory, "table_signatory", _("Écrivez qui signe pour la Table."), most=150
        )
        if file is None:
            raise Refusal(_("Déposez la convention signée par les deux parties."), field="file")
    agreement.carrier_signatory, agreement.table_signatory = (
        carrier_signatory.strip(),
        table_signatory.strip(),
    )
    agreement.carrier_signed_on, agreement.table_signed_on = carrier_day, on
    agreement.signed_at, agreement.signed_by = clock.now(), by
    if file is not None:
        agreement.signed_file = _deposit_signed(project, file, by=by)
    agreement.sign()
    agreement.save()
    project.starts_on, project.ends_on = agreement.starts_on, agreement.ends_on
    project.sign_agreement(on=max(carrier_day, on))
    project.save()
    record_on(
        project,
        by=by,
        verb="sign_project_agreement",
        summary=_("a consigné la signature de la convention du projet %(project)s"),
        carrier=agreement.carrier_signatory,
        table=agreement.table_signatory,
    )
    return project


def _on_paper(project: Project, parts: Sequence[Part], *, by: User) -> ProjectAgreement:
    assert project.amount_granted is not None
    parts = parts or [Part(project.amount_granted)]
    _check_parts(project, parts)
    agreement = ProjectAgreement.objects.create(
        project=project,
        amount=project.amount_granted,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        prepared_by=by,
    )
    _write_parts(agreement, parts)
    return agreement


def _deposit_signed(project: Project, file: UploadedFile, *, by: User) -> Document:
    return deposit_document(
        file,
        by=by,
        alliance=project.alliance,
        title=_("Convention signée du projet %(number)s") % {"number": project.number},
        kind=SIGNED_KIND,
        subject=project,
    )


@transaction.atomic
def deposit_signed_agreement(project: Project, *, by: User, file: UploadedFile) -> ProjectAgreement:
    """Adds the signed file of an agreement signed on paper; refuses a second one."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    agreement = standing_agreement(project)
    if agreement is None or agreement.state != ProjectAgreement.State.SIGNED:
        raise StaleAct(_("La convention de ce projet n’est pas signée."))
    if agreement.signed_file_id is not None:
        raise StaleAct(_("La convention signée est déjà déposée."))
    agreement.signed_file = _deposit_signed(project, file, by=by)
    agreement.save()
    record_on(
        project,
        by=by,
        verb="deposit_signed_agreement",
        summary=_("a déposé la convention signée du projet %(project)s"),
    )
    return agreement


@transaction.atomic
def meet_condition(
    instalment: ProjectInstalment, *, by: User, on: date, note: str = ""
) -> ProjectInstalment:
    """The report came, or the other condition is met: the instalment may be paid from ``on``.

    Refuses a condition met already (who said so, when), a day to come or before the signature.
    """
    require(by, "manage_projects", instalment.agreement.project)
    project = lock_project(instalment.agreement.project_id)
    agreement = standing_agreement(project)
    held = (
        ProjectInstalment.objects.select_for_update(of=("self",))
        .select_related("met_by")
        .get(pk=instalment.pk)
    )
    if agreement is None or agreement.pk != held.agreement_id or project.agreed_on is None:
        raise Refusal(_("La convention du projet n’est pas signée : rien n’est dû."))
    if held.condition in ProjectInstalment.BY_ITSELF:
        raise Refusal(_("Ce versement n’attend rien que sa date ou la signature."))
    if held.met_on is not None:
        raise already(held.met_by, held.met_at, _("consigné"))
    check_day(on, project.agreed_on, what=_("la signature"))
    held.met_on, held.met_note = on, note.strip()[:200]
    held.met_at, held.met_by = clock.now(), by
    held.save()
    record_on(
        project,
        by=by,
        verb="meet_instalment",
        summary=_(
            "a consigné que la condition du versement %(rank)s est remplie le %(day)s,"
            " projet %%(project)s"
        )
        % {"rank": held.rank, "day": date_long(on)},
        reason=held.met_note,
    )
    return held
