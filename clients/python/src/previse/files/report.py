"""What pull and push say, and the code that they end with."""

import difflib
import sys

DONE, DIFFERS, WRONG, CONFLICT, REFUSED, UNREACHABLE = 0, 1, 2, 3, 4, 5


class Report:
    """Lines for people; the worst of what happened is the exit code."""

    def __init__(self) -> None:
        self.code = DONE
        self.changes = 0

    def same(self, slug: str, what: str) -> None:
        """Nothing to do."""
        print(f"  {slug}: {what}")

    def change(self, slug: str, what: str, *, check: bool) -> None:
        """Something was done, or (`check`) would be."""
        self.changes += 1
        print(f"* {slug}: {'would be ' if check else ''}{what}")
        if check:
            self.code = max(self.code, DIFFERS)

    def trouble(self, code: int, slug: str, what: str) -> None:
        """Something that could not be done for one prompt; the others go on."""
        self.code = max(self.code, code)
        print(f"! {slug}: {what}", file=sys.stderr)

    def diff(self, old: bytes, new: bytes, *, old_name: str, new_name: str) -> None:
        """Show how two texts differ, newlines too."""
        before, after = (text.decode(errors="replace").splitlines(keepends=True) for text in (old, new))
        for line in difflib.unified_diff(before, after, old_name, new_name):
            shown = line.rstrip("\n").replace("\r", "␍")
            print(f"    {shown}", file=sys.stderr)
            if line[:1] in "+- " and not line.endswith("\n"):
                print("    (no newline at its end)", file=sys.stderr)

    def end(self, code: int, what: str = "") -> int:
        """The exit code, with a last word."""
        if what:
            print(f"previse: {what}", file=sys.stderr)
        return max(self.code, code)
