"""Documents that would otherwise fall behind: every setting, every command, every dependency is in them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "versioning" / "settings.py",
    ROOT / "versioning" / "lib" / "postgres.py",
    *sorted((ROOT / "versioning" / "management").rglob("*.py")),
]
READS = re.compile(r"""(?:environ(?:\.get)?[\[(]|_switch\(|_number\()\s*"([A-Z_]+)\"""")


def documented(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_that_is_read_is_documented_and_no_other():
    read = {name for source in SOURCES for name in READS.findall(source.read_text(encoding="utf-8"))}
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", documented("docs/settings.md"), re.MULTILINE))

    assert read - told == set()
    assert told - read == {"CHROMIUM", "CI"}  # of the tests


def test_every_command_is_in_the_readme():
    commands = {file.stem for file in (ROOT / "versioning" / "management" / "commands").glob("[a-z]*.py")}

    missing = {name for name in commands if f"`{name}" not in documented("README.md")}

    assert missing == set()


def test_every_direct_dependency_is_documented_and_locked():
    project = tomllib.loads(documented("pyproject.toml"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=;]", line)[0].strip() for line in wanted}

    lock, told = documented("requirements-dev.lock"), documented("docs/dependencies.md")

    assert {name for name in names if f"\n{name}" not in lock and not lock.startswith(name)} == set()
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", told)} == set()


def test_every_link_in_the_documents_leads_somewhere():
    for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_every_file_that_the_glossary_names_is_there():
    rooms = (ROOT / "versioning", ROOT)

    for place in re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", documented("docs/glossary.md")):
        assert any((room / place).exists() for room in rooms), place


def test_every_make_target_says_what_it_does():
    makefile = documented("Makefile")

    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert targets == explained
