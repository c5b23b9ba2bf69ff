"""Every text in the code that is shown in the language of the screen, read from the code itself.

Marked are the texts inside `_()`, `N_()` and `n_()`. By rule marked are those that a widget translates when it shows
them: what a key does, the heading of a column, the label and hint of a field; and the help of the command line, which
stands where Python has its descriptions.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGES = ("data", "services", "screens", "kk2tui")
LEFT_OUT = ("services/visma/simulator/", "kk2tui/demo/")  # made-up data, and the story that is told with it

BY_RULE: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "_": ((0,), ()),
    "N_": ((0,), ()),
    "Binding": ((2,), ("tooltip",)),
    "Column": ((0,), ("title",)),
    "ReceiptColumn": ((0,), ("title",)),
    "Field": ((0,), ("label",)),
    "Entry": ((0, 2), ("label", "hint")),
    "EntryForm": ((0,), ()),
}
"""What is called, which of its arguments are texts by place, and which by name."""
PLURALS: dict[str, int] = {"n_": 0, "counted": 1}
"""What is called, and where its two texts begin."""


class Text(NamedTuple):
    """A text (a msgid), its plural if it counts something, and where it stands."""

    text: str
    plural: str
    place: str


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT):
                yield path


def texts() -> list[Text]:
    """All of them, in the order of the code; the same text may stand in several places."""
    found: list[Text] = []
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found += _in_call(node, name)
            elif isinstance(node, ast.FunctionDef) and name.startswith("kk2tui/cli/"):
                found += _command_help(node, name)
    return [text for text in found if text.text]


def _in_call(call: ast.Call, file: str) -> Iterator[Text]:
    name = called(call)
    place = f"{file}:{call.lineno}"
    if name in PLURALS:
        one, many = (literal(each) for each in call.args[PLURALS[name] :][:2])
        if one and many:
            yield Text(one, many, place)
    positions, names = BY_RULE.get(name, ((), ()))
    given = [call.args[position] for position in positions if position < len(call.args)]
    given += [keyword.value for keyword in call.keywords if keyword.arg in names]
    yield from (Text(text, "", place) for each in given if (text := literal(each)))


def _command_help(function: ast.FunctionDef, file: str) -> Iterator[Text]:
    told = ast.get_docstring(function, clean=False)
    decorators = {
        called(each) if isinstance(each, ast.Call) else literal_name(each) for each in function.decorator_list
    }
    if told and decorators & {"command", "group"}:
        yield Text(inspect.cleandoc(told), "", f"{file}:{function.lineno}")


def called(call: ast.Call) -> str:
    """The last name of what is called: `option` of `click.option(…)`."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def literal_name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def literal(node: ast.AST) -> str:
    """The text of a plain string; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
