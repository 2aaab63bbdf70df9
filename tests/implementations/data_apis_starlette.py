"""The two APIs that answer {data}, on Starlette and pydantic: run with wizcommerce or checkoutpage as the first argument."""

import importlib
import socket
from collections.abc import Callable
from typing import Any

from tests.implementations._launch import run


def serve(api: str, listen: Callable[[dict[str, Any]], socket.socket]) -> None:
    """Import late: limits and enums are read from the switches when the models' classes are made."""
    chosen = importlib.import_module(f"tests.implementations._{api}")
    shared = importlib.import_module("tests.implementations._starlette")
    shared.serve(shared.application(chosen.ROUTES, chosen.explain), listen(chosen.describe()))


if __name__ == "__main__":
    run(("wizcommerce", "checkoutpage"), serve)
