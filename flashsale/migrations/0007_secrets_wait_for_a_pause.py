from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flashsale", "0006_lighter_rows")]

    operations = [
        migrations.AddField(
            model_name="sale",
            name="secrets_due_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="secrets due"),
        ),
    ]
