"""Shows that each honest service, and each with every choice, keeps what its document says. Exits 1 on a difference."""

import json
import subprocess
import sys

from tests.implementations.three_documents.smoke_orders import smoke_orders
from tests.implementations.three_documents.smoke_people import smoke_people
from tests.implementations.three_documents.smoke_service import HERE, Checks, Service
from tests.implementations.three_documents.smoke_subscriptions import smoke_subscriptions

PROGRAMS = {"orders_spring.mjs": smoke_orders, "people_jsonapi.mjs": smoke_people, "subscriptions_go.mjs": smoke_subscriptions}


def main() -> int:
    """Runs every service without a choice, with each choice, and with all."""
    failed = 0
    for program, smoke in PROGRAMS.items():
        listed = json.loads(subprocess.check_output(["node", str(HERE / program), "--list-variants"]))
        names = [variant["name"] for variant in listed]
        for variants in [[], *([name] for name in names), names]:
            checks = Checks(f"{program} {' '.join(variants)}")
            service = Service(program, variants)
            try:
                smoke(service, checks)
            finally:
                service.process.terminate()
                service.process.wait()
            failed += checks.failed
        print(f"{program}: {len(names)} choices, {checks.count} checks in each run, {failed} failed so far")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
