"""Fields for an account number and for the lengths of its KID."""

from screens.widgets.value_input import ValueInput
from services.bank.kid import format_account
from services.rules.kid_agreement import format_kid_lengths, parse_account, parse_kid_lengths


class AccountInput(ValueInput[str]):
    """An account number, written out as `1234.56.78903` when the field is left."""

    def understand(self, text: str) -> str:
        return parse_account(text)

    def written(self, value: str) -> str:
        return format_account(value)


class KidLengthsInput(ValueInput[tuple[int, ...]]):
    """One length or several: `8, 13`."""

    def understand(self, text: str) -> tuple[int, ...]:
        return parse_kid_lengths(text)

    def written(self, value: tuple[int, ...]) -> str:
        return format_kid_lengths(value)
