import django.db.models.deletion
from django.db import migrations, models

import flashsale.models.sales


class Migration(migrations.Migration):
    dependencies = [("flashsale", "0007_secrets_wait_for_a_pause")]

    operations = [
        migrations.AddField(
            model_name="sale",
            name="turn_cap",
            field=models.PositiveSmallIntegerField(
                default=flashsale.models.sales.turn_cap, editable=False
            ),
        ),
        migrations.AddField(
            model_name="turn",
            name="weighs_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flashsale.sale",
            ),
        ),
    ]
