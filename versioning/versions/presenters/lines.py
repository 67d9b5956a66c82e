"""The rows of a diff as HTML.

Written here and not in a template: a long diff has ten thousand cells, and the template engine would
take a second for them. Every piece of text passes through `escape`.
"""

from collections.abc import Callable
from html import escape
from re import Pattern

from versioning.versions.diff import Block, Row, Span, name_of, show_whitespace, split, unified

type Text = Callable[[str], str]

COLUMNS = {
    "split": '<colgroup><col class="ln"><col><col class="ln"><col></colgroup>',
    "unified": '<colgroup><col class="ln"><col class="ln"><col></colgroup>',
}


def table(blocks: list[Block], *, layout: str, whitespace: bool, marks: Pattern[str] | None) -> str:
    """Blocks that follow each other as one table."""
    text = with_signs if whitespace else bold(marks)
    if layout == "unified":
        rows = [_one_column(row, text) for block in blocks for row in unified(block)]
    else:
        rows = [_two_columns(row, text) for block in blocks for row in split(block)]
    return f"<table>{COLUMNS[layout]}<tbody>{''.join(rows)}</tbody></table>"


def _two_columns(row: Row, text: Text) -> str:
    changed = row.kind != "same"
    old = _cell(row.old_no, row.old, row.old_note, "del" if changed else "ctx", "l", text)
    new = _cell(row.new_no, row.new, row.new_note, "add" if changed else "ctx", "r", text)
    return f'<tr class="{row.kind}">{old}{new}</tr>'


def _one_column(row: Row, text: Text) -> str:
    look = {"removed": "del", "added": "add"}.get(row.kind, "ctx")
    spans, note = (row.old, row.old_note) if row.kind == "removed" else (row.new, row.new_note)
    numbers = f'<td class="ln {look}">{row.old_no or ""}</td><td class="ln {look}">{row.new_no or ""}</td>'
    line = _line(spans or (), note, look, text)
    return f'<tr class="{row.kind}">{numbers}<td class="tx {look}">{line}</td></tr>'


def _cell(
    number: int | None, spans: tuple[Span, ...] | None, note: str, look: str, side: str, text: Text
) -> str:
    if spans is None:
        return f'<td class="ln void"></td><td class="tx void {side}"></td>'
    line = _line(spans, note, look, text)
    return f'<td class="ln {look}">{number}</td><td class="tx {look} {side}">{line}</td>'


def _line(spans: tuple[Span, ...], note: str, look: str, text: Text) -> str:
    tag = "del" if look == "del" else "ins"
    pieces: list[str] = []
    for span in spans:
        if span.kind == "mark":
            pieces.append(f"<{tag}>{text(span.text)}</{tag}>")
        elif span.kind == "eol":
            pieces.append(f'<{tag} class="eol" title="carriage return">␍</{tag}>')
        else:
            pieces.append(text(span.text))
    if note:
        pieces.append(f' <span class="eol">{escape(note)}</span>')
    return "".join(pieces)


def bold(marks: Pattern[str] | None) -> Text:
    """Escaped text with what the kind marks (a prompt's variables) in bold."""
    if marks is None:
        return escape

    def text(piece: str) -> str:
        return marks.sub(r'<span class="var">\g<0></span>', escape(piece))

    return text


def with_signs(piece: str) -> str:
    """Escaped text with each space, tab and hidden character as a sign."""
    found: list[str] = []
    for shown, kind in show_whitespace(piece):
        if kind == "hidden":
            found.append(f'<span class="ws" title="{escape(name_of(shown))}">{shown}</span>')
        elif kind:
            found.append(f'<span class="ws">{shown}</span><wbr>')
        else:
            found.append(escape(shown))
    return "".join(found)
