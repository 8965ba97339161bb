"""What the tests of the agreement share: partners to ask, links to open, answers to give."""

from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from alliances.models import Alliance, GovernanceBody, Partner, PartnerCategory, User
from plans.models import Endorsement, PlanVersion
from plans.selectors.content import content_of, fingerprint
from plans.services import add_priority, answer_endorsement, ask_endorsements
from plans.services.endorsements import link_of

AGREE, RESERVATION, DISAGREE = Endorsement.Answer.values


def PartnerFactory(
    alliance: Alliance, name: str, *, by: User, email: str = "info@organisme.example"
) -> Partner:
    return Partner.objects.create(
        alliance=alliance,
        name=name,
        category=PartnerCategory.objects.filter(cycle=alliance.cycle_id).earliest("rank"),
        email=email,
        updated_by=by,
    )


def BodyFactory(alliance: Alliance, name: str = "Comité directeur") -> GovernanceBody:
    return GovernanceBody.objects.create(alliance=alliance, name=name)


def asked(version: PlanVersion, *names: str, by: User) -> list[Endorsement]:
    """Requests to organisations that are neither partners nor bodies."""
    return ask_endorsements(
        version,
        by=by,
        others=[(name, f"contact{rank}@organisme.example") for rank, name in enumerate(names)],
    )


def change_text(version: PlanVersion, by: User) -> None:
    """A priority more: what was answered before is about an earlier text."""
    add_priority(version, by=by, title="Logement")


def token(row: Endorsement) -> str:
    return link_of(row).rstrip("/").rsplit("/", 1)[1]


def address(row: Endorsement) -> str:
    return urlsplit(link_of(row)).path


def sha256_of(version: PlanVersion) -> str:
    return fingerprint(content_of(version))


def answered(row: Endorsement, answer: str = AGREE, **changes: Any) -> Endorsement:
    """The answer of who holds the link, for the text as it reads now."""
    words = {
        "answer": answer,
        "text": "" if answer == AGREE else "La cible 1.1 est trop basse.",
        "name": "Line Caron",
        "title": "Directrice",
        "sha256": sha256_of(row.version),
        **changes,
    }
    return answer_endorsement(token(row), **words)


def send_answer(client: Client, row: Endorsement, **changes: str) -> Any:
    """What the public page posts."""
    typed = {
        "answer": AGREE,
        "text": "",
        "name": "Line Caron",
        "title": "Directrice",
        "sha256": sha256_of(row.version),
        **changes,
    }
    return client.post(address(row), typed)
