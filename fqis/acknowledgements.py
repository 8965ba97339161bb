"""What an acknowledgement of an application says, frozen when it is sent."""

from typing import Any

from fqis.models import Application

KIND = "accuse_demande"
SERIES = "AD"


def acknowledgement_data(application: Application) -> dict[str, Any]:
    """Primitives only, amounts in dollars; the caller speaks the organisation's language."""
    call, project = application.call, application.project
    assert project is not None
    assert application.submitted_at is not None
    return {
        "table": call.alliance.table.name,
        "alliance": str(call.alliance),
        "call": {"number": call.number, "title": call.title, "frequency": call.frequency},
        "selection": call.selection,
        "organisation": {"name": project.organisation.name, "neq": project.organisation.neq},
        "contact": {"name": project.contact_name, "email": project.contact_email},
        "project": {
            "number": project.number,
            "title": project.title,
            "starts_on": project.starts_on.isoformat(),
            "ends_on": project.ends_on.isoformat(),
            "amount": str(project.amount_requested),
            "priority": project.priority.title if project.priority else "",
            "mrcs": [mrc.name for mrc in project.mrcs.all()],
        },
        "budget": [
            {
                "category": str(line.get_category_display()),
                "description": line.description,
                "amount": str(line.amount),
                "asked": str(line.asked),
            }
            for line in project.budget.all()
        ],
        "sources": [
            {
                "name": source.name,
                "amount": str(source.amount),
                "is_confirmed": source.is_confirmed,
            }
            for source in project.sources.all()
        ],
        "files": [file.name for file in application.files.all()],
        "submitted_at": application.submitted_at.isoformat(),
    }
