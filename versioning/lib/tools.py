"""A tool as assistants are offered it: what it asks for and answers, as types; whether it changes things."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property  # made when it is first asked for: all rooms are there by then
    def input_schema(self) -> dict[str, Any]:
        """Its arguments as JSON Schema."""
        return self.asks.model_json_schema(by_alias=True)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """Its answer as JSON Schema; older clients want an object at the top, also of alternatives."""
        return {"type": "object", **self.answers.json_schema(mode="serialization")}

    def plain(self, found: Schema | dict[str, Any]) -> dict[str, Any]:
        """An answer of `run` (a schema, or a page of them) as what is rendered."""
        if isinstance(found, dict):
            return found | {"items": [self.plain(item) for item in found["items"]]}
        return found.model_dump(by_alias=True, exclude_unset=self.sparse)


def tool(
    title: str, *, asks: type[Schema], answers: Any, writes: bool = False, sparse: bool = False
) -> Callable[..., Tool]:  # fmt: skip
    """Make a tool of a function: its name is the tool's, its docstring what a model is told."""

    def made(run: Callable[[Any, Any], Any]) -> Tool:
        about = inspect.cleandoc(run.__doc__ or "")
        return Tool(run.__name__, title, about, asks, TypeAdapter(answers), run, writes, sparse)

    return made
