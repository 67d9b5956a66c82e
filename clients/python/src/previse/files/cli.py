"""The command `previse`: what it is asked, and how it ends."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from previse.common import VERSION, key_of, url_of
from previse.files.folder import Folder, FolderError
from previse.files.pull import pull
from previse.files.push import push
from previse.files.remote import Away, Refused, Remote
from previse.files.report import CONFLICT, DIFFERS, REFUSED, UNREACHABLE, WRONG, Report

ABOUT = """Prompts as files, for review in git.

The key comes from PREVISE_API_KEY, the address from PREVISE_URL or --url."""
ENDS = f"""ends with 0 when all is well, {DIFFERS} when --check found something to do, {WRONG} when it
was asked wrongly, {CONFLICT} on a conflict, {REFUSED} when Previse refused, {UNREACHABLE} when it
did not answer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    asked = _parser().parse_args(arguments)
    report = Report()
    try:
        folder = Folder(Path(asked.dir))
        remote = Remote(key_of(None), url_of(asked.url), f"previse-python/{VERSION} files")
    except (ValueError, FolderError) as error:
        return report.end(WRONG, str(error))
    try:
        if asked.command == "pull":
            return pull(folder, remote, report, slugs=asked.only, newest=asked.newest, force=asked.force,
                        check=asked.check)  # fmt: skip
        return push(folder, remote, report, slugs=asked.only, message=asked.message, rewrite=asked.rewrite,
                    force=asked.force, check=asked.check)  # fmt: skip
    except FolderError as error:
        return report.end(WRONG, str(error))
    except Refused as refusal:
        return report.end(REFUSED, _what_to_do(refusal))
    except Away as error:
        return report.end(UNREACHABLE, str(error))
    except BrokenPipeError:  # as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        remote.close()


def _what_to_do(refusal: Refused) -> str:
    if refusal.code == "unauthorized":
        return "Previse does not accept this key. Make a new one under Settings → Keys."
    if refusal.code == "missing_scope":
        return f"{refusal} Make a key with it under Settings → Keys."
    return str(refusal)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="previse", description=ABOUT, epilog=ENDS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"previse {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    pulls = commands.add_parser("pull", help="write what is live as files", description=(
        "Write what is live (with a test key: staged) to DIR/prompts/<slug>.txt. A file with changes of its "
        "own is left as it is."))  # fmt: skip
    newest = "the newest version of each prompt, drafts too (a key with the scope history)"
    pulls.add_argument("--newest", action="store_true", help=newest)
    pushes = commands.add_parser("push", help="save changed files as drafts", description=(
        "Save each changed file as a new draft, by a key with the scope drafts. Publishes nothing. With the "
        "scope history too it can show what others saved meanwhile."))  # fmt: skip
    pushes.add_argument("-m", "--message", default="", help="why; kept with the version")
    rewrite = "rewrite the draft that was pushed last, where it is still as it was"
    pushes.add_argument("--rewrite", action="store_true", help=rewrite)
    for each, forces in ((pulls, "overwrite changes of files"), (pushes, "save beside what others saved")):
        each.add_argument("dir", nargs="?", default=".", metavar="DIR", help="the folder (this one)")
        each.add_argument(
            "--only", action="append", metavar="SLUG", help="only this prompt (can be repeated)"
        )
        each.add_argument("--url", help="the address of Previse")
        each.add_argument("--check", action="store_true", help="change nothing; say what would be done")
        each.add_argument("--force", action="store_true", help=forces)
    return parser
