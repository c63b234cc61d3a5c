from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flashsale", "0009_asked_each_second")]

    operations = [
        migrations.AddField(
            model_name="rehearsal",
            name="heard_at",
            field=models.DateTimeField(null=True, verbose_name="last heard of"),
        ),
    ]
