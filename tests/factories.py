"""People, organisations and Alliances for the tests. Territories and cycles are the real ones."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from alliances.models import Alliance, Cycle, Membership, Organisation, Territory, User
from alliances.permissions import install_groups

PASSWORD = "un mot de passe assez long"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@exemple.example")
    full_name = factory.Sequence(lambda n: f"Personne Numéro{n}")

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()


def person(role: str, territory: Territory | str | None = None, **fields: Any) -> User:
    """A person who holds ``role`` today; regional roles need a territory or its slug."""
    return give_role(UserFactory(**fields), role, territory)


def give_role(user: User, role: str, territory: Territory | str | None = None) -> User:
    """One more role to a person, from today."""
    if isinstance(territory, str):
        territory = Territory.objects.get(slug=territory)
    membership = Membership.objects.create(user=user, role=role, territory=territory)
    user.groups.add(Group.objects.get(name=membership.group_name))
    return user


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    territory = factory.LazyFunction(lambda: Territory.objects.get(slug="mauricie"))
    name = factory.Sequence(lambda n: f"Organisme {n}")
    neq = factory.Sequence(lambda n: f"{1190000000 + n}")
    legal_class = Organisation.LegalClass.NON_PROFIT
    is_registered = True


def AllianceFactory(territory: str = "mauricie", cycle: str = "2024-2029") -> Alliance:
    """The Alliance of a territory in a cycle; the reference data hold those of 2024-2029."""
    found = Alliance.objects.filter(territory__slug=territory, cycle__slug=cycle).first()
    if found:
        return Alliance.objects.for_pages().get(pk=found.pk)
    place = Territory.objects.get(slug=territory)
    return Alliance.objects.create(
        territory=place,
        cycle=Cycle.objects.get(slug=cycle),
        table=OrganisationFactory(territory=place),
    )


def new_territories(number: int) -> list[str]:
    """As many territories more than the real ones, with the groups of every role; their slugs."""
    found = Territory.objects.bulk_create(
        Territory(
            slug=f"region-{rank}",
            name=f"Région {rank}",
            abbreviation=f"R{rank}",
            kind=Territory.Kind.TABLE,
            mrc_cosigns=False,
            manages_own_envelope=True,
            rank=100 + rank,
        )
        for rank in range(number)
    )
    install_groups(list(Territory.objects.all()))
    return [territory.slug for territory in found]
