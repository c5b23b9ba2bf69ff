"""Texts in screens/ that look as if people read them, and are not marked for translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.languages.texts import BY_RULE, PLURALS, ROOT, called, sources

READ = re.compile(
    r"[æøåÆØÅ]|^[A-ZÆØÅ][a-zæøå]+(?![A-Za-zæøå])|[a-zæøå]{2,} [a-zæøå]{2,}|^ *[a-zæøå]{2,} $|^ [a-zæøå]{2,}"
)
"""Norwegian letters, a capital first, two words, or a word with a blank at its end: words for people."""
NOT_TEXTS = {"DEFAULT_CSS", "CSS", "COMPONENT_CLASSES", "HELP_OF"}
NEITHER = {"id", "classes", "group", "action", "code", "name", "kind"}  # arguments that are names
ASIDE = {  # calls whose texts are for programs, or for those who look after it
    "ValueError", "RuntimeError", "TypeError", "NotImplementedError", "cast", "TypeVar", "query", "query_one", "on",
    "error", "open_case", "startswith", "removesuffix", "frozenset", "getattr",
}  # fmt: skip
ALLOWED = {
    "Enter", "Tab", "Shift+Tab", "PgUp", "PgDn", "Home", "End", "Del",  # as they stand on the keyboard
    "KID ",  # the same in every language
    "Generelt", "Avdrag", "Fordringer", "Kreditor", "Bankkontoer og KID", "Regnskapsintegrasjon", "Reskontroer",  # by
    # which tabs are found
    "key ", "case ", "told ", "interest ", "draft ", "place ",  # keys of rows, read by the screen itself
    "regnskapsintegrasjonen endret",  # the reason in the audit trail, which is stored
}  # fmt: skip
PLACES = "place screens."  # keys too


def unmarked() -> list[str]:
    """Each as `file:line text`."""
    found: list[str] = []
    for path in sources():
        if path.is_relative_to(ROOT / "screens"):
            found += _in_file(path)
    return found


def _in_file(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = {id(inner) for node in ast.walk(tree) for outer in _aside(node) for inner in ast.walk(outer)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in aside and is_read(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}"


def is_read(value: object) -> bool:
    """Whether it looks like something that people read."""
    return isinstance(value, str) and bool(READ.search(value)) and value not in ALLOWED and PLACES not in value


def _aside(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that are marked already, or that nobody reads."""
    match node:
        case ast.Call() if called(node) in {*ASIDE, *PLURALS} or called(node) in ("_", "N_"):
            yield from (*node.args, *node.keywords)
        case ast.Call():
            positions, names = BY_RULE.get(called(node), ((), ()))
            yield from (node.args[position] for position in positions if position < len(node.args))
            yield from (keyword.value for keyword in node.keywords if keyword.arg in {*names, *NEITHER})
            if called(node) == "Binding":
                yield from node.args[:2]
        case ast.Expr(value=ast.Constant()) | ast.Compare():
            yield node
        case ast.Subscript():
            yield node.slice
        case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)) if name in NOT_TEXTS:
            yield node
        case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
            yield annotation
        case ast.FunctionDef(returns=ast.expr() as annotation) | ast.AsyncFunctionDef(returns=ast.expr() as annotation):
            yield annotation
