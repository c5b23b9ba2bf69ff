"""What search keeps of a national id: a word that is made from the whole of it, and the date of birth.

Search answers by the beginnings of words, and leaves a line in the log only for a whole id: with the digits themselves
in the index, an id could be guessed one digit at a time. A sealed word begins with a sign that is no letter, so nobody
can type one or the beginning of one; it is looked up whole, and made from eleven digits alone.

An id that was typed into another field is sealed as well. Of a KID it cannot be told from the number itself whether it
is one: KIDs are kept as they are.
"""

import re

SIGN = "¤"
LENGTH = 11
_BIRTH = 6
_BYTES = 10
# A date of birth with the day raised by 40 in a D-number, the month by 40, 65 or 80 in made-up ids; then five digits.
_ID = re.compile(
    r"(?<!\d)(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[1-9]|1[0-2]|4[1-9]|5[0-2]|6[6-9]|7[0-7]|8[1-9]|9[0-2])"
    r"\d\d[\W_]?\d{5}(?!\d)",
    re.ASCII,
)
_PERSON = b"kk2 national id"  # the same digits sealed for anything else would be another word


def sealed(digits: str) -> str:
    """The word that eleven digits are looked up by."""
    import hashlib  # a menu needs none

    return SIGN + hashlib.blake2b(digits.encode(), digest_size=_BYTES, person=_PERSON).hexdigest()


def is_sealed(word: str) -> bool:
    """Whether a word of the index, or of a query, is only found whole."""
    return word.startswith(SIGN) and word[1:].isalnum()


def national_id_words(written: str) -> str:
    """What a person is found by, between blanks: the sealed word and the six digits of the date of birth.

    Nothing for what is not eleven digits, with or without blanks and signs: it may be anything, in the wrong field.
    """
    digits = "".join(filter(str.isalnum, written))
    return f"{sealed(digits)} {digits[:_BIRTH]}" if may_be_national_id(digits) else ""


def seal_ids(text: str) -> str:
    """A text to be found by, with what may be a national id in it sealed."""
    return _ID.sub(lambda found: f" {national_id_words(found[0])} ", text)


def may_be_national_id(word: str) -> bool:
    """Whether a typed word has as many digits as a national id, and nothing else."""
    return len(word) == LENGTH and word.isascii() and word.isdecimal()
