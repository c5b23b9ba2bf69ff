"""Seeds that found something, kept so that it stays found: what it was, one line each."""

KEPT: dict[int, str] = {
    159: "a rate added between reading the rates and beginning the transaction left a payment waiting (case_account)",
    4134: "interest that a voucher carries before it has run made Case.outstanding depend on the day (coverage)",
    4656: "a credit note gave the bank's file a negative sum: the world's own mistake (town)",
}
