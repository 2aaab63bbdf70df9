#!/bin/sh
# Compiles into build/; nothing but a JDK 17 is needed.
set -eu
cd "$(dirname "$0")"
rm -rf build.new
find src -name '*.java' -exec javac -Xlint:all -Werror --release 17 -d build.new {} +
rm -rf build
mv build.new build
