"""What waits for each person about conventions."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from alliances.models import Alliance, Territory
from conventions import selectors
from tests.factories import AllianceFactory, person

from .factories import draft_convention, sent_convention, sign, signed_convention

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def test_a_draft_waits_for_the_analyst(alliance: Alliance) -> None:
    draft_convention(alliance)

    [todo] = selectors.todo(person("analyst"))

    assert todo.title == "Envoyer la convention C-04-2024 en signature"
    assert todo.url == alliance.url("convention")
    assert selectors.todo(person("delegate")) == []
    assert selectors.todo(person("direction", "mauricie")) == []


def test_a_draft_is_only_announced_to_the_table(alliance: Alliance) -> None:
    draft_convention(alliance)

    [waiting] = selectors.waiting(person("coordination", "mauricie"))

    assert waiting.who == "DGSSAC, analyse"
    assert selectors.waiting(person("coordination", "laval")) == []
    assert selectors.waiting(person("analyst")) == []


def test_each_signature_waits_for_who_gives_it(alliance: Alliance) -> None:
    convention = sent_convention(alliance)

    [of_direction] = selectors.todo(person("direction", "mauricie"))
    [of_delegate] = selectors.todo(person("delegate"))
    [of_analyst] = selectors.todo(person("analyst"))

    table = convention.signatories.get(kind="table")
    ministry = convention.signatories.get(kind="ministry")
    assert of_direction.url == alliance.url("convention_sign", table.pk)
    assert of_direction.title == "Signer la convention C-04-2024"
    assert of_delegate.url == alliance.url("convention_sign", ministry.pk)
    assert of_analyst.title == "Consigner 7 signatures de la convention C-04-2024"
    assert of_analyst.progress == (0, 8)


def test_the_signatures_of_others_are_awaited_by_name(alliance: Alliance) -> None:
    convention = sent_convention(alliance)
    for party in convention.signatories.exclude(name__in=["MRC de Mékinac", "Shawinigan"]):
        sign(party)

    [waiting] = selectors.waiting(person("direction", "mauricie"))

    assert waiting.what == "2 signatures de la convention C-04-2024"
    assert sorted(waiting.who.split(" et ")) == ["MRC de Mékinac", "Shawinigan"]


def test_many_parties_are_counted_after_three_names() -> None:
    sent_convention(AllianceFactory("monteregie"))

    [waiting] = selectors.waiting(person("coordination", "monteregie"))

    assert waiting.who.endswith(" autres")


def test_a_signed_convention_waits_for_nobody(alliance: Alliance) -> None:
    signed_convention(alliance)

    for role in ("analyst", "delegate"):
        assert selectors.todo(person(role)) == []
    assert selectors.todo(person("direction", "mauricie")) == []
    assert selectors.waiting(person("coordination", "mauricie")) == []


def test_asks_as_many_queries_for_one_convention_as_for_all(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    counts = []
    slugs = list(Territory.objects.values_list("slug", flat=True))
    for several in (slugs[:1], slugs[1:]):
        for slug in several:
            sent_convention(AllianceFactory(slug))
        analyst = person("analyst")
        with django_assert_max_num_queries(10) as captured:
            selectors.todo(analyst)
            selectors.waiting(analyst)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_signed_convention_is_found_with_its_tranches(alliance: Alliance) -> None:
    assert selectors.signed_convention(alliance) is None
    signed = signed_convention(alliance)

    found = selectors.signed_convention(alliance)

    assert found == signed
    assert selectors.current_conventions([alliance]) == {alliance.pk: signed}
    assert found is not None
    assert len(found.tranches.all()) == 5
