"""The suite's own commands: ``python -m contracts rules`` and ``python -m contracts merge``."""

from __future__ import annotations

from pathlib import Path

import click

import specs
from contracts import merge as merging
from contracts import terminal
from contracts.run import load_rules
from contracts.table import rule_table
from contracts.target import TargetError


@click.group()
def main() -> None:
    """Commands beside ``pytest contracts``."""


@main.command()
def rules() -> None:
    """Print the table of rules, as docs/rules.md holds it."""
    apis = [specs.load(name) for name in specs.names()]
    click.echo(rule_table([rule for rule, _function in load_rules()], apis), nl=False)


@main.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--report-dir", metavar="OUT", required=True, type=click.Path(file_okay=False, path_type=Path), help="where to write"
)
@click.option("--strict", is_flag=True, help="what is only a should counts as well")
def merge(folders: tuple[Path, ...], report_dir: Path, strict: bool) -> None:
    """Join the reports of shards, or of runs against several APIs, and exit as the single run would."""
    try:
        merged = merging.merge(folders, report_dir, strict=strict)
    except TargetError as error:
        click.echo(f"ERROR: {error}", err=True)
        raise SystemExit(4) from None
    for line, style in terminal.told(merged.runs, folder=report_dir, strict=merged.strict):
        click.secho(line, bold=style.get("bold"), fg="red" if style.get("red") else "yellow" if style.get("yellow") else None)
    for line in merged.stopped:
        click.echo(line)
    raise SystemExit(merged.exit_code)


if __name__ == "__main__":
    main(prog_name="python -m contracts")
