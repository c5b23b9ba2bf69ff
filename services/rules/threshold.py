"""The treatment threshold (behandlingsterskel): a case that owes less than it is closed."""


def should_close(total: int, case_threshold: int | None, creditor_threshold: int) -> bool:
    """Whether a case with a total balance of `total` øre is under its threshold: its own, else the creditor's.

    "Under" is meant: a case that owes exactly the threshold stays open. One that owes nothing is always closed.
    """
    return total <= 0 or total < (creditor_threshold if case_threshold is None else case_threshold)
