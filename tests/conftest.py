"""What tests found out that a person reading the outcome should see: a property named `told`, printed at the end."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told, also by tests that ran in other processes."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in getattr(report, "user_properties", ()):
                if name == "told" and getattr(report, "when", "call") == "call":
                    terminalreporter.write_line(f"{report.nodeid}:")
                    terminalreporter.write_line(str(text))
