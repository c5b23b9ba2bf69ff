"""Words that are nearly another word: as they sound, and with a letter too many, too few, wrong or out of place.

A store keeps each word of letters under a few keys: how it sounds, and that with one letter taken out, each in turn.
Two words that differ in one letter, or have two neighbours in the other order, share a key: so the near ones are
looked up, and only those are compared. Words are folded already (data/search_index.py).
"""

import re
from collections.abc import Iterable

SHORTEST, LONGEST = 3, 24  # letters of a word that may be mistyped, and be recognised
LONG = 7  # letters of a word in which two mistakes are forgiven
BEGUN = 5  # letters of a word that is recognised though it is not all typed
MOST = 8  # words that a typed one may stand for
_SOUNDS = (("ch", "k"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("ae", "e"), ("x", "ks"))
_LETTERS = str.maketrans("cqwz", "kkvs")
_TWICE = re.compile(r"(.)\1+")
_MUTE = re.compile(r"(?<=.)h(?=[^aeiouy]|$)")  # Johnsen, Sarah


def may_be_near(word: str) -> bool:
    """Whether a word has near ones: it has letters only, and not too few."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def sound(word: str) -> str:
    """How a word sounds, more or less: Christoffersen and Kristofersen are the same."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", _MUTE.sub("", word.translate(_LETTERS)))


def keys(word: str) -> list[str]:
    """What a word is kept under, and looked up by: its sound first."""
    heard = sound(word)
    return list(dict.fromkeys((heard, *(heard[:at] + heard[at + 1 :] for at in range(len(heard))))))


def stretch(word: str) -> tuple[str, str]:
    """From and up to: the keys that begin as the word does, where those with two mistakes are looked for."""
    begun = sound(word)[:3]
    return begun, begun[:-1] + chr(ord(begun[-1]) + 1)


def nearest(typed: str, candidates: Iterable[str]) -> list[str]:
    """Those of the words that are near, the nearest first, `MOST` of them at most."""
    heard, most = sound(typed), 2 if len(typed) >= LONG else 1
    ranked = []
    for word in candidates:
        other = sound(word)
        if len(other) < len(heard) - most:
            continue
        whole, begun = distances(heard, other)
        if whole <= most:
            ranked.append((whole, word))
        elif begun <= 1 and len(typed) >= BEGUN:
            ranked.append((begun + most, word))
    return [word for _, word in sorted(ranked)[:MOST]]


def distances(typed: str, word: str) -> tuple[int, int]:
    """How many mistakes lie between `typed` and `word`, and between `typed` and the nearest beginning of `word`.

    A mistake is a letter too many, too few or wrong, or two neighbours in the other order.
    """
    before: list[int] = []
    above = list(range(len(word) + 1))
    for row, letter in enumerate(typed, 1):
        line = [row]
        for column, other in enumerate(word, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == word[column - 2] and other == typed[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1], min(above)
