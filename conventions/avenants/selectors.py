"""What the screens and the lists of things to do read of avenants."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, User
from alliances.permissions import can, rights_of, territories_of
from alliances.templatetags.portal import date_long, money
from alliances.todo import Todo, Waiting
from conventions.models import (
    Avenant,
    AvenantSignatory,
    AvenantTranche,
    Convention,
    SignatureReminder,
)
from conventions.permissions import may_record, signs_here
from conventions.scans.selectors import avenant_sheets
from conventions.selectors import (
    SignatureRow,
    is_draft_visible,
    party_kind,
    party_names,
    reminders_of,
)

from .documents import line_data
from .words import in_words

State = Avenant.State


def avenant_of(alliance: Alliance, number: int) -> Avenant | None:
    """One avenant of the Alliance, with what its page shows."""
    found = Avenant.objects.for_pages().filter(convention__alliance=alliance, number=number)
    return found.first()


def party_of(alliance: Alliance, pk: int) -> AvenantSignatory | None:
    """One party of the Alliance's avenants, with what its signature page shows."""
    return (
        AvenantSignatory.objects.select_related(
            "avenant__convention__alliance", "avenant__document", "recorded_by", "mrc"
        )
        .filter(avenant__convention__alliance=alliance, pk=pk)
        .first()
    )


def is_visible(user: User, avenant: Avenant) -> bool:
    """A draft, and one withdrawn before it was sent, is the ministry's own."""
    return avenant.sent_at is not None or is_draft_visible(user, avenant.convention)


@dataclass(frozen=True)
class ChainLink:
    """One line of the chain: an avenant, what it changes, from when it holds."""

    avenant: Avenant
    changes: str
    url: str
    signed_count: int
    party_count: int


def chain(convention: Convention, user: User) -> list[ChainLink]:
    """The avenants of a convention that the person may see, in order; three queries."""
    avenants = convention.avenants.for_pages().order_by("number")
    return [
        ChainLink(
            avenant,
            in_words(avenant),
            convention.alliance.url("avenant", avenant.number),
            sum(party.signed_on is not None for party in avenant.signatories.all()),
            len(avenant.signatories.all()),
        )
        for avenant in avenants
        if is_visible(user, avenant)
    ]


def chain_context(convention: Convention, user: User) -> dict[str, object]:
    """What the convention's tab says of its avenants, and whether this person may begin one."""
    links = chain(convention, user)
    is_free = not any(link.avenant.is_open for link in links)
    is_signed = convention.state == Convention.State.SIGNED
    return {
        "avenants": links,
        "avenant_new_url": convention.alliance.url("avenant_new")
        if is_signed and is_free and can(user, "prepare_convention", convention)
        else "",
        "convention_on_url": convention.alliance.url("convention_on"),
    }


def summary(avenant: Avenant) -> str:
    """One line: to which convention, what it changes, since when."""
    words = {"number": avenant.convention.number, "changes": in_words(avenant)}
    if avenant.state == State.SIGNED:
        return _("À la convention %(number)s : %(changes)s, en vigueur depuis le %(day)s.") % (
            words | {"day": date_long(avenant.effective_on)}
        )
    return _("À la convention %(number)s : %(changes)s.") % words


@dataclass(frozen=True)
class Difference:
    """One thing the avenant changes: its name, before, after."""

    label: str
    before: str
    after: str


def differences(avenant: Avenant) -> list[Difference]:
    """End, amount and parties before and after; the schedule has its own table."""
    none = _("aucun")
    found = []
    if avenant.ends_on is not None:
        found.append(
            Difference(_("Fin"), date_long(avenant.was_ends_on), date_long(avenant.ends_on))
        )
    if avenant.amount is not None:
        found.append(Difference(_("Montant"), money(avenant.was_amount), money(avenant.amount)))
    if avenant.table is not None and avenant.table != avenant.was_table:
        found.append(Difference(_("Table"), avenant.was_table.name, avenant.table.name))
    if avenant.table is not None and avenant.fiduciary != avenant.was_fiduciary:
        was, now = avenant.was_fiduciary, avenant.fiduciary
        found.append(
            Difference(
                _("Fiduciaire du FQIS"), was.name if was else none, now.name if now else none
            )
        )
    return found


def schedule_lines(avenant: Avenant) -> list[dict[str, object]]:
    """Each tranche before and after, as the PDF says it."""
    lines: Iterable[AvenantTranche] = avenant.lines.all()
    return [line_data(line) for line in lines]


def signature_context(avenant: Avenant, user: User) -> dict[str, Any]:
    """The tracker: each party, how many signed, what this person can do, who else is awaited."""
    alliance = avenant.convention.alliance
    sent_on = clock.day_of(avenant.sent_at) if avenant.sent_at else None
    is_open = avenant.state == State.SENT
    sheets = avenant_sheets(avenant) if sent_on else {}
    found = SignatureReminder.objects.filter(avenant_party__avenant=avenant)
    reminders = reminders_of(found) if sent_on else {}
    may_remind = is_open and can(user, "record_signature", avenant)
    rows = [
        SignatureRow(
            party,
            party_kind(alliance, party),
            None if party.signed_on else sent_on,
            alliance.url("avenant_sign", party.pk)
            if is_open and party.signed_on is None and may_record(user, party)
            else "",
            signs_here(user, party),
            sheets.get(party.pk),
            reminders.get(party.pk, ()),
            alliance.url("avenant_remind", party.pk)
            if may_remind and party.signed_on is None
            else "",
        )
        for party in avenant.signatories.all()
    ]
    signed = sum(row.is_signed for row in rows)
    others = [row.signatory for row in rows if not row.is_signed and not row.url]
    return {
        "signatures": rows,
        "signed_count": signed,
        "party_count": len(rows),
        "progress": ngettext(
            "%(signed)s signature sur %(n)s", "%(signed)s signatures sur %(n)s", signed
        )
        % {"signed": signed, "n": len(rows)},
        "mine": [row for row in rows if row.url],
        "mine_verb": _("Consigner une signature")
        if can(user, "record_signature", avenant)
        else _("Signer l’avenant"),
        "others_sentence": _("Signatures attendues : %(names)s.") % {"names": party_names(others)}
        if others and is_open
        else "",
    }


# --- What waits for people


def _open(user: User, *rights: str) -> list[Avenant]:
    held = rights_of(user)
    territories = [
        pk for pk in territories_of(user) if any(held.allow(right, pk) for right in rights)
    ]
    if not territories:
        return []
    found = Avenant.objects.open().filter(territory_id__in=territories).for_pages()
    return list(found.order_by("created_at", "pk"))


def todo(user: User) -> list[Todo]:
    """Drafts to send, signatures to record, and the signature that waits for this person."""
    rights = ("prepare_convention", "record_signature", "sign_convention", "sign_for_table")
    found: list[Todo] = []
    for avenant in _open(user, *rights):
        found += (
            _draft_todo(avenant, user)
            if avenant.state == State.DRAFT
            else _signature_todo(avenant, user)
        )
    return found


def _draft_todo(avenant: Avenant, user: User) -> list[Todo]:
    if not can(user, "prepare_convention", avenant):
        return []
    alliance = avenant.convention.alliance
    return [
        Todo(
            title=_("Envoyer l’avenant no %(n)s en signature") % {"n": avenant.number},
            url=alliance.url("avenant", avenant.number),
            button=_("Relire et envoyer"),
            alliance=alliance,
            since=clock.day_of(avenant.created_at),
            detail=in_words(avenant),
        )
    ]


def _signature_todo(avenant: Avenant, user: User) -> list[Todo]:
    parties = list(avenant.signatories.all())
    mine = [party for party in parties if not party.signed_on and may_record(user, party)]
    if not mine:
        return []
    alliance = avenant.convention.alliance
    if can(user, "record_signature", avenant):
        title = ngettext(
            "Consigner %(count)s signature de l’avenant no %(n)s",
            "Consigner %(count)s signatures de l’avenant no %(n)s",
            len(mine),
        )
        button, url = _("Consigner une signature"), alliance.url("avenant", avenant.number)
    else:
        title, button = _("Signer l’avenant no %(n)s"), _("Signer l’avenant")
        url = alliance.url("avenant_sign", mine[0].pk)
    return [
        Todo(
            title=title % {"n": avenant.number, "count": len(mine)},
            url=url,
            button=button,
            alliance=alliance,
            since=clock.day_of(avenant.sent_at) if avenant.sent_at else None,
            # An extension is signed before the end it moves.
            due_on=avenant.was_ends_on if avenant.ends_on else None,
            detail=in_words(avenant),
            progress=(sum(party.signed_on is not None for party in parties), len(parties)),
        )
    ]


def waiting(user: User) -> list[Waiting]:
    """Avenants that others sign."""
    rights = ("edit_plan", "review_report", "prepare_convention", "sign_convention")
    found = []
    for avenant in _open(user, *rights):
        others = [
            party
            for party in avenant.signatories.all()
            if not party.signed_on and not may_record(user, party)
        ]
        if avenant.state == State.SENT and others:
            alliance = avenant.convention.alliance
            found.append(
                Waiting(
                    what=ngettext(
                        "%(count)s signature de l’avenant no %(n)s",
                        "%(count)s signatures de l’avenant no %(n)s",
                        len(others),
                    )
                    % {"count": len(others), "n": avenant.number},
                    url=alliance.url("avenant", avenant.number),
                    who=party_names(others),
                    since=clock.day_of(avenant.sent_at) if avenant.sent_at else None,
                    alliance=alliance,
                )
            )
    return found
