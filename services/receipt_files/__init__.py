"""Receipts as files to take along: PDF to read and archive, CSV for a spreadsheet."""
