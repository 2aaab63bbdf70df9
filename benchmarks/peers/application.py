"""The mock's application, for another web server to serve: ``granian --interface wsgi benchmarks.peers.application:app``.

It looks for the documents in the current folder. What the mock's own server sees to is missing here: the strict reading of
HTTP/1, refusals of unreadable requests in the documented envelope, and answers that are broken off on purpose.
"""

from __future__ import annotations

from pathlib import Path

from mock_server.web.app import create_app
from mock_server.worlds.loading import load
from mock_server.worlds.seed_file import seeded

app = create_app(seeded([load("contacts.json")], Path("seeds.json")))
