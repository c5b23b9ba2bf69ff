"""Seeds that found something, kept so that it stays found: what it was, one line each.

When the order of dice has changed a seed is another history: then one is found again, with the bug put back
(mutants.py).
"""

KEPT: dict[int, str] = {
    72: "a rate added between reading the rates and beginning the transaction left a payment waiting (case_account)",
    64: "interest that a voucher carries before it has run made Case.outstanding depend on the day (coverage)",
}
