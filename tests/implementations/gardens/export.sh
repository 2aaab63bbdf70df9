#!/bin/sh
# The document as the framework generates it, into openapi.json.
set -eu
cd "$(dirname "$0")"
.venv/bin/litestar --app app:app schema openapi --output openapi.json
