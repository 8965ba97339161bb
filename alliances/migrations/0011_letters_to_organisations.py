"""Letters to an organisation without an account, each with the document it is about."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A letter and its document are of the same territory (see alliances.rls).
ATTACHMENT_KEY = """
ALTER TABLE alliances_notification ADD CONSTRAINT alliances_notification_attachment_id_territory
    FOREIGN KEY (attachment_id, territory_id) REFERENCES alliances_document (id, territory_id)
    DEFERRABLE INITIALLY DEFERRED
"""
DROP_ATTACHMENT_KEY = (
    "ALTER TABLE alliances_notification"
    " DROP CONSTRAINT alliances_notification_attachment_id_territory"
)


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0010_annulled_documents'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='address',
            field=models.EmailField(blank=True, max_length=254, verbose_name='courriel'),
        ),
        migrations.AddField(
            model_name='notification',
            name='attachment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='alliances.document'),
        ),
        migrations.AddField(
            model_name='notification',
            name='language',
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name='organisation',
            name='email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='courriel de contact'),
        ),
        migrations.AlterField(
            model_name='notification',
            name='recipient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('language', ''), ('recipient__isnull', False)), models.Q(models.Q(('recipient', None)), models.Q(('address', ''), _negated=True), models.Q(('language', ''), _negated=True)), _connector='OR'), name='notification_has_one_reader'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(condition=models.Q(('attachment__isnull', False)), fields=('attachment', 'recipient', 'address'), name='notification_document_once', nulls_distinct=False),
        ),
        migrations.RunSQL(ATTACHMENT_KEY, DROP_ATTACHMENT_KEY),
    ]
