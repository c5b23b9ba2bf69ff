"""What search keeps of a national id: a word that is made from the whole of it, and the date of birth.

Search answers by the beginnings of words, and leaves no line in the log: with the digits themselves in the index, an id
could be guessed one digit at a time. A sealed word begins with a sign that is no letter, so nobody can type one or the
beginning of one; it is looked up whole, and made from eleven digits alone.
"""

SIGN = "¤"
LENGTH = 11
_BIRTH = 6
_BYTES = 10
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


def may_be_national_id(word: str) -> bool:
    """Whether a typed word has as many digits as a national id, and nothing else."""
    return len(word) == LENGTH and word.isascii() and word.isdecimal()
