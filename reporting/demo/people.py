"""The demo's people: one of each role for each territory, all invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from alliances.models import Alliance, Membership, Territory, User

from .profiles import EARLIER
from .words import FIRST_NAMES, LAST_NAMES

PASSWORD = "demo-alliances-2026"  # noqa: S105 — printed on the demo's first screen
NATIONAL = {
    "analyst": ("analyse@dgssac.example", "Sophie Lavoie"),
    "delegate": ("delegue@dgssac.example", "Éric Fontaine"),
    "budget": ("budget@dgssac.example", "Hélène Tremblay"),
    "payments": ("paiements@dgssac.example", "Yves Bergeron"),
    "auditor": ("audit@dgssac.example", "Chantal Ouellet"),
    "admin": ("admin@dgssac.example", "Robert Caron"),
}
# The regional office that follows an organisation without a region of its own.
DGSQ_OF = {"kativik": "10", "gnc": "10", "cssspnql": "03"}
KNOWN = {
    "coordination@mauricie.example": "Maude Gélinas",
    "direction@mauricie.example": "Diane Beaulieu",
    "partenaire@mauricie.example": "Luc Pronovost",
    "conseil@dgsq-04.example": "Karim Benali",
}
SINCE = date(2024, 11, 1)
# National roles, and the territories whose earlier cycle the story tells.
SINCE_EARLIER = date(2018, 9, 1)


@dataclass(frozen=True)
class Cast:
    """Who plays: national roles, and each territory's own people."""

    analyst: User
    delegate: User
    budget: User
    payments: User
    portal: User
    by_role: dict[tuple[str, str], User]

    def of(self, alliance: Alliance, role: str) -> User:
        return self.by_role[alliance.territory.slug, role]


def _names() -> Iterator[str]:
    """Pairs of a first and a last name, none twice and none already taken."""
    taken = set(KNOWN.values()) | {name for _, name in NATIONAL.values()}
    step = 0
    while True:
        first = FIRST_NAMES[step % len(FIRST_NAMES)]
        last = LAST_NAMES[(step * 7 + step // len(FIRST_NAMES) * 3) % len(LAST_NAMES)]
        step += 1
        name = f"{first} {last}"
        if name not in taken:
            taken.add(name)
            yield name


def create_cast() -> Cast:
    """Creates every account with the demo's password; all hold their role since the cycle began."""
    names, hashed = _names(), make_password(PASSWORD)
    earlier = {profile.slug for profile in EARLIER}
    groups = {group.name: group for group in Group.objects.all()}
    by_role: dict[tuple[str, str], User] = {}

    def account(email: str, name: str, language: str = "fr") -> User:
        user = User.objects.filter(email=email).first()
        return user or User.objects.create(
            email=email, full_name=name, password=hashed, language=language
        )

    def give(user: User, role: str, territory: Territory | None = None) -> None:
        before = territory is None or territory.slug in earlier
        since = SINCE_EARLIER if before else SINCE
        membership, _ = Membership.objects.get_or_create(
            user=user, role=role, territory=territory, defaults={"starts_on": since}
        )
        user.groups.add(groups[membership.group_name])

    national = {}
    for role, (email, name) in NATIONAL.items():
        national[role] = account(email, name)
        give(national[role], role)
    for territory in Territory.objects.order_by("rank"):
        slug = territory.slug
        for role, local in (
            ("coordination", "coordination"),
            ("direction", "direction"),
            ("partner", "partenaire"),
        ):
            email = f"{local}@{slug}.example"
            name = KNOWN.get(email) or next(names)
            by_role[slug, role] = account(email, name, territory.default_language)
            give(by_role[slug, role], role, territory)
        region = territory.region_code or DGSQ_OF[slug]
        email = f"conseil@dgsq-{region}.example"
        by_role[slug, "advisor"] = account(email, KNOWN.get(email) or next(names))
        give(by_role[slug, "advisor"], "advisor", territory)
    return Cast(
        national["analyst"],
        national["delegate"],
        national["budget"],
        national["payments"],
        User.objects.portal(),
        by_role,
    )
