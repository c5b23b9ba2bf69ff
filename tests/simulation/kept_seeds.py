"""Seeds that found something, kept so that it stays found: what it was, one line each."""

KEPT: dict[int, str] = {
    159: "a rate added between reading the rates and beginning the transaction left a payment waiting (case_account)",
}
