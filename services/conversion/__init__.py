"""Konvertering: the cases of an older system read from a file, and their invoices found in Visma."""
