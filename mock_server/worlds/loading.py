"""What is to be served, by name or file: an API with x-contract, or an OpenAPI document as it is."""

from __future__ import annotations

from pathlib import Path

import specs
from mock_server.resource.reading.document import Document, has_contract, read
from specs import Api

Served = Api | Document


def load(name_or_path: str | Path) -> Served:
    """The API of a name in specs/ or of a file with x-contract, or the document of any other file.

    Raises SpecError, one line, where there is no such file, or it cannot be served.
    """
    path = Path(name_or_path)
    if str(name_or_path) not in specs.names() and path.is_file() and not has_contract(path):
        return read(path)
    return specs.load(name_or_path)
