#!/bin/sh
# The packages that package-lock.json names, and the program in dist/.
set -eu
cd "$(dirname "$0")"
npm ci --silent
npx tsc
