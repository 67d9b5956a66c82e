"""The main screens as pictures in tests/screenshots/, to be laid beside those that they were drawn after."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from prompts.demo import fill
from prompts.services import create_prompt
from tests.server import ROOT
from versioning.versions import services
from versioning.workspaces.actor import Actor

FOLDER = ROOT / "tests" / "screenshots"
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MESSAGES = [
    "First words of the assistant", "Say which tools there are", "Keep answers short", "Ask before deleting",
    "Explain the sandbox", "Name the files that were touched", "Fix a typo", "Commit in small steps",
    "Plan before the first edit", "Weigh the risk of each command", "Guard against copying data out",
    'Take back "Guard against copying data out"', "Show only files that belong to the change",
    "Take the name and the address from the project",
]  # fmt: skip
# Days ago, act, number: as a team would have gone.
STORY = [
    *((116 - 2 * number, "promote", number) for number in range(1, 10)),
    (92, "stage", 10), (86, "promote", 10), (82, "stage", 11), (76, "promote", 11), (67, "roll_back", 10),
    (66, "stage", 12), (62, "promote", 12), (54, "stage", 13), (38, "unstage", 0), (2, "stage", 14),
]  # fmt: skip
RULE = "* Keep to rule {} of the house, and say so where it does not fit the task at hand."
FORGE = "* With services outside, such as a {}, use their interfaces, never a browser."
NAMES = (
    '* If there is a name already, use it. Where there is none, write "{}" as the name and "{}" as the '
    "address, unless you were told otherwise."
)
OLD = {
    30: "* Follow the habits of this repository where they differ from the rules above: {{ repo_rules }}",
    34: NAMES.format("helper", "helper@example.com"),
    74: FORGE.format("forge or a tracker"),
}
NEW = {
    30: "* Before you commit in a new repository, write a list of the files that stay out of it; "
    "where there is one, add to it what this task needs.",
    34: NAMES.format("{{ git_user_name }}", "{{ git_user_email }}"),
    74: FORGE.format("forge, a tracker or a wiki"),
}


def text(number: int) -> str:
    """What the prompt says in its version of that number: a rule more each time, until the last."""
    lines = [RULE.format(line) for line in range(1, 100 + min(number, 13))]
    for at, line in (NEW if number == 14 else OLD).items():
        lines[at] = line
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def pictured(world):
    """The demo, and a prompt with the history of the pictures."""
    cast = world.cast
    world.act(cast.alice, lambda actor: fill(Actor.of_operator(actor.workspace, via="command")))
    now = timezone.now()

    def play(actor):
        prompt = create_prompt(actor.dated(now - timedelta(days=120)), slug="codeact-system")
        for number, message in enumerate(MESSAGES, start=1):
            then = actor.dated(now - timedelta(days=118 - 2 * number if number < 14 else 2))
            services.save_version(then, prompt, source=text(number), message=message)
        for days, act, number in STORY:
            then, verb = actor.dated(now - timedelta(days=days)), getattr(services, act)
            verb(then, prompt, number) if number else verb(then, prompt)

    world.act(cast.eve, play)


SCREENS = {
    "prompts-list": ("prompts/", DESK),
    "prompt-versions": ("prompts/codeact-system/versions/14/", DESK),
    "prompt-versions-dark": ("prompts/codeact-system/versions/14/", DESK | {"color_scheme": "dark"}),
    "prompt-versions-phone": ("prompts/codeact-system/versions/14/", PHONE),
    "promote-review": ("prompts/codeact-system/versions/14/promote/", DESK),
    "prompt-editor": ("prompts/codeact-system/", DESK),
    "prompt-history": ("prompts/codeact-system/history/", DESK),
    "prompt-settings": ("prompts/codeact-system/settings/", DESK),
    "use-in-code": ("prompts/codeact-system/code/", DESK),
    "members": ("settings/members/", DESK),
    "log": ("settings/log/", DESK),
    "account-security": ("/account/2fa/", DESK),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_picture_is_taken_of(browsers, world, pictured, name):
    path, device = SCREENS[name]
    page = browsers.of(world.cast.eve, **device)
    page.goto(path)
    expect(page.locator("main h1, main strong").first).to_be_visible()

    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")

    assert (FOLDER / f"{name}.png").stat().st_size > 10_000
