"""A handler who comes over SSH has kk2, and nothing else: no shell, no other program, no file of their own choice.

docs/administrator.md lists the ways that were looked at; each has its test here or in tests/e2e/ssh/.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

from kk2tui.app import Kk2App

ROOT = Path(__file__).parents[1]
PROGRAMS = {"subprocess", "pty", "webbrowser", "code", "pdb", "runpy", "ctypes", "multiprocessing"}
CALLS = {
    *("system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"),
    *(f"{kind}{how}" for kind in ("exec", "spawn") for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")),
    *("create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "subprocess_shell"),
    *("suspend", "open_url", "deliver_text", "deliver_binary", "deliver_screenshot", "save_screenshot"),
    *("eval", "exec", "breakpoint", "__import__"),
}
FILES = {"open", "Path", ".read_text", ".read_bytes", ".write_text", ".write_bytes", ".expanduser"}
TEXTUALS_OWN = {"screenshot", "suspend_process", "open_url", "toggle_dark", "change_theme"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules by their first word, and what is taken out of `os`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
            yield from (alias.name for alias in node.names if node.module == "os")


def called(tree: ast.AST) -> Iterator[str]:
    """Functions by their name, methods and functions of modules with a point before it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f".{node.func.attr}"


def trees(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_no_part_of_the_program_starts_another() -> None:
    for name, tree in trees("kk2tui", "screens", "services", "data"):
        assert (PROGRAMS | CALLS).isdisjoint(imported(tree)), name
        assert CALLS.isdisjoint(each.removeprefix(".") for each in called(tree)), name


def test_no_screen_opens_a_file() -> None:
    """What is read is chosen from a list of the inbox, and what is written is named by a service, in outbox/."""
    for name, tree in trees("screens"):
        assert FILES.isdisjoint(called(tree)), name


def test_no_key_of_any_widget_leads_to_what_textual_offers_besides() -> None:
    for name, _tree in trees("kk2tui", "screens"):
        if not name.endswith("__main__.py"):
            importlib.import_module(name.removesuffix(".py").replace("/", "."))
    nodes = list(descendants(DOMNode))
    assert Kk2App in nodes
    for node in nodes:
        actions = {binding.action for binding in node.BINDINGS if isinstance(binding, Binding)}
        assert {action.partition("(")[0].rpartition(".")[2] for action in actions}.isdisjoint(TEXTUALS_OWN), node


def descendants(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


def test_the_application_has_none_of_the_keys_of_textuals_own() -> None:
    textuals = {binding.action for binding in App.BINDINGS if isinstance(binding, Binding)}
    ours = {binding.action for binding in Kk2App.BINDINGS if isinstance(binding, Binding)}
    assert not Kk2App.ENABLE_COMMAND_PALETTE
    assert textuals.isdisjoint(ours - {"command_palette"})
