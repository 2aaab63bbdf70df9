"""The command: ``python -m mock_server [NAME_OR_FILE ...]``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

import specs
from mock_server import banner, serving
from mock_server.admission import Admission, is_loopback
from mock_server.app import create_app, worlds_of
from specs import SpecError

SPEC_INVALID = 3
PORT_TAKEN = 4


@click.command()
@click.argument("apis", nargs=-1, metavar="[NAME_OR_FILE]...")
@click.option("--port", default=4010, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once requests are answered.")
@click.option("--defect", "defects", multiple=True, metavar="ID", help="Start with this deliberate defect; repeatable.")
@click.option("--allowed-host", "hosts", multiple=True, metavar="NAME", help="A name by which it is reached; repeatable.")
@click.option("--cors-origin", "origins", multiple=True, metavar="ORIGIN", help="A page's origin to let in, or *; repeatable.")
@click.option("--admin-token", default="", metavar="TOKEN", help="What control calls have to present as a bearer token.")
@click.option("--check-answers", is_flag=True, help="Hold every answer against the document; a deviation becomes a 500.")
def main(
    apis: tuple[str, ...],
    port: int,
    host: str,
    ready_file: Path | None,
    defects: tuple[str, ...],
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    admin_token: str,
    check_answers: bool,
) -> None:
    """Serve a stateful mock of documented APIs: one at its documented paths, several (or, without a name, all) under /<name>."""
    if not (admin_token or is_loopback(host)):
        raise click.UsageError(f"--host {host} lets other machines in: give an --admin-token that control calls have to present")
    try:
        loaded = [specs.load(name) for name in apis or specs.names()]
        app = create_app(loaded, defects=defects, check_answers=check_answers, admission=Admission(hosts, origins, admin_token))
    except SpecError as error:
        _end(str(error), SPEC_INVALID)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        server = serving.listen(app, host, port, at_end=worlds_of(app).close)
    except serving.PortTaken as error:
        _end(str(error), PORT_TAKEN)
    url = serving.url_of(server)
    print("\n".join(banner.lines(loaded, url)), flush=True)
    if ready_file is not None:
        serving.write_ready_file(ready_file, banner.ready_content(loaded, url, os.getpid()))
    serving.run(server)


def _end(message: str, code: int) -> None:
    """One line that says what is wrong, and no traceback."""
    print(message, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
