"""What the documents name is there: files and pictures, settings, commands with their options, targets of make."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from kk2tui.cli.main import kk2
from kk2tui.settings import Settings

ROOT = Path(__file__).parent.parent
ADMINISTRATOR = ROOT / "docs" / "administrator.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FOR_READERS = [path for path in DOCUMENTS if path.parent.name != "decisions"]  # a decision tells what was so then
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)]*)?\)")
COMMAND = re.compile(r"(?:^|bin/|  |&& )kk2 (.*)")
ENDS_COMMAND = re.compile(r" {2,}|&&|\|\||[;>`#…]")

a_document = pytest.mark.parametrize("path", FOR_READERS, ids=lambda path: path.stem)


def code(text: str) -> Iterator[str]:
    """What is set as code: indented lines, and what stands between back quotes."""
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    yield from (line.strip() for line in indented if "`" not in line)
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text))


def commands(text: str) -> Iterator[list[str]]:
    """The words behind each `kk2` in the code of a document."""
    for piece in code(text):
        for found in COMMAND.findall(piece):
            yield ENDS_COMMAND.split(found)[0].split()


def strange_words(words: list[str]) -> list[str]:
    """The words of a command line that the program does not know. What stands for a value is taken as it is."""
    command: click.Command = kk2
    context = click.Context(kk2)
    options = {name: option for option in kk2.params for name in option.opts}
    strange = []
    words = list(words)
    while words:
        word = words.pop(0)
        if word.startswith("-") and len(word) > 1:
            if (option := options.get(word)) is None:
                strange += [] if word in ("--help", "-h") else [word]
            elif isinstance(option, click.Option) and not option.is_flag and words and words[0][0] != "-":
                words.pop(0)
        elif isinstance(command, click.Group) and word.islower() and word.isalpha():
            under = command.get_command(context, word)
            if under is None:
                return [*strange, word]
            command = under
            options |= {name: option for each in meant(command) for option in each.params for name in option.opts}
    return strange


def meant(command: click.Command) -> list[click.Command]:
    """The command, and what a group does when a file follows (`kk2 convert FIL`)."""
    under = command.commands.values() if isinstance(command, click.Group) else ()
    return [command, *(each for each in under if each.hidden)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_linked_to_is_there(path: Path) -> None:
    targets = [target for target, _anchor in LINK.findall(path.read_text(encoding="utf-8")) if target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


@a_document
def test_headings_that_are_linked_to_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    titles = (line.lstrip("# ").lower() for line in re.findall("^#.*", text, re.MULTILINE))
    headings = {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}
    anchors = [anchor[1:] for target, anchor in LINK.findall(text) if anchor and not target]
    assert [anchor for anchor in anchors if anchor not in headings] == []


def test_each_picture_is_shown_somewhere() -> None:
    shown = {Path(target).name for path in DOCUMENTS for target, _ in LINK.findall(path.read_text(encoding="utf-8"))}
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} - shown == set()


@a_document
def test_commands_and_their_options_are_the_programs(path: Path) -> None:
    found = [(words, strange_words(words)) for words in commands(path.read_text(encoding="utf-8"))]
    assert [(words, strange) for words, strange in found if strange] == []


def test_a_command_that_is_not_there_would_be_found() -> None:
    told = "`kk2 --json store chekc`, eller:\n\n    /opt/bin/kk2 --home /srv audit --cases 1   noe\n    -o kk2 -g y\n"
    assert [strange_words(words) for words in commands(told)] == [["--cases"], ["chekc"]]


def test_the_administrators_example_has_every_setting_and_no_other() -> None:
    text = ADMINISTRATOR.read_text(encoding="utf-8").partition("\n## kk2.toml\n")[2]
    example = re.match(r"\n((?: {4}.*\n|\n)+)", text)
    assert example
    toml = "\n".join(line.removeprefix("    ") for line in example[1].splitlines())
    msgspec.toml.decode(toml, type=Settings)
    told = {section: keys for section, keys in msgspec.toml.decode(toml).items() if isinstance(keys, dict)}
    named = {(section, key) for section, keys in told.items() for key in keys}
    # a password is named in one of two ways
    named |= {(section, "password_file") for section, key in named if key == "password_env"}
    settings = Settings()
    sections = {name: getattr(settings, name) for name in settings.__struct_fields__ if name not in ("name", "keys")}
    assert {(name, key) for name, section in sections.items() for key in section.__struct_fields__} - named == set()


@a_document
def test_settings_that_are_named_with_their_section_exist(path: Path) -> None:
    pieces = code(path.read_text(encoding="utf-8"))
    named = [found for piece in pieces for found in re.findall(r"\[(visma|mail|store|ssh|ui)\] (\w+)", piece)]
    assert [(section, key) for section, key in named if not hasattr(getattr(Settings(), section), key)] == []


@a_document
def test_targets_of_make_exist(path: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    pieces = code(path.read_text(encoding="utf-8"))
    named = [target for piece in pieces for target in re.findall(r"^make ([a-z-]+)", piece)]
    assert [target for target in named if target not in targets] == []
