"""Calls and applications for the tests, made through the services."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.models import Alliance, User
from fqis import services
from fqis.models import Application, Call
from fqis.selectors.projects import priorities_in_force
from fqis.services import applications
from fqis.services.submissions import Request, submit_application
from tests.conventions.factories import with_envelope
from tests.factories import person

from .factories import PLACE, planned_alliance

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"


def ready_alliance(
    territory: str = PLACE, *, envelope: Decimal | None = Decimal("500000.00")
) -> Alliance:
    """An Alliance with a plan in force and an envelope."""
    alliance = planned_alliance(territory)
    if envelope is None:
        services.open_envelope(alliance)
    else:
        with_envelope(alliance, envelope)
    return alliance


def terms_of(alliance: Alliance, **changes: Any) -> services.CallTerms:
    """A call that nothing refuses, open from yesterday for ten days."""
    moment = clock.now()
    terms = services.CallTerms(
        title="Appel d’hiver",
        presentation="Pour des projets qui rejoignent les personnes seules.",
        amount=Decimal("100000.00"),
        ceiling=Decimal("50000.00"),
        opens_at=moment - timedelta(days=1),
        closes_at=moment + timedelta(days=10),
        selection="Un comité lit chaque demande, puis la Table décide.",
        frequency="Une fois par année",
        priorities=list(priorities_in_force(alliance)),
    )
    return replace(terms, **changes)


def draft_call(alliance: Alliance | None = None, **changes: Any) -> Call:
    alliance = alliance or ready_alliance()
    return services.write_call(
        alliance, terms_of(alliance, **changes), by=person("coordination", alliance.territory)
    )


def published_call(alliance: Alliance | None = None, **changes: Any) -> Call:
    call = draft_call(alliance, **changes)
    return services.publish_call(call, by=person("coordination", call.alliance.territory))


def application_for(call: Call | None = None, *, email: str = "eve@porteur.example") -> Application:
    return applications.ask_link(call or published_call(), email=email, language="fr")


def request_for(call: Call, **changes: Any) -> Request:
    """What an organisation would say that nothing refuses."""
    today = clock.today()
    served = call.served.select_related("priority").first()
    request = Request(
        organisation_name="Maison des familles",
        neq="1140000001",
        legal_class="obnl",
        city="Laval",
        contact_name="Ève Roy",
        contact_email="eve@porteur.example",
        contact_phone="450 555-0100",
        title="Cuisine collective",
        description="Cuisiner ensemble.",
        priority=served.priority if served else None,
        population="Familles",
        people_expected=80,
        activities="Dix ateliers.",
        partners="CLSC",
        pooling="Une cuisine prêtée.",
        starts_on=today + timedelta(days=60),
        ends_on=today + timedelta(days=400),
        amount_requested=Decimal("40000.00"),
        budget=[services.Line("salaries", Decimal("50000.00"), Decimal("40000.00"))],
        sources=[services.Source("Centraide", Decimal("10000.00"), is_confirmed=True)],
        pools_material=True,
    )
    return replace(request, **changes)


def submitted(application: Application | None = None, **changes: Any) -> Application:
    application = application or application_for()
    return submit_application(
        application, request_for(application.call, **changes), by=User.objects.portal()
    )


def pdf(name: str = "lettre.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
