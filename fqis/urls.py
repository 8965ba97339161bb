from django.urls import path

from fqis.views import finances, projects, queue, threads

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/"

urlpatterns = [
    path("versements/", queue.versements, name="versements"),
    path("versements/autoriser/", queue.authorise, name="versements_authorise"),
    path(f"{ALLIANCE}finances/", finances.finances, name="finances"),
    path(f"{ALLIANCE}finances/enveloppe/", finances.envelope, name="envelope"),
    path(f"{ALLIANCE}finances/versements/<int:pk>/", finances.versement, name="versement"),
    path(
        f"{ALLIANCE}finances/versements/<int:pk>/<slug:act>/",
        finances.versement_act,
        name="versement_act",
    ),
    path(f"{ALLIANCE}plan/fil/", threads.threads, name="priority_threads"),
    path(f"{ALLIANCE}plan/priorite/<uuid:lineage>/", threads.thread, name="priority_thread"),
    path(f"{ALLIANCE}projets/", projects.projects, name="projects"),
    path(f"{ALLIANCE}projets/nouveau/", projects.project_new, name="project_new"),
    path(f"{ALLIANCE}projets/<str:number>/", projects.project, name="project"),
    path(f"{ALLIANCE}projets/<str:number>/modifier/", projects.project_edit, name="project_edit"),
    path(f"{ALLIANCE}projets/<str:number>/<slug:act>/", projects.project_act, name="project_act"),
]
