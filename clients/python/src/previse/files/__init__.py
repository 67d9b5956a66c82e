"""Prompts as files, for review in git: `previse pull` and `previse push`."""
