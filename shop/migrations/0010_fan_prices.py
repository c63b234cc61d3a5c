from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0007_checked_at_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="fan_asks",
            field=models.CharField(
                db_default="follow",
                default="follow",
                max_length=40,
                verbose_name="the fan price is for",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="fan_price_minor",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="fan price"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fan_price_minor__isnull", True),
                    models.Q(
                        ("fan_price_minor__gt", 0),
                        ("fan_price_minor__lt", models.F("price_minor")),
                    ),
                    _connector="OR",
                ),
                name="shop_variant_fan_price_lower",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fan_asks__regex", "^(follow|card(:[a-z_]{1,20})?|account:[a-z0-9-]{1,30})$")
                ),
                name="shop_variant_fan_asks_known",
            ),
        ),
    ]
