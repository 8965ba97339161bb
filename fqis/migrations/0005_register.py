import alliances.clock
import alliances.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alliances', '0002_rules'),
        ('fqis', '0004_budget'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProjectTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=12)),
                ('priority_lineage', models.UUIDField(null=True)),
                ('fiscal_year', models.SmallIntegerField(verbose_name='exercice de réception')),
                ('projects', models.IntegerField()),
                ('requested', alliances.money.MoneyField(verbose_name='demandé')),
                ('granted', alliances.money.MoneyField(verbose_name='accordé')),
                ('paid', alliances.money.MoneyField(verbose_name='payé')),
                ('levered', alliances.money.MoneyField(verbose_name='autres sources')),
                ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.alliance')),
                ('territory', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'indexes': [models.Index(fields=['alliance', 'state'], name='project_tally_by_state')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('query', models.TextField(editable=False)),
                ('is_shared', models.BooleanField(default=False, verbose_name='pour tout le territoire')),
                ('created_at', models.DateTimeField(default=alliances.clock.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.territory')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('territory', 'created_by', 'name'), name='saved_view_name_once', nulls_distinct=False, violation_error_message='Vous avez déjà une vue de ce nom.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_has_name'), models.CheckConstraint(condition=models.Q(('is_shared', False), ('territory__isnull', False), _connector='OR'), name='saved_view_shared_in_a_territory')],
            },
        ),
    ]
