"""`manage.py import_git REPO PATH… --workspace demo`: files of a git repository with the history they had."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from versioning.management.operator import OperatorCommand, entered, takes_workspace
from versioning.management.results import tell
from versioning.versions.git import Repository
from versioning.versions.git.importing import import_git


class Command(OperatorCommand):
    """Imports files out of git, each state of a file as a version of a prompt."""

    help = (
        "Import files of a git repository as prompts: every state that a file had is a version, with the "
        "message, author and date of its commit. Versions come in frozen, the last one live. A second run "
        "adds nothing; after new commits it adds theirs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repository", metavar="REPO", help="the folder of the repository")
        parser.add_argument(
            "paths", metavar="PATH", nargs="+", help="a file, or a folder for all texts below it"
        )
        parser.add_argument("--branch", default="", help="the branch, tag or commit to read (HEAD)")
        parser.add_argument("--slug", default="", help="the prompt's slug, where one file comes in")
        takes_workspace(parser)

    def act(
        self, *, repository: str, paths: list[str], branch: str, slug: str, workspace: str, **_: Any
    ) -> None:
        opened = Repository(repository, branch=branch)
        if opened.is_shallow:
            self.stderr.write(
                "This is a shallow clone: what was before its first commit is missing. "
                "`git fetch --unshallow` brings it."
            )
        if slug and len({file.path for path in paths for file in opened.files(path)}) > 1:
            raise CommandError("--slug names one prompt, and these are several files.")
        with entered(workspace) as actor:
            results = import_git(actor, opened, paths, slug=slug)
        tell(self, results)
