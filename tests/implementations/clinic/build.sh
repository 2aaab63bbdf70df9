#!/bin/sh
# An environment of its own beside this script, with what requirements.txt names.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet -r requirements.txt
