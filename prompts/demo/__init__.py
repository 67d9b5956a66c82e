"""What a newcomer finds in the workspace `demo`: the prompts of Northlamp, who repair household appliances.

The company, its people and its texts are invented. Every history is made through the services, as the
people would have made it, under the dates on which they would have.
"""

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from prompts import services as prompts
from prompts.models import Prompt
from versioning.versions import services as versions
from versioning.versions.models import Version
from versioning.versions.story import Step, Story, stories_in
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Member, Role, User
from versioning.workspaces.services.members import add_member

COLLEAGUES = (
    ("mina", "Mina Okafor", "mina.okafor@example.com", Role.EDITOR),
    ("jonas", "Jonas Weber", "jonas.weber@example.com", Role.EDITOR),
    ("priya", "Priya Raman", "priya.raman@example.com", Role.ADMIN),
)


def fill(operator: Actor) -> dict[str, Actor]:
    """Make the colleagues and play every story, inside the operator's workspace. The people, by name."""
    now = timezone.now()
    people = {}
    for short, name, email, role in COLLEAGUES:
        user = User.objects.create_user(email, name=name)  # without a password nobody signs in as them
        people[short] = _as_member(add_member(operator, user, role))
    for story in stories():
        play(story, people, now)
    return people


def stories() -> list[Story]:
    """All of them, as they lie beside this file."""
    return stories_in(Path(__file__).parent)


def play(story: Story, people: dict[str, Actor], now: datetime) -> Prompt:
    """One prompt, from its creation to its last act."""
    first = story.steps[0]
    prompt = prompts.create_prompt(
        people[first.who].dated(first.at(now)),
        slug=story.slug, name=story.words["name"], description=story.words["description"], tags=story.tags,
    )  # fmt: skip
    for step in story.steps:
        _act(step, people[step.who].dated(step.at(now)), prompt)
    prompt.refresh_from_db()
    return prompt


def _as_member(member: Member) -> Actor:
    return Actor.of_member(member, via="web")


def _act(step: Step, actor: Actor, prompt: Prompt) -> None:
    """Perform a step by the verb that it names."""
    match step.verb:
        case "saves" | "saves from":
            _save(step, actor, prompt)
        case "rewrites":
            newest = Version.objects.of(prompt).newest_first()[0]
            text = step.text(newest.source)
            versions.update_draft(actor, prompt, newest.number, source=text, message=step.words)
        case "promotes":
            versions.promote(actor, prompt, step.number, message=step.words)
        case "rolls back to":
            versions.roll_back(actor, prompt, step.number, message=step.words)
        case "unpublishes":
            versions.unpublish(actor, prompt, message=step.words)
        case "stages":
            versions.stage(actor, prompt, step.number)
        case "deletes":
            versions.delete_draft(actor, prompt, step.number)
        case "archives":
            prompts.archive(actor, prompt)
        case _:
            raise ValueError(f"no such act: {step.verb}")


def _save(step: Step, actor: Actor, prompt: Prompt) -> None:
    """The next version, made of the newest or of the one that the step names."""
    history = Version.objects.of(prompt)
    base = history.numbered(step.number) if step.number else history.newest_first().first()
    versions.save_version(
        actor, prompt, source=step.text(base.source if base else ""), message=step.words,
        base=base.number if base else None,
    )  # fmt: skip
