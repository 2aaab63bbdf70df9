#!/bin/sh
# Runs the service in this process, so that a signal to it reaches the JVM; builds it first where that was not done.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$here/build" ] || "$here/build.sh" >&2
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp "$here/build" wizcommerce.service.Main "$@"
