"""Every change of a prompt's own fields is recorded."""

from django.db import migrations

from versioning.changes.sql import first_records, track


class Migration(migrations.Migration):
    dependencies = [("prompts", "0002_why_a_copy_was_kept"), ("changes", "0001_what_changed")]

    operations = [
        first_records("prompts_prompt", "prompt", "NULL::uuid", untracked=()),
        track("prompts_prompt", "prompt", ("name", "description", "tags", "archived_at"), untracked=()),
    ]
