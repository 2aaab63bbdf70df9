"""The command line: ``serve``, which needs not be named, and calls to a running mock.

``patch-contracts mock`` and ``python -m mock_server`` are the same.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from mock_server.commands.checks import doctor, validate
from mock_server.commands.choices import choices
from mock_server.commands.control import defects, faults, requests, sessions, snapshot, state
from mock_server.commands.serve import serve

COMMANDS = (serve, state, snapshot, faults, requests, sessions, defects, validate, doctor, choices)


class Verbs(click.Group):
    """A group that takes anything but a command for the arguments of ``serve``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click has it."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


def _version() -> str:
    try:
        return version("patch-contracts")
    except PackageNotFoundError:  # run from a checkout
        return "unknown"


@click.group(cls=Verbs)
@click.version_option(_version(), prog_name="mock_server", message="%(prog)s %(version)s")
def main() -> None:
    """A stateful mock of documented APIs.

    Without a command, and with names or files first, it serves: `patch-contracts mock NAME --port 4010`. All other commands
    speak to a running mock, which --url or MOCK_SERVER_URL names; a name that is also a command is written as a path (./state).

    \b
    Exit codes: 0 done; 1 the mock cannot be reached, or refuses the call, or a check fails; 2 wrong usage;
    3 a document cannot be served; 4 the port is taken.
    """


for _command in COMMANDS:
    main.add_command(_command)
