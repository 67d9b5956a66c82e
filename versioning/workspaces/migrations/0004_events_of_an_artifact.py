"""The Events of one artifact by time: its history, however long, is read page by page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0003_member_tokens")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["artifact_id", "-created_at", "-sequence"], name="event_of_artifact"
            ),
        ),
    ]
