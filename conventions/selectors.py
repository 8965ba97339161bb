"""What the screens, the lists of things to do and the other applications read of conventions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.cycle_words import words_of
from alliances.models import Alliance, User
from alliances.permissions import can, rights_of, territories_of
from alliances.templatetags.portal import date_long, money0
from alliances.todo import Todo, Waiting

from .models import Convention, Party, ScanPage, Signatory, SignatureReminder
from .permissions import may_record, signs_here
from .scans.selectors import sheets_of

NAMED = 3
# A party that has not signed is reminded two weeks after it was asked.
REMIND_AFTER = timedelta(days=14)


def current_convention(alliance: Alliance) -> Convention | None:
    """The Alliance's last convention with its tranches and parties, whatever its state."""
    return alliance.conventions.for_pages().order_by("-starts_on", "-pk").first()


def signed_convention(alliance: Alliance) -> Convention | None:
    """The convention that tranches are paid under, with its tranches; None before it is signed."""
    return (
        alliance.conventions.signed()
        .prefetch_related("tranches")
        .order_by("-starts_on", "-pk")
        .first()
    )


def current_conventions(alliances: Iterable[Alliance]) -> dict[int, Convention]:
    """The last convention of each Alliance by its id, with tranches and parties: three queries."""
    found = Convention.objects.for_pages().filter(alliance__in=list(alliances))
    return {convention.alliance_id: convention for convention in found.order_by("starts_on", "pk")}


def party(alliance: Alliance, pk: int) -> Signatory | None:
    """One party of the Alliance's conventions, with what its signature page shows."""
    return (
        Signatory.objects.select_related("convention__document", "recorded_by", "mrc")
        .filter(convention__alliance=alliance, pk=pk)
        .first()
    )


def parties_label(convention: Convention) -> str:
    """« MESS, Table et 6 MRC ou territoires équivalents »."""
    kinds = [signatory.kind for signatory in convention.signatories.all()]
    names = [_("MESS"), _("Table")]
    if Signatory.Kind.FIDUCIARY in kinds:
        names.append(_("fiduciaire"))
    mrcs = kinds.count(Signatory.Kind.MRC)
    if mrcs:
        names.append(
            ngettext(
                "%(n)s MRC ou territoire équivalent", "%(n)s MRC ou territoires équivalents", mrcs
            )
            % {"n": mrcs}
        )
    return _("%(first)s et %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def party_kind(alliance: Alliance, signatory: Party) -> str:
    """« Table régionale », « Ville », « MRC », « Fiduciaire »: what a party is."""
    if signatory.kind == Party.Kind.TABLE:
        return str(alliance.territory.get_kind_display())
    if signatory.mrc is not None:
        return capfirst(str(signatory.mrc.get_kind_display()))
    return str(signatory.get_kind_display())


@dataclass(frozen=True)
class SignatureRow:
    """One party on the signature tracker."""

    signatory: Party
    kind_label: str
    since: date | None
    url: str
    is_own: bool
    sheet: ScanPage | None = None
    reminders: tuple[SignatureReminder, ...] = ()
    remind_url: str = ""

    @property
    def last_reminder(self) -> SignatureReminder | None:
        return self.reminders[-1] if self.reminders else None

    @property
    def is_signed(self) -> bool:
        return self.signatory.signed_on is not None

    @property
    def remind_on(self) -> date | None:
        """When whoever follows the convention reminds this party, again if it was already."""
        last = self.last_reminder
        begun = last.sent_on if last else self.since
        return begun + REMIND_AFTER if self.since and begun else None

    @property
    def is_late(self) -> bool:
        return self.remind_on is not None and self.remind_on < clock.today()

    @property
    def who(self) -> str:
        """Who must act for this party's signature to be there."""
        if self.sheet is not None:
            return _("DGSSAC, analyse : consigner la feuille reçue")
        return {
            Signatory.Kind.MINISTRY: _("DGSSAC, délégation : signer"),
            Signatory.Kind.TABLE: _("Table, direction : signer"),
        }.get(
            Signatory.Kind(self.signatory.kind),
            _("La partie signe sa feuille; la Table ou la DGSSAC la dépose"),
        )


def reminders_of(
    found: QuerySet[SignatureReminder],
) -> dict[int, tuple[SignatureReminder, ...]]:
    """The reminders of each party, the last one last, by the party's id. One query."""
    sorted_out: dict[int, tuple[SignatureReminder, ...]] = {}
    for one in SignatureReminder.objects.for_pages().filter(pk__in=found.values("pk")):
        key = one.signatory_id or one.avenant_party_id
        assert key is not None
        sorted_out[key] = (*sorted_out.get(key, ()), one)
    return sorted_out


def signature_rows(convention: Convention, user: User) -> list[SignatureRow]:
    """Each party, since when it is missing, and where this person records its signature."""
    sent_on = _sent_on(convention)
    is_open = convention.state == Convention.State.SENT
    sheets = sheets_of(convention) if sent_on else {}
    reminders = reminders_of(convention.reminders.exclude(signatory=None)) if sent_on else {}
    may_remind = is_open and can(user, "record_signature", convention)
    return [
        SignatureRow(
            signatory,
            party_kind(convention.alliance, signatory),
            None if signatory.signed_on else sent_on,
            convention.alliance.url("convention_sign", signatory.pk)
            if is_open and signatory.signed_on is None and may_record(user, signatory)
            else "",
            signs_here(user, signatory),
            sheets.get(signatory.pk),
            reminders.get(signatory.pk, ()),
            convention.alliance.url("convention_remind", signatory.pk)
            if may_remind and signatory.signed_on is None
            else "",
        )
        for signatory in convention.signatories.all()
    ]


def summary(convention: Convention | None) -> str:
    """One line that says where the convention stands."""
    if convention is None:
        return _("La convention n’est pas encore préparée.")
    words = {"number": convention.number, "amount": money0(convention.amount)}
    if convention.state == Convention.State.DRAFT:
        return _("Brouillon %(number)s, %(amount)s, à relire et à envoyer.") % words
    if convention.state == Convention.State.SENT:
        missing = sum(party.signed_on is None for party in convention.signatories.all())
        return ngettext(
            "Il manque %(n)s signature à la convention %(number)s de %(amount)s.",
            "Il manque %(n)s signatures à la convention %(number)s de %(amount)s.",
            missing,
        ) % (words | {"n": missing})
    return _("Convention %(number)s de %(amount)s, signée le %(day)s.") % (
        words | {"day": date_long(convention.signed_on)}
    )


def signature_context(convention: Convention, user: User) -> dict[str, object]:
    """What the tracker says: each party, how many signed, what this person can do, who else is
    awaited."""
    rows = signature_rows(convention, user)
    signed = sum(row.is_signed for row in rows)
    mine = [row.signatory for row in rows if row.url]
    others = [row.signatory for row in rows if not row.is_signed and not row.url]
    records = can(user, "record_signature", convention)
    words = {"signed": signed, "n": len(rows)}
    return {
        "signatures": rows,
        "parties": parties_label(convention) if rows else "",
        "signed_count": signed,
        "party_count": len(rows),
        "progress": ngettext(
            "%(signed)s signature sur %(n)s", "%(signed)s signatures sur %(n)s", signed
        )
        % words,
        "mine": [row for row in rows if row.url],
        "mine_sentence": _("À consigner : %(names)s.") % {"names": party_names(mine)}
        if mine and records
        else _("Votre signature est attendue."),
        "mine_verb": _("Consigner une signature") if records else _("Signer la convention"),
        "others": others,
        "others_sentence": _("Signatures attendues : %(names)s.") % {"names": party_names(others)}
        if others
        else "",
    }


def _sent_on(convention: Convention) -> date | None:
    return timezone.localtime(convention.sent_at).date() if convention.sent_at else None


def _remind_on(convention: Convention) -> date | None:
    sent_on = _sent_on(convention)
    return sent_on + REMIND_AFTER if sent_on else None


def party_names(parties: Sequence[Party]) -> str:
    """« MRC de Maskinongé, MRC de Mékinac et 2 autres »."""
    names = [party.name for party in parties[:NAMED]]
    others = len(parties) - NAMED
    if others > 0:
        names.append(ngettext("%(n)s autre", "%(n)s autres", others) % {"n": others})
    if len(names) == 1:
        return names[0]
    return _("%(first)s et %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _open_conventions(user: User, *rights: str) -> list[Convention]:
    """Drafts and conventions in signature where the person holds one of ``rights``: two queries."""
    held = rights_of(user)
    territories = [
        pk for pk in territories_of(user) if any(held.allow(right, pk) for right in rights)
    ]
    if not territories:
        return []
    return list(
        Convention.objects.for_lists()
        .filter(territory_id__in=territories, state__in=["draft", "sent"])
        .order_by("created_at", "pk")
    )


def todo(user: User) -> list[Todo]:
    """Drafts to send, signatures to record, and the signature that waits for this person."""
    rights = ("prepare_convention", "record_signature", "sign_convention", "sign_for_table")
    found: list[Todo] = []
    for convention in _open_conventions(user, *rights):
        acts = _draft_todo if convention.state == Convention.State.DRAFT else _signature_todo
        with words_of(convention.alliance.cycle):
            found += acts(convention, user)
    return found


def _draft_todo(convention: Convention, user: User) -> list[Todo]:
    if not can(user, "prepare_convention", convention):
        return []
    return [
        Todo(
            title=_("Envoyer la convention %(number)s en signature")
            % {"number": convention.number},
            url=convention.alliance.url("convention"),
            button=_("Relire et envoyer"),
            alliance=convention.alliance,
            since=timezone.localtime(convention.created_at).date(),
            detail=_("Brouillon"),
        )
    ]


def _signature_todo(convention: Convention, user: User) -> list[Todo]:
    parties = list(convention.signatories.all())
    mine = [party for party in parties if not party.signed_on and may_record(user, party)]
    if not mine:
        return []
    words = {"number": convention.number, "n": len(mine)}
    if not can(user, "record_signature", convention):
        title, button = _("Signer la convention %(number)s"), _("Signer la convention")
        url = convention.alliance.url("convention_sign", mine[0].pk)
    else:
        title = ngettext(
            "Consigner %(n)s signature de la convention %(number)s",
            "Consigner %(n)s signatures de la convention %(number)s",
            len(mine),
        )
        button, url = _("Consigner une signature"), convention.alliance.url("convention")
    return [
        Todo(
            title=title % words,
            url=url,
            button=button,
            alliance=convention.alliance,
            since=_sent_on(convention),
            due_on=_remind_on(convention) if can(user, "record_signature", convention) else None,
            detail=party_names(mine),
            progress=(sum(party.signed_on is not None for party in parties), len(parties)),
        )
    ]


def waiting(user: User) -> list[Waiting]:
    """Conventions that others prepare or sign."""
    rights = ("edit_plan", "review_report", "prepare_convention", "sign_convention")
    found: list[Waiting] = []
    for convention in _open_conventions(user, *rights):
        with words_of(convention.alliance.cycle):
            if convention.state == Convention.State.SENT:
                found += _signature_waiting(convention, user)
            elif not is_draft_visible(user, convention):
                found.append(_draft_waiting(convention))
    return found


def _draft_waiting(convention: Convention) -> Waiting:
    return Waiting(
        what=_("Votre convention"),
        url=convention.alliance.url("convention"),
        who=_("DGSSAC, analyse"),
        who_detail=_("Elle prépare la convention."),
        since=timezone.localtime(convention.created_at).date(),
        alliance=convention.alliance,
    )


def _signature_waiting(convention: Convention, user: User) -> list[Waiting]:
    others = [
        party
        for party in convention.signatories.all()
        if not party.signed_on and not may_record(user, party)
    ]
    if not others:
        return []
    return [
        Waiting(
            what=ngettext(
                "%(n)s signature de la convention %(number)s",
                "%(n)s signatures de la convention %(number)s",
                len(others),
            )
            % {"n": len(others), "number": convention.number},
            url=convention.alliance.url("convention"),
            who=party_names(others),
            since=_sent_on(convention),
            alliance=convention.alliance,
        )
    ]


def is_draft_visible(user: User, convention: Convention) -> bool:
    """A draft is the ministry's own until it is sent."""
    return can(user, "comment_ministry", convention) or can(user, "prepare_convention", convention)
