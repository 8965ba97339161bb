"""The versements that wait for a person, and those a person waits for, in fixed queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import User
from alliances.money import ZERO
from alliances.permissions import holds_national, rights_of
from alliances.todo import Todo, Waiting
from fqis.models import Versement
from fqis.selectors.payments import with_payment
from fqis.wording import local_day, money, versement_name

State = Versement.State


def _territories(user: User, right: str) -> set[int]:
    return {pk for pk, rights in rights_of(user).on.items() if right in rights}


def _open_versements(territories: set[int]) -> list[Versement]:
    if not territories:
        return []
    states = [State.READY, State.RECOMMENDED, State.AUTHORISED, State.ISSUED, State.HELD]
    return list(
        with_payment(Versement.objects.filter(territory__in=territories, state__in=states))
        .select_related(
            "alliance__territory",
            "alliance__cycle",
            "tranche",
            "recommended_by",
            "authorised_by",
            "held_by",
        )
        .order_by("alliance__territory__rank", "tranche__rank", "pk")
    )


def todo(user: User) -> list[Todo]:
    """What ``user`` must do now; national queues are counted, the rest is said one by one."""
    rights = {
        right: _territories(user, right)
        for right in (
            "recommend_versement",
            "review_report",
            "authorise_versement",
            "confirm_payment",
            "hold_versement",
        )
    }
    versements = _open_versements(set().union(*rights.values()))
    heaps = _sort(user, versements, rights)
    todos: list[Todo] = []
    for key, found in heaps.items():
        todos += _heap_todos(user, key, found)
    return todos


def _sort(
    user: User, versements: Iterable[Versement], rights: dict[str, set[int]]
) -> dict[str, list[Versement]]:
    heaps: dict[str, list[Versement]] = defaultdict(list)
    for versement in versements:
        here = {
            right for right, territories in rights.items() if versement.territory_id in territories
        }
        key = _heap_of(user, versement, here)
        if key:
            heaps[key].append(versement)
    return heaps


def _heap_of(user: User, versement: Versement, rights: set[str]) -> str:
    """The act that ``user``, who holds ``rights`` there, must do on this versement; or none."""
    match versement.state:
        case State.READY:
            return "recommend" if versement.recommending_right in rights else ""
        case State.RECOMMENDED if versement.recommended_by_id != user.pk:
            return "authorise" if "authorise_versement" in rights else ""
        case State.ISSUED if versement.authorised_by_id != user.pk:
            return _payment_heap(versement) if "confirm_payment" in rights else ""
        case State.HELD if versement.held_by_id == user.pk:
            return "held" if "hold_versement" in rights else ""
    return ""


def _payment_heap(versement: Versement) -> str:
    """A notice to send, an answer to import, or a rejection to correct."""
    if versement.rejected_on:  # type: ignore[attr-defined]
        return "rejected"
    return "sent" if versement.sent_at else "pay"  # type: ignore[attr-defined]


def _queue(tab: str) -> tuple[str, str]:
    return f"{reverse('versements')}?etat={tab}", _("Ouvrir la file")


def _list_of(key: str) -> tuple[str, str]:
    """Where many of a heap are dealt with, and the words of the button that leads there."""
    match key:
        case "pay":
            return reverse("payment_batch_new"), _("Préparer un lot")
        case "sent":
            return f"{reverse('payments')}?situation=envoye", _("Rapprocher les paiements")
        case "rejected":
            return f"{reverse('payments')}?situation=rejete", _("Voir les rejets")
    return _queue({"recommend": "a-recommander", "held": "retenus"}.get(key, "a-autoriser"))


def _heap_todos(user: User, key: str, versements: list[Versement]) -> list[Todo]:
    if len(versements) > 1 and holds_national(user):
        total = sum((versement.amount for versement in versements), ZERO)
        since = min((_since(key, versement) for versement in versements), default=None)
        url, button = _list_of(key)
        return [
            Todo(
                title=_many(key, len(versements)),
                url=url,
                button=button,
                since=since,
                detail=_("%(amount)s au total") % {"amount": money(total)},
            )
        ]
    return [_one(key, versement) for versement in versements]


def _many(key: str, n: int) -> str:
    return {
        "recommend": ngettext("%(n)s versement à recommander", "%(n)s versements à recommander", n),
        "authorise": ngettext("%(n)s versement à autoriser", "%(n)s versements à autoriser", n),
        "pay": ngettext("%(n)s versement à payer", "%(n)s versements à payer", n),
        "sent": ngettext("%(n)s paiement à confirmer", "%(n)s paiements à confirmer", n),
        "rejected": ngettext(
            "%(n)s paiement rejeté à corriger", "%(n)s paiements rejetés à corriger", n
        ),
        "held": ngettext("%(n)s versement retenu", "%(n)s versements retenus", n),
    }[key] % {"n": n}


def _one(key: str, versement: Versement) -> Todo:
    alliance = versement.alliance
    titles = {
        "recommend": _("Recommander %(versement)s"),
        "authorise": _("Autoriser %(versement)s"),
        "pay": _("Confirmer le paiement : %(versement)s"),
        "sent": _("Confirmer le paiement : %(versement)s"),
        "rejected": _("Corriger le paiement rejeté : %(versement)s"),
        "held": _("Revoir la retenue sur %(versement)s"),
    }
    buttons = {
        "recommend": _("Recommander"),
        "authorise": _("Autoriser"),
        "pay": _("Confirmer le paiement"),
        "sent": _("Confirmer le paiement"),
        "rejected": _("Corriger"),
        "held": _("Revoir la retenue"),
    }
    return Todo(
        title=titles[key] % {"versement": versement_name(versement)},
        url=alliance.url("versement", versement.pk),
        button=buttons[key],
        alliance=alliance,
        since=_since(key, versement),
        detail=str(alliance.territory),
    )


def _since(key: str, versement: Versement) -> date:
    moment: datetime | date | None = {
        "recommend": versement.ready_at,
        "authorise": versement.recommended_at,
        "pay": versement.issued_at,
        "sent": versement.sent_at,  # type: ignore[attr-defined]
        "rejected": versement.rejected_on,  # type: ignore[attr-defined]
        "held": versement.held_at,
    }[key]
    return _day(moment) or clock.today()


_FOLLOWED = ("edit_report", "review_report", "recommend_versement", "authorise_versement")


def waiting(user: User) -> list[Waiting]:
    """The versements that ``user`` follows and that somebody else must move."""
    followed = set().union(*(_territories(user, right) for right in _FOLLOWED))
    waitings = []
    for versement in _open_versements(followed):
        if holds_national(user) and user.pk not in (
            versement.recommended_by_id,
            versement.authorised_by_id,
        ):
            continue
        found = _waiting_for(user, versement)
        if found:
            waitings.append(found)
    return waitings


def _payment_words(versement: Versement) -> tuple[str, datetime | date | None]:
    """Where the payment of an issued notice is, and since when."""
    row = vars(versement)
    if row["rejected_on"]:
        return _("Paiement rejeté : %(reason)s") % {"reason": row["rejected_reason"]}, row[
            "rejected_on"
        ]
    if row["sent_at"]:
        return _("L’avis est envoyé au paiement."), row["sent_at"]
    return _("L’avis est émis, le paiement suit."), versement.issued_at


def _day(moment: datetime | date | None) -> date | None:
    return local_day(moment) if isinstance(moment, datetime) else moment


def _waiting_for(user: User, versement: Versement) -> Waiting | None:
    here = rights_of(user).on.get(versement.territory_id, frozenset())
    recommends = versement.recommending_right
    by_dgsq = recommends == "review_report"
    right, who, detail, moment = {
        State.READY: (
            recommends,
            _("DGSQ") if by_dgsq else _("DGSSAC, analyse"),
            _("Elle prépare la recommandation."),
            versement.ready_at,
        ),
        State.RECOMMENDED: (
            "authorise_versement",
            _("DGSSAC, budget"),
            _("Une deuxième personne autorise le versement."),
            versement.recommended_at,
        ),
        State.AUTHORISED: ("", _("Portail"), _("L’avis est en préparation."), None),
        State.ISSUED: (
            "confirm_payment",
            _("DGSSAC, paiements"),
            *_payment_words(versement),
        ),
        State.HELD: (
            "hold_versement",
            str(versement.held_by or ""),
            _("Versement retenu : %(reason)s") % {"reason": versement.held_reason},
            versement.held_at,
        ),
    }[State(versement.state)]
    if right and right in here and versement.recommended_by_id != user.pk:
        return None
    alliance = versement.alliance
    return Waiting(
        what=_("Versement %(year)s, %(amount)s")
        % {"year": versement.year, "amount": money(versement.amount)},
        url=alliance.url("versement", versement.pk),
        who=who,
        who_detail=detail,
        since=_day(moment),
        alliance=alliance,
    )
