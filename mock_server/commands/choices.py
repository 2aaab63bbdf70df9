"""``choices``: what the mock does where a document leaves it open."""

from __future__ import annotations

import click

import specs
from mock_server.commands.choices_page import page


@click.command()
def choices() -> None:
    """Print what the mock does where the documents are silent, as docs/reference/mock-choices.md has it."""
    click.echo(page([specs.load(name) for name in specs.names()]), nl=False)
