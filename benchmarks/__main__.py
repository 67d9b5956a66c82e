"""`python -m benchmarks [name …]`: every benchmark beside this file, as one table.

Fails when a limit is missed. A benchmark is a module with `run()`, which returns rows of name, value, unit,
limit and ok. Each has a process of its own, so that none warms, slows or configures another.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Row = dict[str, Any]


def names() -> list[str]:
    """The benchmarks that are here."""
    files = sorted(HERE.glob("*.py"))
    return [file.stem for file in files if "\ndef run(" in file.read_text(encoding="utf-8")]


def rows_of(name: str) -> list[Row]:
    """Run one, in a process of its own. One that breaks is a row that failed."""
    print(f"{name} …", file=sys.stderr, flush=True)
    started = time.monotonic()
    ask = f"import json; from benchmarks.{name} import run; print(json.dumps(run(), default=str))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if done.returncode:
        return [{"name": f"{name} broke, see above", "value": "", "unit": "", "limit": "", "ok": False}]
    rows: list[Row] = json.loads(done.stdout.splitlines()[-1])
    return rows


def table(rows: list[Row]) -> str:
    """The rows as text, columns aligned."""
    cells = [("", "what", "measured", "limit")]
    cells += [
        (_verdict(row), row["name"], f"{_number(row['value'])} {row['unit']}", _limit(row)) for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join(line.rstrip() for line in lines)


def _verdict(row: Row) -> str:
    return "ok" if row["ok"] else "MISSED"


def _number(value: Any) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _limit(row: Row) -> str:
    limit = row["limit"]
    return limit if isinstance(limit, str) else f"at most {_number(limit)}"


def main() -> int:
    """Run those that are named, or all; 1 when a limit was missed."""
    unknown = set(sys.argv[1:]) - set(names())
    if unknown:
        print(f"No benchmark {', '.join(unknown)}; there are {', '.join(names())}.", file=sys.stderr)
        return 2
    rows = [row for name in sys.argv[1:] or names() for row in rows_of(name)]
    print(table(rows))
    return 0 if rows and all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
