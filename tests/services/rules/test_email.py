"""E-mail addresses, as far as a typing mistake can be told from one."""

import pytest

from services.rules.email import is_email


@pytest.mark.parametrize(
    "text", ["kari@testvik.invalid", "kari.testesen+inkasso@post.testvik.invalid", "drift@localhost"]
)
def test_one_address_is_an_address(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "kari", "@testvik.invalid", "kari@", "kari@@testvik.invalid", "a@b.invalid, c@d.invalid", "kari @b.invalid"],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_email(text)
