"""What the analyst does with texts: keep the templates of each cycle, adjust a convention's."""

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle, User
from alliances.permissions import can
from alliances.services import journal
from alliances.templatetags.portal import moment
from conventions.models import Convention, ConventionTemplate, ConventionText
from conventions.permissions import may_write_templates

from .wording import check_text


def _require_templates(by: User) -> None:
    if not may_write_templates(by):
        raise Refusal(_("Votre rôle ne permet pas d’écrire les modèles de convention."))


def _record(template: ConventionTemplate, *, by: User, verb: str, summary: str) -> None:
    words = {"cycle": template.cycle.slug, "n": template.version}
    journal.record(by=by, verb=verb, summary=summary % words, target=template)


@transaction.atomic
def save_template(
    cycle: Cycle, language: str, *, by: User, body: str, revision: int | None = None
) -> ConventionTemplate:
    """Writes the next version of a template, apart until it is published. ``revision`` is the
    draft's that the person read, None when there was none.

    Refuses what ``check_text`` refuses, and a draft that somebody wrote or published meanwhile.
    """
    _require_templates(by)
    body = check_text(body)
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    versions = ConventionTemplate.objects.filter(cycle=cycle, language=language)
    last = versions.select_related("changed_by", "cycle").order_by("-version").first()
    draft = last if last is not None and not last.is_published else None
    if draft is not None and draft.revision != revision:
        raise StaleAct(
            _("%(who)s a modifié ce modèle le %(when)s. Relisez-le avant de continuer.")
            % {"who": draft.changed_by, "when": moment(draft.changed_at)}
        )
    if draft is None and revision is not None:
        raise StaleAct(_("Cette version vient d’être publiée. Relisez-la avant de continuer."))
    if draft is None:
        draft = ConventionTemplate(
            cycle=cycle, language=language, version=last.version + 1 if last else 1, revision=0
        )
    else:
        draft.revision += 1
    draft.body, draft.changed_at, draft.changed_by = body, clock.now(), by
    draft.save()
    summary = _("a écrit le modèle de convention %(cycle)s, version %(n)s")
    _record(draft, by=by, verb="save_template", summary=summary)
    return draft


@transaction.atomic
def publish_template(
    template: ConventionTemplate, *, by: User, revision: int | None = None
) -> ConventionTemplate:
    """Publishes a draft: conventions drafted from now on take it, the others keep theirs.

    Refuses a version already published, and a draft changed since it was read.
    """
    _require_templates(by)
    found = ConventionTemplate.objects.select_related("cycle", "changed_by", "published_by")
    template = found.select_for_update(of=("self",)).get(pk=template.pk)
    if template.is_published:
        raise StaleAct(
            _("%(who)s a déjà publié cette version le %(when)s.")
            % {"who": template.published_by, "when": moment(template.published_at)}
        )
    if revision is not None and revision != template.revision:
        raise StaleAct(
            _("%(who)s a modifié ce modèle le %(when)s. Relisez-le avant de continuer.")
            % {"who": template.changed_by, "when": moment(template.changed_at)}
        )
    template.published_at, template.published_by = clock.now(), by
    template.save()
    summary = _("a publié le modèle de convention %(cycle)s, version %(n)s")
    _record(template, by=by, verb="publish_template", summary=summary)
    return template


def text_of(convention: Convention) -> ConventionText:
    """The text of a draft, written from the published template when it has none yet.

    Refuses a cycle without a published template.
    """
    found = ConventionText.objects.select_related("template").filter(convention=convention).first()
    if found is not None:
        return found
    alliance = convention.alliance
    language = alliance.territory.default_language
    template = ConventionTemplate.objects.in_force(alliance.cycle, language)
    if template is None:
        raise Refusal(
            _("Aucun modèle de convention n’est publié pour le cycle %(cycle)s.")
            % {"cycle": alliance.cycle.slug}
        )
    return ConventionText.objects.create(
        convention=convention, template=template, body=template.body
    )


@transaction.atomic
def adjust_text(
    convention: Convention, *, by: User, body: str, revision: int | None = None
) -> ConventionText:
    """Rewrites the text of a draft. ``revision`` is the one the person read.

    Refuses what ``check_text`` refuses, a convention already sent, and a text that somebody else
    changed meanwhile.
    """
    if not can(by, "prepare_convention", convention):
        raise Refusal(_("Votre rôle ne permet pas cet acte sur cette convention."))
    body = check_text(body)
    convention = Convention.objects.for_acts().select_for_update(of=("self",)).get(pk=convention.pk)
    if convention.state != Convention.State.DRAFT:
        raise StaleAct(
            _("%(who)s a déjà envoyé la convention %(number)s le %(when)s. Elle ne change plus.")
            % {
                "who": convention.sent_by,
                "number": convention.number,
                "when": moment(convention.sent_at),
            }
        )
    text = text_of(convention)
    if revision is not None and revision != text.revision:
        raise StaleAct(
            _("%(who)s a modifié ce texte le %(when)s. Relisez-le avant de continuer.")
            % {"who": text.changed_by, "when": moment(text.changed_at)}
        )
    text.body, text.changed_at, text.changed_by = body, clock.now(), by
    text.revision += 1
    text.save()
    # The page from which the convention is sent shows this text: an old one must say so.
    convention.revision += 1
    convention.changed_at, convention.changed_by = text.changed_at, by
    convention.save()
    journal.record(
        by=by,
        verb="adjust_text",
        summary=_("a ajusté le texte de la convention %(number)s") % {"number": convention.number},
        alliance=convention.alliance,
        target=convention,
        url=convention.alliance.url("convention"),
    )
    return text
