from django.urls import path

from fqis.views import (
    allocations,
    applications,
    calls,
    contacts,
    envelopes,
    finances,
    imports,
    ledger,
    moves,
    payment_answers,
    payments,
    portraits,
    project_pages,
    project_results,
    projects,
    public_calls,
    queue,
    recoveries,
    register,
    result_links,
    threads,
)

ALLIANCE = "alliances/<slug:territory>/<slug:cycle>/"

SPLIT = "enveloppes/repartitions/"
MOVE = "enveloppes/deplacements/"

PAYMENTS = "versements/paiements/"

CALLS = f"{ALLIANCE}projets/appels/"

urlpatterns = [
    path("appels/", public_calls.public_calls, name="public_calls"),
    path("appels/<slug:place>/", public_calls.public_territory, name="public_territory"),
    path(
        "appels/<slug:place>/<slug:cycle>/<str:number>/",
        public_calls.public_call,
        name="public_call",
    ),
    path("demandes/<str:token>/", applications.application, name="application"),
    path(
        "demandes/<str:token>/accuse/",
        applications.application_receipt,
        name="application_receipt",
    ),
    path("enveloppes/", allocations.envelopes, name="envelopes"),
    path("enveloppes/chiffres/<slug:cycle>/", allocations.figures, name="allocation_figures"),
    path(f"{SPLIT}nouvelle/", allocations.new_scenario, name="allocation_new"),
    path(f"{SPLIT}comparer/", allocations.compare, name="allocation_compare"),
    path(f"{SPLIT}<int:pk>/", allocations.allocation, name="allocation"),
    path(f"{SPLIT}<int:pk>/confirmer/", allocations.confirm, name="allocation_confirm"),
    path("enveloppes/plafond/<slug:cycle>/", envelopes.ceiling, name="own_share_ceiling"),
    path(MOVE, moves.moves, name="envelope_moves"),
    path(f"{MOVE}<int:pk>/", moves.move, name="envelope_move"),
    path(f"{MOVE}<int:pk>/decider/", moves.decide, name="envelope_move_decide"),
    path(f"{MOVE}<int:pk>/retirer/", moves.withdraw, name="envelope_move_withdraw"),
    path("resultats/<str:token>/", result_links.results, name="project_result_link"),
    path("versements/", queue.versements, name="versements"),
    path("versements/autoriser/", queue.authorise, name="versements_authorise"),
    path(PAYMENTS, payments.payments, name="payments"),
    path(f"{PAYMENTS}lots/", payments.batches, name="payment_batches"),
    path(f"{PAYMENTS}lots/nouveau/", payments.new_batch, name="payment_batch_new"),
    path(f"{PAYMENTS}lots/<str:number>/", payments.batch, name="payment_batch"),
    path(
        f"{PAYMENTS}lots/<str:number>/<int:rank>/<slug:act>/",
        payments.line_act,
        name="payment_line_act",
    ),
    path(f"{PAYMENTS}reponses/", payment_answers.answers, name="payment_answers"),
    path(f"{PAYMENTS}reponses/nouvelle/", payment_answers.new_answer, name="payment_answer_new"),
    path(f"{PAYMENTS}reponses/<str:number>/", payment_answers.answer, name="payment_answer"),
    path(
        f"{PAYMENTS}reponses/<str:number>/appliquer/",
        payment_answers.apply,
        name="payment_answer_apply",
    ),
    path(f"{ALLIANCE}finances/fiduciaire/", contacts.fiduciary, name="fiduciary_contact"),
    path(f"{ALLIANCE}finances/", finances.finances, name="finances"),
    path(f"{ALLIANCE}finances/enveloppe/", envelopes.envelope, name="envelope"),
    path(
        f"{ALLIANCE}finances/enveloppe/montant/<int:pk>/<slug:act>/",
        envelopes.amount_act,
        name="envelope_amount_act",
    ),
    path(f"{ALLIANCE}finances/grand-livre/", ledger.ledger, name="ledger"),
    path(f"{ALLIANCE}finances/recouvrements/<int:pk>/", recoveries.recovery, name="recovery"),
    path(
        f"{ALLIANCE}finances/recouvrements/<int:pk>/<slug:act>/",
        recoveries.recovery_act,
        name="recovery_act",
    ),
    path(f"{ALLIANCE}finances/enveloppe/partage/", envelopes.split, name="envelope_split"),
    path(
        f"{ALLIANCE}finances/enveloppe/partage/decider/",
        envelopes.split_decide,
        name="envelope_split_decide",
    ),
    path(f"{ALLIANCE}finances/versements/<int:pk>/", finances.versement, name="versement"),
    path(
        f"{ALLIANCE}finances/versements/<int:pk>/<slug:act>/",
        finances.versement_act,
        name="versement_act",
    ),
    path(f"{ALLIANCE}plan/fil/", threads.threads, name="priority_threads"),
    path(f"{ALLIANCE}plan/priorite/<uuid:lineage>/", threads.thread, name="priority_thread"),
    path("registre/", register.register, name="register"),
    path("registre/portrait/", portraits.register_portrait, name="register_portrait"),
    path("registre/vues/", register.register_views, name="register_views"),
    path(
        "registre/vues/<int:pk>/retirer/",
        register.register_view_remove,
        name="register_view_remove",
    ),
    path(f"{ALLIANCE}projets/", projects.projects, name="projects"),
    path(f"{ALLIANCE}projets/vues/", register.project_views, name="project_views"),
    path(
        f"{ALLIANCE}projets/vues/<int:pk>/retirer/",
        register.project_view_remove,
        name="project_view_remove",
    ),
    path(f"{ALLIANCE}projets/import/", imports.project_imports, name="project_imports"),
    path(f"{ALLIANCE}projets/import/<int:pk>/", imports.project_import, name="project_import"),
    path(
        f"{ALLIANCE}projets/import/<int:pk>/erreurs/",
        imports.project_import_faults,
        name="project_import_faults",
    ),
    path(
        f"{ALLIANCE}projets/import/<int:pk>/<slug:act>/",
        imports.project_import_act,
        name="project_import_act",
    ),
    path(f"{ALLIANCE}projets/portrait/", portraits.project_portrait, name="project_portrait"),
    path(f"{ALLIANCE}projets/organismes/<int:pk>/", portraits.carrier, name="carrier"),
    path(f"{ALLIANCE}projets/nouveau/", projects.project_new, name="project_new"),
    path(f"{ALLIANCE}projets/resultats/", project_results.results, name="project_results"),
    path(
        f"{ALLIANCE}projets/resultats/<int:year>/relancer/",
        project_results.remind,
        name="project_results_remind",
    ),
    path(CALLS, calls.calls, name="calls"),
    path(f"{CALLS}nouveau/", calls.call_new, name="call_new"),
    path(f"{CALLS}<str:number>/", calls.call, name="call"),
    path(f"{CALLS}<str:number>/modifier/", calls.call_edit, name="call_edit"),
    path(f"{CALLS}<str:number>/publier/", calls.call_publish, name="call_publish"),
    path(f"{CALLS}<str:number>/prolonger/", calls.call_extend, name="call_extend"),
    path(f"{CALLS}<str:number>/abandonner/", calls.call_drop, name="call_drop"),
    path(f"{ALLIANCE}projets/<str:number>/", projects.project, name="project"),
    path(
        f"{ALLIANCE}projets/<str:number>/argent/", project_pages.project_money, name="project_money"
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/resultats/",
        project_pages.project_results,
        name="project_follow_results",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/resultats/<int:year>/",
        project_pages.project_result,
        name="project_result",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/resultats/<int:year>/photo/",
        project_pages.project_photo,
        name="project_photo",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/resultats/<int:year>/fermer-le-lien/",
        project_results.close_link,
        name="project_link_close",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/documents/",
        project_pages.project_documents,
        name="project_documents",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/convention/",
        project_pages.project_agreement,
        name="project_agreement",
    ),
    path(
        f"{ALLIANCE}projets/<str:number>/modification/",
        project_pages.project_change,
        name="project_change",
    ),
    path(f"{ALLIANCE}projets/<str:number>/modifier/", projects.project_edit, name="project_edit"),
    path(f"{ALLIANCE}projets/<str:number>/<slug:act>/", projects.project_act, name="project_act"),
]
