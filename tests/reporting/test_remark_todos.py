"""The Table is told of the remarks it has not answered."""

import pytest

from alliances.models import Comment
from alliances.permissions import forget_rights
from alliances.services.comments import post_comment, resolve_comment
from plans.models import Action
from plans.selectors.threads import element_field
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.remark_todos import todo
from tests.factories import AllianceFactory, person
from tests.plans.factories import written_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    alliance = AllianceFactory()
    return AnnualReport.objects.create(
        alliance=alliance,
        period=ReportingPeriod.objects.get(cycle=alliance.cycle, fiscal_year=2025),
        created_by=person("coordination", "mauricie"),
    )


def remark(report, body="Pourquoi cet écart?", **options):
    return post_comment(
        report, by=person("advisor", "mauricie"), alliance=report.alliance, body=body, **options
    )


def test_two_remarks_make_one_thing_to_do(report):
    remark(report)
    remark(report, "Et celui-ci?")
    coordination = person("coordination", "mauricie")

    found = todo(coordination)

    assert [one.title for one in found] == ["Répondre à 2 remarques sur la reddition 2025-2026"]


def test_an_answered_or_closed_remark_waits_no_more(report):
    coordination = person("coordination", "mauricie")
    answered, closed = remark(report), remark(report, "Une autre")
    post_comment(report, by=coordination, alliance=report.alliance, body="Voici.", answers=answered)
    resolve_comment(closed, by=closed.author)

    assert todo(coordination) == []


def test_a_remark_for_the_ministry_and_another_territory_stay_silent(report):
    remark(report, audience=Comment.Audience.MINISTRY)
    here, elsewhere = person("coordination", "mauricie"), person("coordination", "estrie")

    assert todo(here) == []
    remark(report)
    forget_rights(here)
    assert len(todo(here)) == 1
    assert todo(elsewhere) == []


def test_a_remark_on_an_action_leads_to_its_thread(client):
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    asked = post_comment(
        version, by=person("analyst"), alliance=version.plan.alliance, body="Combien?",
        field=element_field("action", action.lineage),
    )  # fmt: skip
    coordination = person("coordination", "mauricie")

    [found] = todo(coordination)
    client.force_login(coordination)
    page = client.get(found.url)

    assert found.title == "Répondre à 1 remarque sur la version 1 du PARC"
    assert page.status_code == 200
    assert found.url.endswith(f"#remarque-{asked.pk}")
    assert f'id="remarque-{asked.pk}"' in page.text
