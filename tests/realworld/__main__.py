"""Real servers under the suite: installs, starts, judges, and compares what is stored before and after.

python -m tests.realworld                 # all servers
python -m tests.realworld kinto prefect   # these
python -m tests.realworld --serve kinto   # only started, for a look with curl
"""

from __future__ import annotations

import importlib
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from tests.realworld.judge import Outcome, judged
from tests.realworld.launch import ROOT, Place, Unavailable, free_port, version

SERVERS = (
    *("kinto", "label_studio", "loopback", "prefect", "syncthing"),
    *("json_server", "redmine", "directus", "octoprint", "pretix"),
    *("airflow", "jupyterhub", "pocketbase"),
)
COLUMNS = (
    "server",
    "version",
    "operation",
    "spec",
    "requests",
    "seconds",
    "musts",
    "shoulds",
    "restored",
    "before/after",
    "exit",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SERVERS), metavar="[SERVER...]")
@click.option(
    "--cache", type=click.Path(path_type=Path, resolve_path=True), default=ROOT / ".realworld", help="where servers are installed"
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, resolve_path=True),
    default=ROOT / "out" / "realworld",
    help="where the reports go",
)
@click.option("--suite", type=click.Path(path_type=Path, resolve_path=True), default=ROOT, help="the checkout whose suite judges")
@click.option("--serve", is_flag=True, help="only start the one server, say what is in it, and wait for Ctrl-C")
def main(names: Sequence[str], cache: Path, output: Path, suite: Path, serve: bool) -> None:
    """Judge the named servers, or all; exit 1 where one does not run, is left changed, or makes the suite fail."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # else a server would outlive the run
    if serve:
        _serve(names[0] if names else SERVERS[0], cache)
        return
    click.echo(_row(COLUMNS))
    click.echo(_row(["---"] * len(COLUMNS)))
    ok = [_server(name, cache, output, suite) for name in names or SERVERS]
    sys.exit(0 if all(ok) else 1)


def _serve(name: str, cache: Path) -> None:
    """For a look by hand: the server as the suite would meet it, until it is interrupted."""
    module = importlib.import_module(f"tests.realworld.{name}")
    with ExitStack() as stack:
        stack.enter_context(suppress(KeyboardInterrupt))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-")))
        for each in stack.enter_context(module.serving(Place(cache=cache, data=data, port=free_port()))):
            click.echo(f"PATCH {each.url}{each.path} {dict(each.record)}, beside {dict(each.bystander)}; {dict(each.headers)}")
        while True:
            time.sleep(1)


def _server(name: str, cache: Path, output: Path, suite: Path) -> bool:
    """One server with all its operations; whether everything ran and nothing was left changed."""
    module = importlib.import_module(f"tests.realworld.{name}")
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as data:
        place = Place(cache=cache, data=Path(data), port=free_port())
        ok = True
        try:
            with module.serving(place) as operations:
                for operation in operations:
                    outcome = judged(operation, output / name / operation.name, suite)
                    click.echo(_row([name, version(module.PACKAGE), *_cells(outcome)]))
                    ok = ok and outcome.harmless
        except Unavailable as error:
            click.echo(f"{name}: {error}", err=True)
            return False
    return ok


def _cells(outcome: Outcome) -> list[str]:
    figures = [outcome.requests, f"{outcome.seconds:.0f}", outcome.musts, outcome.shoulds, outcome.restored]
    texts = ["-" if figure is None else str(figure) for figure in figures]
    return [outcome.operation, outcome.source, *texts, outcome.equal, str(outcome.exit)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
