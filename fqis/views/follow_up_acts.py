"""What may be done with a supported project on its pages « Argent » and « Résultats »."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from alliances.models import User
from alliances.permissions import can
from fqis import services
from fqis.forms.follow_up import (
    AgreeChangeForm,
    CancelExpenseForm,
    ConditionForm,
    ContinueForm,
    CorrectionForm,
    ExpenseForm,
    PaymentForm,
    PracticeForm,
    ReasonForm,
    SignedFileForm,
    SignForm,
    open_change,
)
from fqis.forms.projects import ActForm
from fqis.forms.results import AskForm, OneResultForm, ReturnForm
from fqis.models import Project, ProjectInstalment
from fqis.views.acts import Act

State = Project.State
MONEY, RESULTS = "project_money", "project_follow_results"
FOLLOWED = [State.AGREED, State.UNDER_WAY, State.COMPLETED, State.ABANDONED]


def _when(
    test: Callable[[Project], object], *states: str, right: str = "manage_projects"
) -> Callable[[User, Project], bool]:
    def allowed(user: User, project: Project) -> bool:
        return project.state in states and can(user, right, project) and bool(test(project))

    return allowed


def _one(run: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``run`` on the object the form chose, in place of the project."""

    def act(_project: Project, *, by: User, **typed: Any) -> Any:
        return run(typed.pop(name), by=by, **typed)

    return act


def _on_open_change(run: Callable[..., Any]) -> Callable[..., Any]:
    def act(project: Project, *, by: User, **typed: Any) -> Any:
        change = open_change(project)
        if change is None:
            raise services.no_open_change()
        return run(change, by=by, **typed)

    return act


def _prepared(project: Project) -> object:
    return project.agreements.filter(state="prepared").exists()


def _awaits_file(project: Project) -> object:
    return project.agreements.filter(state="signed", signed_file=None).exists()


def _awaits_condition(project: Project) -> object:
    return ProjectInstalment.objects.filter(
        agreement__project=project,
        agreement__state="signed",
        condition__in=["report", "other"],
        met_on=None,
    ).exists()


def _has_payment(project: Project) -> object:
    return project.payments.filter(reverses=None, reversed_by=None).exists()


def _left(project: Project) -> object:
    return services.paid_to(project) < (project.amount_granted or 0)


def _submitted(project: Project) -> object:
    return project.results.filter(state="submitted").exists()


def _unshown(project: Project) -> object:
    return services.shown_practice(project) is None


def _always(project: Project) -> object:
    return True


FOLLOW_UP = (
    Act(
        "signer",
        _("Consigner la signature"),
        SignForm,
        services.sign_agreement,
        _("Convention du projet signée. Il reste à en marquer le démarrage."),
        _when(_always, State.ACCEPTED),
        note=_("Le porteur et la Table ont signé la convention du projet."),
        page=MONEY,
    ),
    Act(
        "payer",
        _("Consigner un paiement"),
        PaymentForm,
        services.record_payment,
        _("Paiement consigné."),
        _when(_left, *FOLLOWED),
        kind="second",
        page=MONEY,
    ),
    Act(
        "condition",
        _("Consigner une condition remplie"),
        ConditionForm,
        _one(services.meet_condition, "instalment"),
        _("Condition remplie. Le versement peut être payé."),
        _when(_awaits_condition, *FOLLOWED),
        kind="second",
        page=MONEY,
    ),
    Act(
        "depenser",
        _("Consigner une dépense"),
        ExpenseForm,
        services.record_expense,
        _("Dépense consignée."),
        _when(_always, State.ACCEPTED, *FOLLOWED),
        kind="second",
        page=MONEY,
    ),
    Act(
        "deposer-convention",
        _("Déposer la convention signée"),
        SignedFileForm,
        services.deposit_signed_agreement,
        _("Convention signée déposée."),
        _when(_awaits_file, *FOLLOWED),
        kind="second",
        page=MONEY,
    ),
    Act(
        "convenir",
        _("Consigner l’accord sur la modification"),
        AgreeChangeForm,
        _on_open_change(services.agree_change),
        _("Modification convenue : le projet change."),
        _when(open_change, State.AGREED, State.UNDER_WAY, right="decide_projects"),
        kind="second",
        page=MONEY,
        right="decide_projects",
    ),
    Act(
        "poursuivre",
        _("Poursuivre le projet structurant"),
        ContinueForm,
        services.continue_project,
        _("Le projet qui suit est inscrit, avec son consensus. Il attend la décision."),
        _when(lambda project: project.is_structuring, State.UNDER_WAY, State.COMPLETED),
        kind="second",
    ),
    Act(
        "demander-resultats",
        _("Demander les résultats par lien"),
        AskForm,
        services.ask_result,
        _("Le lien part au porteur. L’ancien, s’il y en avait un, ne sert plus."),
        _when(_always, *FOLLOWED),
        kind="second",
        page=RESULTS,
    ),
    Act(
        "accepter-resultats",
        _("Accepter les résultats reçus"),
        OneResultForm,
        _one(services.accept_result, "result"),
        _("Résultats acceptés. Ils comptent dans la reddition."),
        _when(_submitted, *FOLLOWED),
        page=RESULTS,
    ),
    Act(
        "retourner-resultats",
        _("Retourner les résultats reçus"),
        ReturnForm,
        _one(services.return_result, "result"),
        _("Résultats retournés au porteur, avec ce qui est à corriger."),
        _when(_submitted, *FOLLOWED),
        kind="second",
        page=RESULTS,
    ),
    Act(
        "presenter",
        _("Présenter comme bonne pratique"),
        PracticeForm,
        services.publish_practice,
        _("Bonne pratique enregistrée. Elle paraîtra demain sur la page publique du territoire."),
        _when(_unshown, State.ACCEPTED, State.AGREED, State.UNDER_WAY, State.COMPLETED),
        kind="second",
        page=RESULTS,
    ),
    Act(
        "corriger-paiement",
        _("Corriger un paiement"),
        CorrectionForm,
        _one(services.correct_project_payment, "payment"),
        _("Paiement corrigé. L’ancien reste lisible, avec le motif."),
        _when(_has_payment, *FOLLOWED),
        kind="danger",
        page=MONEY,
    ),
    Act(
        "annuler-depense",
        _("Annuler une dépense"),
        CancelExpenseForm,
        _one(services.cancel_expense, "expense"),
        _("Dépense annulée. Elle reste lisible, avec le motif."),
        _when(lambda p: p.expenses.filter(cancelled_at=None).exists(), State.ACCEPTED, *FOLLOWED),
        kind="danger",
        page=MONEY,
    ),
    Act(
        "ecarter",
        _("Écarter la modification proposée"),
        ReasonForm,
        _on_open_change(services.decline_change),
        _("Modification écartée. Le projet reste comme il est."),
        _when(open_change, *FOLLOWED),
        kind="danger",
        page=MONEY,
    ),
    Act(
        "retirer-convention",
        _("Retirer la convention à signer"),
        ReasonForm,
        services.withdraw_agreement,
        _("Convention retirée. Vous pouvez en préparer une autre."),
        _when(_prepared, State.ACCEPTED),
        kind="danger",
        page=MONEY,
    ),
    Act(
        "retirer-pratique",
        _("Retirer la bonne pratique"),
        ActForm,
        services.withdraw_practice,
        _("Bonne pratique retirée. Elle disparaîtra demain de la page publique."),
        _when(services.shown_practice, State.ACCEPTED, *FOLLOWED),
        kind="danger",
        page=RESULTS,
    ),
)
