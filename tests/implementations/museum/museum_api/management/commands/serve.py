"""``serve``: the API on a port of 127.0.0.1, with a database of its own."""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connection
from waitress.server import create_server

from museum_api import deviations
from museum_api.seed import ready_facts


class Command(BaseCommand):
    """Serve the API until SIGTERM."""

    requires_system_checks = []
    help = "Serve the API on 127.0.0.1."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=0)
        parser.add_argument("--ready-file", type=Path)
        parser.add_argument("--fault", action="append", default=[])
        parser.add_argument("--variant", action="append", default=[])
        parser.add_argument("--list-faults", action="store_true")
        parser.add_argument("--list-variants", action="store_true")

    def handle(self, **options):
        if options["list_faults"]:
            return json.dumps([dict(zip(("name", "family", "field", "description"), f, strict=True)) for f in deviations.FAULTS])
        if options["list_variants"]:
            return json.dumps([dict(zip(("name", "description"), v, strict=True)) for v in deviations.VARIANTS])
        try:
            deviations.activate(options["fault"], options["variant"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with tempfile.TemporaryDirectory() as folder:
            connection.settings_dict["NAME"] = str(Path(folder, "museum.sqlite3"))
            self.serve(options["port"], options["ready_file"])
        return None

    def serve(self, port, ready_file):
        call_command("migrate", run_syncdb=True, verbosity=0)
        server = create_server(get_wsgi_application(), host="127.0.0.1", port=port, threads=4)
        facts = ready_facts(f"http://127.0.0.1:{server.effective_port}")
        if ready_file:
            _write(ready_file, json.dumps(facts))
        server.run()


def _write(path, text):
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    os.replace(file.name, path)
