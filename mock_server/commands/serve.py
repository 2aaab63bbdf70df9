"""``serve``: the mock in the foreground, until a signal ends it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

import specs
from mock_server.access.admission import Admission, is_loopback
from mock_server.disturbance.fault_rules import PROFILES
from mock_server.disturbance.rate_limit import parse as parse_rate_limit
from mock_server.resource import custom
from mock_server.resource.reading.document import Document
from mock_server.resource.service import Resource
from mock_server.resource.stored.seeding import COUNT
from mock_server.state.settings import RateLimit, Settings
from mock_server.state.state_file import StateFile, StateFileError
from mock_server.web import serving, watching
from mock_server.web.app import create_app, worlds_of
from mock_server.web.forwarding import Forward
from mock_server.web.recorded_seeds import RecordedSeeds
from mock_server.web.recording import Recording
from mock_server.worlds import banner
from mock_server.worlds.loading import Served, load
from mock_server.worlds.seed_file import seeded
from specs import SpecError

SPEC_INVALID = 3
PORT_TAKEN = 4
_LATENCY = re.compile(r"([0-9]{1,5})(?:\.\.([0-9]{1,5}))?", re.ASCII)


def _latency(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    """The least milliseconds, and how many more at most."""
    found = _LATENCY.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r}: expected milliseconds, 300 or 100..500")
    least = int(found[1])
    return least, max(0, int(found[2] or least) - least)


def _rate_limit(_context: click.Context, _option: click.Parameter, text: str | None) -> RateLimit | None:
    try:
        return parse_rate_limit(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(context_settings={"auto_envvar_prefix": "MOCK_SERVER"})
@click.argument("apis", nargs=-1, metavar="[NAME_OR_FILE]...", envvar="MOCK_SERVER_APIS")
@click.option("--port", default=4010, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once requests are answered.")
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep what is stored in this file (not of sessions)."
)
@click.option("--seed-file", type=click.Path(dir_okay=False, path_type=Path), help="Start with what `state export` wrote.")
@click.option(
    "--records", default=COUNT, show_default=True, type=click.IntRange(0, 100_000), help="Records in a collection at start."
)
@click.option("--mappings", type=click.Path(dir_okay=False, path_type=Path), help="Answers of your own: a YAML file.")
@click.option("--forward", metavar="URL", help="Where requests go on to that are not served here.")
@click.option("--forward-path", multiple=True, metavar="PATH", help="A path that goes on although it is served; * for any text.")
@click.option("--record", metavar="URL", help="Everything goes on to this service, and what passes is kept in --recording.")
@click.option(
    "--recording",
    default="recording.yaml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of --record, for --mappings later; secrets are struck out.",
)
@click.option(
    "--record-seeds",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The records that --record has seen, for --seed-file later: not its answers, but what a mock starts with.",
)
@click.option("--any-credential", is_flag=True, help="Let in whatever stands under a documented security scheme (no x-contract).")
@click.option("--watch", is_flag=True, help="Serve a changed document at once, and keep what is stored.")
@click.option("--quiet", is_flag=True, help="No banner.")
@click.option("--defect", multiple=True, metavar="ID", help="Start with this deliberate defect; repeatable.")
@click.option("--faults", type=click.Choice(tuple(PROFILES)), help="Start with the fault rules of this profile.")
@click.option("--latency", callback=_latency, default="0", metavar="MS", help="How late every answer is: 300, or 100..500.")
@click.option(
    "--rate-limit", callback=_rate_limit, metavar="N/TIME", help="Answer more than that of one credential with 429: 100/minute."
)
@click.option("--strict", is_flag=True, help="Refuse unknown and read-only members, whatever the document leaves open.")
@click.option("--no-overrides", is_flag=True, help="Requests may not ask for answers, delays and faults (Prefer).")
@click.option("--allowed-host", multiple=True, metavar="NAME", help="A name by which it is reached; repeatable.")
@click.option("--cors-origin", multiple=True, metavar="ORIGIN", help="A page's origin to let in, or *; repeatable.")
@click.option("--admin-token", default="", metavar="TOKEN", help="What control calls have to present as a bearer token.")
@click.option("--check-answers", is_flag=True, help="Hold every answer against the document; a deviation becomes a 500.")
def serve(
    apis: tuple[str, ...],
    port: int,
    host: str,
    ready_file: Path | None,
    state: Path | None,
    seed_file: Path | None,
    records: int,
    mappings: Path | None,
    forward: str | None,
    forward_path: tuple[str, ...],
    record: str | None,
    recording: Path,
    record_seeds: Path | None,
    any_credential: bool,
    watch: bool,
    quiet: bool,
    defect: tuple[str, ...],
    faults: str | None,
    latency: tuple[int, int],
    rate_limit: RateLimit | None,
    strict: bool,
    no_overrides: bool,
    allowed_host: tuple[str, ...],
    cors_origin: tuple[str, ...],
    admin_token: str,
    check_answers: bool,
) -> None:
    """Serve one API at its documented paths, or several (without a name, all) under /<name>.

    Every option can be given by an environment variable, too: --rate-limit by MOCK_SERVER_RATE_LIMIT, the names by
    MOCK_SERVER_APIS, several values with blanks between them.
    """
    if not (admin_token or is_loopback(host)):
        raise click.UsageError(f"--host {host} lets other machines in: give an --admin-token that control calls have to present")
    settings = Settings(latency=latency[0], jitter=latency[1], rate_limit=rate_limit, strict=strict, overrides=not no_overrides)
    try:
        written = custom.read(mappings) if mappings else ()
        elsewhere = Forward(forward, forward_path) if forward else None
        if record:
            elsewhere = Forward(record, ("*",), recording=Recording(recording))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    start = partial(
        create_app,
        defects=defect,
        check_answers=check_answers,
        admission=Admission(allowed_host, cors_origin, admin_token),
        settings=settings,
        faults=PROFILES[faults][1] if faults else (),
        records=records,
        any_credential=any_credential,
        mappings=written,
        forward=elsewhere,
    )

    def application(loaded: Sequence[Served]) -> Flask:
        _keep_seeds(elsewhere, loaded, record_seeds)
        return start(seeded(loaded, seed_file) if seed_file else loaded)

    try:
        loaded = [load(name) for name in apis or specs.names()]
        app = application(loaded)
        kept = StateFile(state, worlds_of(app).default.stores, worlds_of(app).default.records) if state else None
    except SpecError as error:
        _end(str(error), SPEC_INVALID)
    except (ValueError, StateFileError) as error:
        raise click.UsageError(str(error)) from None
    server = _listening(app, host, port)
    url = serving.url_of(server)
    if not quiet:
        click.echo("\n".join(banner.lines(loaded, url)))
    if watch:
        watching.watch(loaded, lambda changed: _serve_anew(server, application(changed), kept), partial(click.echo, err=True))
    if ready_file is not None:
        serving.write_ready_file(ready_file, banner.ready_content(loaded, url, os.getpid()))
    serving.run(server)


def _keep_seeds(forward: Forward | None, loaded: Sequence[Served], file: Path | None) -> None:
    """Has a recording keep the records of the documents without x-contract in this file, too."""
    if file is not None and forward is not None and forward.recording is not None:
        resources = [Resource(each, banner.prefix_of(loaded, each)) for each in loaded if isinstance(each, Document)]
        forward.recording.seeds = RecordedSeeds(resources, file)


def _listening(app: Flask, host: str, port: int) -> Any:
    try:
        server = serving.listen(app, host, port, at_end=lambda: worlds_of(server.application).close())
    except serving.PortTaken as error:
        _end(str(error), PORT_TAKEN)
    return server


def _serve_anew(server: Any, app: Flask, kept: StateFile | None) -> None:
    """Another application in the place of the one that is served, with all that has happened to that."""
    worlds = worlds_of(app)
    worlds.adopt(worlds_of(server.application))
    if kept is not None:
        kept.attach(worlds.default.stores, worlds.default.records)
    server.application = app


def _end(message: str, code: int) -> NoReturn:
    """One line that says what is wrong, and no traceback."""
    click.echo(message, err=True)
    sys.exit(code)
