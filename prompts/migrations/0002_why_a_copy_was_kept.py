from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prompts", "0001_prompts_and_working_copies")]

    operations = [
        migrations.AddField(
            model_name="workingcopy",
            name="kept_why",
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
