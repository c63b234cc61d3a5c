"""Each payee sells, and is paid out, in one currency; so far all in the site's."""

from django.db import migrations, models

import payments.models.merchants


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0013_disputes"),
    ]

    operations = [
        migrations.AddField(
            model_name="merchantterms",
            name="currency",
            field=models.CharField(
                default=payments.models.merchants.site_currency,
                help_text="Sold and paid out in it.",
                max_length=3,
                verbose_name="currency",
            ),
        ),
    ]
