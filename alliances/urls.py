from django.urls import path

from alliances.views import (
    comments,
    downloads,
    health,
    invitations,
    pages,
    people,
    session,
    team,
    traces,
    verification,
)

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/"

urlpatterns = [
    path("sante/", health.alive, name="health"),
    path("sante/pret/", health.ready, name="health_ready"),
    path("session/", session.ping, name="session_ping"),
    path("langue/", session.set_language, name="set_language"),
    path("aide/", pages.help_page, name="help"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("confidentialite/", pages.privacy, name="privacy"),
    path("verifier/", verification.verify, name="verify"),
    path("verifier/<str:code>/", verification.verify_document, name="verify_document"),
    path("documents/<int:pk>/", downloads.download, name="download_document"),
    path("remarques/", comments.post, name="post_comment"),
    path("remarques/<int:pk>/regler/", comments.resolve, name="resolve_comment"),
    path("avis/", traces.notifications, name="notifications"),
    path("avis/lus/", traces.read_notifications, name="read_notifications"),
    path("invitation/<str:token>/", invitations.accept, name="invitation"),
    path("personnes/", people.people, name="people"),
    path("personnes/inviter/", people.invite, name="invite_person"),
    path("personnes/<int:pk>/", people.person, name="person"),
    path("personnes/<int:pk>/role/", people.grant, name="grant_role"),
    path("personnes/<int:pk>/acces/", people.set_access, name="set_access"),
    path("personnes/roles/<int:pk>/retirer/", people.end, name="end_role"),
    path("personnes/invitations/<int:pk>/renvoyer/", people.resend, name="resend_invitation"),
    path("personnes/invitations/<int:pk>/annuler/", people.cancel, name="cancel_invitation"),
    path(f"{ALLIANCE}equipe/", team.team, name="team"),
    path(f"{ALLIANCE}equipe/inviter/", team.invite, name="team_invite"),
    path(f"{ALLIANCE}equipe/gouvernance/", team.add_body, name="governance_add"),
    path(f"{ALLIANCE}equipe/gouvernance/<int:pk>/", team.count_seats, name="governance_count"),
    path(f"{ALLIANCE}documents/", traces.documents, name="documents"),
    path(f"{ALLIANCE}documents/deposer/", traces.deposit, name="deposit_document"),
    path(f"{ALLIANCE}journal/", traces.journal, name="journal"),
]
