"""A kept answer keeps what it queued to be said: a button that is pressed twice says what it did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0004_events_of_an_artifact")]

    operations = [
        migrations.AddField(model_name="once", name="said", field=models.BinaryField(null=True)),
    ]
