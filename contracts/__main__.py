"""The suite's own commands: ``python -m contracts rules``."""

from __future__ import annotations

import click

import specs
from contracts.run import load_rules
from contracts.table import rule_table


@click.group()
def main() -> None:
    """Commands beside ``pytest contracts``."""


@main.command()
def rules() -> None:
    """Print the table of rules, as docs/rules.md holds it."""
    apis = [specs.load(name) for name in specs.names()]
    click.echo(rule_table([rule for rule, _function in load_rules()], apis), nl=False)


if __name__ == "__main__":
    main(prog_name="python -m contracts")
