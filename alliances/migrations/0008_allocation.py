"""The rights to prepare and to confirm the national split."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0007_give_opinion'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='territory',
            options={'ordering': ['rank'], 'permissions': [('comment', 'Écrire une remarque'), ('comment_ministry', 'Écrire une remarque réservée au ministère'), ('add_document', 'Déposer un document'), ('edit_plan', 'Écrire le plan'), ('submit_plan', 'Transmettre le plan'), ('give_opinion', 'Donner un avis sur le plan'), ('validate_plan', 'Valider ou retourner le plan'), ('approve_plan', 'Approuver le plan'), ('extend_plan', 'Accorder un délai pour le plan'), ('prepare_convention', 'Préparer et envoyer la convention'), ('record_signature', 'Consigner une signature'), ('sign_convention', 'Signer la convention pour la ministre'), ('sign_for_table', 'Signer la convention pour la Table'), ('manage_projects', 'Inscrire et suivre les projets'), ('decide_projects', 'Consigner la décision sur un projet'), ('edit_report', 'Écrire la reddition'), ('submit_report', 'Transmettre la reddition'), ('review_report', 'Analyser la reddition et recommander le versement'), ('accept_report', 'Accepter la reddition'), ('manage_envelope', 'Confirmer l’enveloppe'), ('recommend_versement', 'Recommander un versement'), ('authorise_versement', 'Autoriser un versement'), ('hold_versement', 'Retenir un versement'), ('confirm_payment', 'Confirmer un paiement'), ('edit_governance', 'Tenir les registres de la concertation'), ('invite_table', 'Inviter une personne de la Table'), ('view_journal', 'Lire le journal'), ('view_national', 'Voir le tableau national'), ('allocate', 'Préparer la répartition nationale'), ('confirm_allocation', 'Confirmer la répartition nationale'), ('manage_people', 'Gérer les personnes et leurs rôles')]},
        ),
    ]
