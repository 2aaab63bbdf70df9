"""The command: ``python -m mock_server [NAME_OR_FILE ...]``."""

from mock_server.commands import main

if __name__ == "__main__":
    main(prog_name="python -m mock_server")
