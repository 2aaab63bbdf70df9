"""The museum's commands: ``serve`` runs the API, ``spectacular --file openapi.yaml`` writes its document."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "museum_api.settings")
    execute_from_command_line(sys.argv)
