"""A tool as assistants are offered it: what it asks for and answers, as types; whether it changes things."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ninja import Schema
from pydantic import TypeAdapter


@dataclass(frozen=True)
class Tool:
    """One verb. `run` takes the actor and `asks`, and raises DomainError; `about` is written for a model.

    `sparse`: what was not set in the answer is left out of it.
    """

    name: str
    title: str
    about: str
    asks: type[Schema]
    answers: TypeAdapter[Any]
    run: Callable[[Any, Any], Any]
    writes: bool
    sparse: bool

    @property
    def input_schema(self) -> dict[str, Any]:
        """Its arguments as JSON Schema."""
        return self.asks.model_json_schema(by_alias=True)

    @property
    def output_schema(self) -> dict[str, Any]:
        """Its answer as JSON Schema; older clients want an object at the top, also of alternatives."""
        return {"type": "object", **self.answers.json_schema(mode="serialization")}


def tool(
    title: str, *, asks: type[Schema], answers: Any, writes: bool = False, sparse: bool = False
) -> Callable[..., Tool]:  # fmt: skip
    """Make a tool of a function: its name is the tool's, its docstring what a model is told."""

    def made(run: Callable[[Any, Any], Any]) -> Tool:
        about = inspect.cleandoc(run.__doc__ or "")
        return Tool(run.__name__, title, about, asks, TypeAdapter(answers), run, writes, sparse)

    return made
