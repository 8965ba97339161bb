"""Threads on the plan: their place, who reads them, their state, who closes them."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import Comment, JournalEntry, User
from alliances.services.comments import post_comment, reopen_comment, resolve_comment
from plans import selectors
from plans.models import Action, Indicator, Objective, PlanVersion, Priority
from plans.selectors.threads import element_field, threads
from plans.services import remove_element
from tests.conftest import CommittedDatabase
from tests.factories import UserFactory, person

from .factories import draft_version, write_all, written_version
from .pages import text_of
from .test_concurrency import told

PAGE = "/alliances/mauricie/2024-2029/plan/1/discussion/"
ALL, MINISTRY = Comment.Audience.ALL, Comment.Audience.MINISTRY
Thread = Comment.Thread


@pytest.fixture
def version(db: None) -> PlanVersion:
    return written_version("mauricie", priorities=1)


@pytest.fixture
def adviser(db: None) -> User:
    return person("advisor", "mauricie", full_name="Marc Roy")


@pytest.fixture
def table(db: None) -> User:
    return person("coordination", "mauricie", full_name="Maude Gélinas")


def remark(version: PlanVersion, by: User, body: str = "Pourquoi?", **options: Any) -> Comment:
    return post_comment(version, by=by, alliance=version.plan.alliance, body=body, **options)


def state(comment: Comment) -> str:
    return Comment.objects.prefetch_related("replies").get(pk=comment.pk).thread_state


# --- States, read from the rows


def test_a_thread_is_open_answered_closed_then_open_again(
    version: PlanVersion, adviser: User, table: User
) -> None:
    thread = remark(version, adviser, field="2c")
    seen = [state(thread)]
    remark(version, adviser, "Je précise.", answers=thread)
    seen.append(state(thread))
    remark(version, table, "Voici.", answers=thread)
    seen.append(state(thread))
    resolve_comment(thread, by=adviser)
    seen.append(state(thread))
    reopen_comment(thread, by=table)
    seen.append(state(thread))

    assert seen == [Thread.OPEN, Thread.OPEN, Thread.ANSWERED, Thread.CLOSED, Thread.ANSWERED]
    verbs = JournalEntry.objects.filter(verb__endswith="_comment").values_list("verb", flat=True)
    assert sorted(verbs) == ["reopen_comment", "resolve_comment"]


def test_an_answer_to_a_closed_thread_opens_it_again(
    version: PlanVersion, adviser: User, table: User
) -> None:
    thread = remark(version, adviser, field="2c")
    resolve_comment(thread, by=adviser)

    remark(version, table, "Une dernière chose.", answers=thread)

    assert state(thread) == Thread.ANSWERED


@pytest.mark.parametrize(
    ("author", "closer", "allowed"),
    [
        ("advisor", "coordination", True),  # writes the plan
        ("advisor", "partner", False),
        ("advisor", "analyst", True),  # validates it
        ("advisor", "delegate", False),
        ("partner", "coordination", True),
        ("partner", "advisor", False),
        ("coordination", "partner", True),  # of the author's side
    ],
)
def test_a_thread_is_closed_by_its_side_or_by_who_decides_on_the_plan(
    version: PlanVersion, author: str, closer: str, allowed: bool
) -> None:
    def somebody(role: str) -> User:
        return person(role, None if role in {"analyst", "delegate"} else "mauricie")

    thread = remark(version, somebody(author))
    by = somebody(closer)

    for act in (resolve_comment, reopen_comment):
        if allowed:
            act(thread, by=by)
        else:
            with pytest.raises(Refusal, match="Seul le côté"):
                act(thread, by=by)


# --- Places


def test_a_thread_is_on_the_plan_a_section_or_any_element(
    version: PlanVersion, table: User
) -> None:
    kinds = {"priority": Priority, "objective": Objective, "action": Action, "indicator": Indicator}
    for field in ("", "2c"):
        remark(version, table, field=field)
    for kind, model in kinds.items():
        row = model._default_manager.get(version=version)  # type: ignore[attr-defined]
        remark(version, table, field=element_field(kind, row.lineage))

    found = [(one.place.label, one.place.section) for one in threads(version, table)]

    assert found == [
        ("Tout le plan", ""),
        ("2c Zones de dévitalisation", "2c"),
        ("Priorité 1, Priorité numéro 1", "3"),
        ("Objectif 1.1, Objectif 1.1", "4"),
        ("Action 1.1.1, Action 1.1.1", "5"),
        ("Indicateur 1.1.1.1, Tonnes livrées", "8"),
    ]


def test_the_table_of_contents_counts_the_threads_on_elements(
    version: PlanVersion, table: User
) -> None:
    action = Action.objects.get(version=version)
    remark(version, table, field="5")
    thread = remark(version, table, field=element_field("action", action.lineage))
    means = version.plan.canvas.sections.get(code="5")

    def counted() -> int:
        return selectors.sheet_of(version, with_logic=False).line_of(means).remarks

    before = counted()
    resolve_comment(thread, by=table)

    assert (before, counted()) == (2, 1)


def test_what_was_said_of_an_element_taken_out_stays_readable(
    version: PlanVersion, adviser: User, table: User, client: Client
) -> None:
    action = Action.objects.get(version=version)
    remark(version, adviser, "Qui paie?", field=element_field("action", action.lineage))
    remove_element(action, by=table)
    client.force_login(table)

    page = text_of(client.get(PAGE))

    assert "Élément retiré du plan" in page
    assert "Qui paie?" in page
    assert "Action 1.1.1" in page  # its title was kept with the remark


def test_the_link_of_an_action_opens_the_box_that_writes_on_it(
    version: PlanVersion, table: User, client: Client
) -> None:
    action = Action.objects.get(version=version)
    client.force_login(table)
    page = client.get(f"{PAGE}?sur=action-{action.pk}")
    field = element_field("action", action.lineage)

    assert f'name="field" value="{field}"' in page.text
    client.post(
        "/remarques/",
        {"target_label": "plans.planversion", "target_id": version.pk, "field": field,
         "body": "Avec quel camion?", "next": PAGE},
    )  # fmt: skip
    assert Comment.objects.get().quote == "Action 1.1.1"
    assert "Avec quel camion?" in text_of(client.get("/alliances/mauricie/2024-2029/plan/1/5/"))


# --- The page


def test_the_filters_keep_a_state_a_section_a_kind(
    version: PlanVersion, adviser: User, table: User, client: Client
) -> None:
    answered = remark(version, adviser, "Une question", field="2c")
    remark(version, table, "Une réponse", answers=answered)
    remark(version, adviser, "Une autre", field="2a")
    client.force_login(table)

    def shown(query: str) -> list[str]:
        page = text_of(client.get(PAGE + query))
        return [body for body in ("Une question", "Une autre") if body in page]

    assert shown("") == ["Une question", "Une autre"]
    assert shown("?etat=open") == ["Une autre"]
    assert shown("?etat=answered") == ["Une question"]
    assert shown("?lieu=2a") == ["Une autre"]
    assert shown("?genre=corrections") == []
    assert shown("?etat=nimporte") == ["Une question", "Une autre"]


def test_each_thread_says_who_reads_it(version: PlanVersion, adviser: User, client: Client) -> None:
    remark(version, adviser, "Pour tous")
    remark(version, adviser, "Entre nous", audience=MINISTRY)
    client.force_login(adviser)

    page = text_of(client.get(PAGE))

    assert page.count("Visible par : ministère seulement") >= 2  # the thread and the box
    assert "Visible par : Table, DGSQ et DGSSAC" in page


PAGES = ["", "1/", "1/2c/", "1/5/", "1/discussion/", "1/verifier/"]


@pytest.mark.parametrize("role", ["coordination", "direction", "partner"])
def test_nothing_the_ministry_keeps_to_itself_reaches_the_table(
    version: PlanVersion, adviser: User, client: Client, role: str
) -> None:
    action = Action.objects.get(version=version)
    for field in ("", "2c", element_field("action", action.lineage)):
        thread = remark(version, adviser, "SECRET racine", field=field, audience=MINISTRY)
        remark(version, person("analyst"), "SECRET réponse", answers=thread)
    client.force_login(person(role, "mauricie"))
    base = PAGE.removesuffix("1/discussion/")

    for page in PAGES:
        answer = client.get(base + page, follow=True)
        assert answer.status_code in {200, 403}
        assert "SECRET" not in answer.text, page
    assert client.get(f"{PAGE}?lecteurs=ministry").text.count("SECRET") == 0
    sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}?export=xlsx").content)).active
    assert sheet is not None
    assert [row for row in sheet.iter_rows(values_only=True) if "SECRET" in str(row)] == []
    assert b"SECRET" not in client.get(f"{PAGE}?export=csv").content
    assert client.post(f"/remarques/{thread.pk}/regler/").status_code == 404
    assert b"SECRET" not in client.get(base.replace("plan/", "journal/")).content


def test_the_export_holds_what_is_filtered_with_each_answer(
    version: PlanVersion, adviser: User, table: User, client: Client
) -> None:
    thread = remark(version, adviser, "Une question", field="2c")
    remark(version, table, "=1+1", answers=thread)
    remark(version, adviser, "Ailleurs", field="2a")
    client.force_login(adviser)

    lines = client.get(f"{PAGE}?lieu=2c&export=csv").content.decode("utf-8-sig").splitlines()

    assert len(lines) == 3
    assert lines[1].startswith("2c Zones de dévitalisation;;Avec réponse;Table, DGSQ et DGSSAC")
    assert lines[2].endswith(";'=1+1")


def test_a_refused_remark_keeps_its_text_and_its_readers(
    version: PlanVersion, adviser: User, client: Client
) -> None:
    client.force_login(adviser)
    typed = {"target_label": "plans.planversion", "target_id": version.pk, "next": PAGE}

    page = client.post("/remarques/", {**typed, "body": "x" * 5001, "audience": "ministry"})

    assert page.status_code == 422
    assert "x" * 5001 in page.text
    assert "Publier pour le ministère" in text_of(page)
    assert 'value="all"' not in page.text


@pytest.mark.django_db
def test_the_page_takes_the_same_queries_for_one_thread_and_for_thirty(client: Client) -> None:
    small, large = draft_version("mauricie"), draft_version("laval")
    for one, size in ((small, 1), (large, 10)):
        write_all(one, by=UserFactory(), priorities=size)
        for _again in range(size):
            for kind, model in (("priority", Priority), ("action", Action)):
                for row in model._default_manager.filter(version=one):  # type: ignore[attr-defined]
                    remark(one, one.created_by, field=element_field(kind, row.lineage))

    def count(territory: str) -> int:
        client.force_login(person("coordination", territory))
        address = PAGE.replace("mauricie", territory)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    assert count("mauricie") == count("laval")


def test_two_people_close_one_thread(
    committed_db: CommittedDatabase,
) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1)
        people = [person("coordination", "mauricie"), person("direction", "mauricie")]
        thread = remark(version, people[0])

    assert told(people, lambda by: resolve_comment(thread, by=by)) == ["", ""]

    with acting_as_portal():
        assert JournalEntry.objects.filter(verb="resolve_comment").count() == 1
        assert selectors.threads(version, people[0])[0].comment.thread_state == Thread.CLOSED
