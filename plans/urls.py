from django.urls import path

from plans import across_urls, publication_urls, start_urls
from plans.views import (
    acts,
    deadlines,
    editor,
    elements,
    endorsements,
    fields,
    order,
    plan,
    review,
    threads,
)

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/plan/"
VERSION = f"{ALLIANCE}<int:number>/"

urlpatterns = [
    *across_urls.urlpatterns,
    *start_urls.urlpatterns,
    path(ALLIANCE, plan.plan, name="plan"),
    path(f"{ALLIANCE}nouvelle-version/", acts.new_version, name="plan_new_version"),
    *publication_urls.urlpatterns,
    path(f"{ALLIANCE}delai/", deadlines.extend, name="plan_extend"),
    path(VERSION, plan.version, name="plan_version"),
    path("appui/<str:token>/", endorsements.answer, name="endorsement"),
    path(f"{VERSION}appuis/", endorsements.board, name="plan_endorsements"),
    path(f"{VERSION}appuis/demander/", endorsements.ask, name="plan_endorsements_ask"),
    path(f"{VERSION}appuis/redemander/", endorsements.ask_again, name="plan_endorsements_again"),
    path(
        f"{VERSION}appuis/<int:pk>/renvoyer/", endorsements.resend, name="plan_endorsement_resend"
    ),
    path(f"{VERSION}appuis/<int:pk>/annuler/", endorsements.cancel, name="plan_endorsement_cancel"),
    path(
        f"{VERSION}appuis/<int:pk>/preuve/",
        endorsements.evidence,
        name="plan_endorsement_evidence",
    ),
    path(f"{VERSION}ecrire/", editor.write, name="plan_write"),
    path(f"{VERSION}verifier/", acts.check, name="plan_check"),
    path(f"{VERSION}transmettre/", acts.submit, name="plan_submit"),
    path(f"{VERSION}avis/", acts.give_opinion, name="plan_opinion"),
    path(f"{VERSION}analyse/", review.review, name="plan_review"),
    path(f"{VERSION}discussion/", threads.threads, name="plan_threads"),
    path(f"{VERSION}abandonner/", acts.abandon, name="plan_abandon"),
    path(f"{VERSION}retourner/", acts.return_, name="plan_return"),
    path(f"{VERSION}valider/", acts.validate, name="plan_validate"),
    path(f"{VERSION}approuver/", acts.approve, name="plan_approve"),
    path(f"{VERSION}champ/", fields.save, name="plan_field"),
    path(f"{VERSION}<str:code>/", editor.section, name="plan_section"),
    path(f"{VERSION}<str:code>/ouvrir/", acts.open_section, name="plan_open_section"),
    path(f"{VERSION}<str:code>/presence/", fields.present, name="plan_presence"),
    path(f"{VERSION}<str:code>/texte/", editor.text, name="plan_text"),
    path(f"{VERSION}<str:code>/ajouter/<str:kind>/", elements.add, name="plan_add"),
    path(f"{VERSION}<str:code>/<str:kind>/<int:pk>/", elements.edit, name="plan_edit"),
    path(f"{VERSION}<str:code>/<str:kind>/<int:pk>/retirer/", order.remove, name="plan_remove"),
    path(f"{VERSION}<str:code>/<str:kind>/<int:pk>/copier/", order.copy, name="plan_copy"),
    path(f"{VERSION}<str:code>/<str:kind>/<int:pk>/deplacer/", order.move, name="plan_move"),
]
