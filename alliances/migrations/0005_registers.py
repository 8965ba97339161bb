"""The registers: names that differ only by their spelling are one, and an MRC is of its territory."""

import alliances.models.alliances
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# Case, accents, spaces, hyphens and apostrophes forgiven. Only the catalogue's own immutable
# functions: an index rests on it.
NAME_KEY = r"""
CREATE FUNCTION alliances_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
    PARALLEL SAFE AS
$$ SELECT btrim(regexp_replace(
       lower(replace(replace(replace(replace(
           regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'),
           'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae')),
       '[[:space:]''’ʼ‐‑–—-]+', ' ', 'g')) $$;
"""
# An MRC is chosen in the row's own territory.
MRC_KEY = """
ALTER TABLE alliances_mrc ADD CONSTRAINT alliances_mrc_id_territory UNIQUE (id, territory_id);
ALTER TABLE alliances_partner ADD CONSTRAINT partner_mrc_of_territory
    FOREIGN KEY (mrc_id, territory_id) REFERENCES alliances_mrc (id, territory_id);
ALTER TABLE alliances_devitalisedzone ADD CONSTRAINT zone_mrc_of_territory
    FOREIGN KEY (mrc_id, territory_id) REFERENCES alliances_mrc (id, territory_id);
"""
DROP_MRC_KEY = """
ALTER TABLE alliances_devitalisedzone DROP CONSTRAINT zone_mrc_of_territory;
ALTER TABLE alliances_partner DROP CONSTRAINT partner_mrc_of_territory;
ALTER TABLE alliances_mrc DROP CONSTRAINT alliances_mrc_id_territory;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0004_living_plan_rules'),
    ]

    operations = [
        migrations.RunSQL(NAME_KEY, "DROP FUNCTION alliances_name_key(text)"),
        migrations.AlterModelOptions(
            name='territory',
            options={'ordering': ['rank'], 'permissions': [('comment', 'Écrire une remarque'), ('comment_ministry', 'Écrire une remarque réservée au ministère'), ('add_document', 'Déposer un document'), ('edit_plan', 'Écrire le plan'), ('submit_plan', 'Transmettre le plan'), ('validate_plan', 'Valider ou retourner le plan'), ('approve_plan', 'Approuver le plan'), ('prepare_convention', 'Préparer et envoyer la convention'), ('record_signature', 'Consigner une signature'), ('sign_convention', 'Signer la convention pour la ministre'), ('sign_for_table', 'Signer la convention pour la Table'), ('manage_projects', 'Inscrire et suivre les projets'), ('decide_projects', 'Consigner la décision sur un projet'), ('edit_report', 'Écrire la reddition'), ('submit_report', 'Transmettre la reddition'), ('review_report', 'Analyser la reddition et recommander le versement'), ('accept_report', 'Accepter la reddition'), ('manage_envelope', 'Confirmer l’enveloppe'), ('recommend_versement', 'Recommander un versement'), ('authorise_versement', 'Autoriser un versement'), ('hold_versement', 'Retenir un versement'), ('confirm_payment', 'Confirmer un paiement'), ('edit_governance', 'Tenir les registres de la concertation'), ('invite_table', 'Inviter une personne de la Table'), ('view_journal', 'Lire le journal'), ('view_national', 'Voir le tableau national'), ('manage_people', 'Gérer les personnes et leurs rôles')]},
        ),
        migrations.RemoveConstraint(
            model_name='devitalisedzone',
            name='zone_once',
        ),
        migrations.RemoveConstraint(
            model_name='partner',
            name='partner_once',
        ),
        migrations.AddField(
            model_name='governancebody',
            name='revision',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='governancebody',
            name='updated_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='governancebody',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='devitalisedzone',
            name='mrc',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.mrc', verbose_name='MRC'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='governancebody',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f85583eece266274e7f9d7e518cef1c5bb062e28', operation='DELETE', pgid='pgtrigger_never_deleted_af9c6', table='alliances_governancebody', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='governancebody',
            trigger=pgtrigger.compiler.Trigger(name='closed_after_its_counts', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.closed_on IS NOT NULL)', func='\n                    IF EXISTS (\n                        SELECT 1 FROM alliances_seatcount c\n                        WHERE c.body_id = NEW.id AND c."on" > NEW.closed_on\n                    ) THEN\n                        RAISE EXCEPTION \'Des sièges sont comptés après ce jour.\'\n                            USING ERRCODE = \'check_violation\', CONSTRAINT = \'body_dates_in_order\';\n                    END IF;\n                    RETURN NEW;\n                ', hash='e867c9835313f6198b5c3433cdc99afaa702f410', operation='UPDATE', pgid='pgtrigger_closed_after_its_counts_90fd4', table='alliances_governancebody', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partner',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ce666a84292e5268631f974ffe8b21d45d82d9de', operation='DELETE', pgid='pgtrigger_never_deleted_402fd', table='alliances_partner', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partner',
            trigger=pgtrigger.compiler.Trigger(name='category_of_the_cycle', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM alliances_alliance a\n                        JOIN alliances_partnercategory c ON c.cycle_id = a.cycle_id\n                        WHERE a.id = NEW.alliance_id AND c.id = NEW.category_id\n                    ) THEN\n                        RAISE EXCEPTION 'Cette catégorie est d’un autre cycle.'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'partner_category_of_cycle';\n                    END IF;\n                    RETURN NEW;\n                ", hash='102c035ce6241d05237f19f078ad1c2370c5aef3', operation='INSERT OR UPDATE', pgid='pgtrigger_category_of_the_cycle_16acb', table='alliances_partner', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seatcount',
            trigger=pgtrigger.compiler.Trigger(name='while_the_body_sits', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    IF EXISTS (\n                        SELECT 1 FROM alliances_governancebody b\n                        WHERE b.id = NEW.body_id AND b.closed_on < NEW."on"\n                    ) THEN\n                        RAISE EXCEPTION \'Cette instance est dissoute.\'\n                            USING ERRCODE = \'check_violation\', CONSTRAINT = \'body_dates_in_order\';\n                    END IF;\n                    RETURN NEW;\n                ', hash='5ef373353f062dd74c6bf890b424c2f5ac15a905', operation='INSERT OR UPDATE', pgid='pgtrigger_while_the_body_sits_ee09e', table='alliances_seatcount', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='devitalisedzone',
            constraint=models.UniqueConstraint(models.F('alliance'), models.F('mrc'), alliances.models.alliances.NameKey('municipality'), name='zone_once', nulls_distinct=False, violation_error_message='Cette zone est déjà inscrite.'),
        ),
        migrations.AddConstraint(
            model_name='devitalisedzone',
            constraint=models.CheckConstraint(condition=models.Q(('mrc__isnull', False), models.Q(('municipality', ''), _negated=True), _connector='OR'), name='zone_names_a_place', violation_error_message='Une zone nomme une MRC ou une municipalité.'),
        ),
        migrations.AddConstraint(
            model_name='governancebody',
            constraint=models.UniqueConstraint(models.F('alliance'), alliances.models.alliances.NameKey('name'), condition=models.Q(('closed_on', None)), name='body_once', violation_error_message='Cette instance existe déjà.'),
        ),
        migrations.AddConstraint(
            model_name='governancebody',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='body_has_name'),
        ),
        migrations.AddConstraint(
            model_name='governancebody',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('updated_at', None), ('updated_by', None)), models.Q(('updated_at__isnull', False), ('updated_by__isnull', False)), _connector='OR'), name='body_updated_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(models.F('alliance'), alliances.models.alliances.NameKey('name'), condition=models.Q(('left_on', None)), name='partner_once', violation_error_message='Ce partenaire est déjà inscrit.'),
        ),
        migrations.RunSQL(MRC_KEY, DROP_MRC_KEY),
    ]
