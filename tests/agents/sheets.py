"""The editor's forms as a browser without a script sees them: filled in, and sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

from tests.cast import Web


@dataclass
class Sheet:
    """One form: where it goes, and what it would send as it came. A select sends what is selected."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields[name][0]

    def filled(self, **typed: Any) -> dict[str, Any]:
        """What it sends with some fields typed over; None unchecks a box."""
        sent = {name: values for name, values in self.fields.items() if name != "csrfmiddlewaretoken"}
        sent |= {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
        return {name: values for name, values in sent.items() if values != [None]}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, Sheet] = {}
        self._sheet: Sheet | None = None
        self._select = self._area = ""
        self._options: list[str] = []
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self._sheet = Sheet((found.get("action") or "").partition("#")[0])
            if "data-keep" in found:
                self.sheets[found["data-keep"] or ""] = self._sheet
        if self._sheet is None:
            return
        if tag == "input" and name:
            if found.get("type") != "checkbox":
                self._put(name, found.get("value") or "")
            elif "checked" in found:
                self._put(name, found.get("value") or "on")
        if tag == "textarea" and name:
            self._area, self._text = name, ""
        if tag == "select":
            self._select, self._options, self._chosen = name, [], None
        if tag == "option" and "value" in found:
            self._option(found["value"] or "", "selected" in found)
        elif tag == "option":
            self._unnamed, self._wanted = True, "selected" in found
            return
        self._unnamed = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data
        elif getattr(self, "_unnamed", False) and self._select:
            self._option(data, self._wanted)
            self._unnamed = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._put(self._area, self._text.removeprefix("\n"))
            self._area = ""
        if tag == "select":
            self._put(self._select, self._options[0] if self._chosen is None else self._chosen)
            self._select = ""
        if tag == "form":
            self._sheet = None

    def _option(self, value: str, selected: bool) -> None:
        self._options.append(value)
        if selected:
            self._chosen = value

    def _put(self, name: str, value: str) -> None:
        assert self._sheet is not None
        self._sheet.fields.setdefault(name, []).append(value)


def sheets_on(answer: HttpResponse) -> dict[str, Sheet]:
    """The editor's forms on a page, by section ("identity") or part ("part-…", "schemas-new")."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    return reader.sheets


def sheet(web: Web, path: str, name: str) -> Sheet:
    """One form of a page."""
    return sheets_on(web.get(path))[name]


def send(web: Web, form: Sheet, **typed: Any) -> HttpResponse:
    """Send it, with what was typed over."""
    return web.client.post(form.action, form.filled(**typed))  # type: ignore[return-value]
