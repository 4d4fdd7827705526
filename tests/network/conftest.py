"""Where networks cannot be made, the tests over them are left out, which nobody can overlook."""

import pytest

from tests.network.namespaces import missing


@pytest.fixture(scope="session", autouse=True)
def networks_can_be_made(request: pytest.FixtureRequest) -> None:
    if what := missing():
        pytest.skip(what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if what := missing():
        terminalreporter.write_sep("!", "NOT PROVEN", red=True, bold=True)
        terminalreporter.write_line(what, red=True, bold=True)
