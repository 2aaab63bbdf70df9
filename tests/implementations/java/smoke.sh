#!/bin/sh
# Tries the honest service, and each fault and variant by the requests that show it; exits with 1 where one is not shown.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh"
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -cp "$here/build" wizcommerce.smoke.Smoke "$@"
