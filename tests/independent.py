"""Services that were written from the documents alone, by authors who had not seen the rules, and what the gate finds in them.

    python -m tests.independent                       # all of them: as they are, each fault, each conforming choice
    python -m tests.independent go --kind variant     # one of them, its conforming choices alone

Each is built first where that was not done: Go, Node.js with npm, a JDK, PHP and Ruby are needed for theirs. Exit 1 where a
service that keeps to its document is failed, or is left changed; faults that are not found are listed. A fault is found where
something is violated that is not violated on the service as it is, which is judged in every run for that reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from contracts.drafting.draft import write
from contracts.target.client import Limits
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests import subjects
from tests.proof import Outcome, Subject, judged, summed

FOLDER = subjects.ROOT / "tests" / "implementations"
KINDS = ("honest", "fault", "variant")
MOST_SECONDS = 300
"""The bound of one run: one that a fault makes endless ends too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A program in a folder of its own. ``built``: what is there once ``build`` was run.

    ``api``: of specs/, or a name for one that has a document of its own: the ready file of such a service says where the document
    lies, and which PATCH operations of it are served.
    """

    api: str
    folder: Path
    build: tuple[str, ...]
    built: str
    run: tuple[str, ...]
    kinds: tuple[str, ...] = ("fault", "variant")


SERVICES = {
    "go": Service(
        api="checkoutpage",
        folder=FOLDER / "go",
        build=("go", "build", "-o", "customers", "."),
        built="customers",
        run=("./customers",),
    ),
    "java": Service(api="wizcommerce", folder=FOLDER / "java", build=("./build.sh",), built="build", run=("./run.sh",)),
    "node": Service(
        api="customers_me", folder=FOLDER / "node", build=("npm", "ci"), built="node_modules", run=("node", "main.js")
    ),
    "php": Service(api="babyland", folder=FOLDER / "php", build=("php", "--version"), built="run.php", run=("php", "run.php")),
    **{
        name: Service(api=name, folder=FOLDER / "three_documents", build=(), built=file, run=("node", file), kinds=("variant",))
        for name, file in (
            ("orders", "orders_spring.mjs"),
            ("people", "people_jsonapi.mjs"),
            ("subscriptions", "subscriptions_go.mjs"),
        )
    },
    "rentals": Service(
        api="rentals", folder=FOLDER / "rentals", build=("npm", "ci"), built="node_modules", run=("node", "main.js")
    ),
    "lessons": Service(
        api="lessons", folder=FOLDER / "lessons", build=("ruby", "--version"), built="run.rb", run=("ruby", "run.rb")
    ),
    **{
        name: Service(api=name, folder=FOLDER / name, build=("./build.sh",), built=".venv", run=(".venv/bin/python", *run))
        for name, run in (
            ("clinic", ("main.py",)),
            ("gardens", ("main.py",)),
            ("museum", ("manage.py", "serve")),
            ("recipes", ("main.py",)),
            ("shipments", ("main.py",)),
        )
    },
    "events": Service(api="events", folder=FOLDER / "events", build=("./build.sh",), built="dist", run=("node", "dist/main.js")),
    "shop": Service(
        api="shop",
        folder=FOLDER / "shop",
        build=("php", "--version"),
        built="run.php",
        run=("php", "run.php", "--per-minute", "60000"),  # to wait out its 600 is judged apart
    ),
    "fleet": Service(
        api="fleet", folder=FOLDER / "fleet", build=("go", "build", "-o", "fleet", "."), built="fleet", run=("./fleet",)
    ),
}


def command(service: Service) -> tuple[str, ...]:
    """The command line that starts it, from any folder; the service is built first where that was not done."""
    if not (service.folder / service.built).exists():
        environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
        subprocess.run(service.build, cwd=service.folder, env=environment, check=True)
    return tuple(str(service.folder / part) if (service.folder / part).is_file() else part for part in service.run)


def listed(name: str, kinds: Iterable[str]) -> list[Subject]:
    """What a service can be started as."""
    service = SERVICES[name]
    found = [Subject(api=service.api, kind="honest", name="as it is")]
    for kind in service.kinds:
        answer = subprocess.run([*command(service), f"--list-{kind}s"], capture_output=True, text=True, check=True).stdout
        found += [
            Subject(
                api=service.api,
                kind=kind,
                name=each["name"],
                family=each.get("family", ""),
                field=each.get("field") or "",
                says=each["description"],
            )
            for each in json.loads(answer)
        ]
    return [each for each in found if each.kind in kinds]


def targets_of(service: Service, ready: Mapping[str, Any]) -> Iterator[Target]:
    """The operations of a running service; from the document alone, as ``init`` drafts it, where it has one of its own."""
    if "openapi" not in ready:
        yield subjects.target_of(service.api, ready)
    for operation in (each for each in ready.get("operations", ()) if each["method"] == "PATCH"):
        with tempfile.TemporaryDirectory() as folder:
            spec = Path(folder, "contract.yaml")
            write(Path(ready["openapi"]), operation["path"], spec)
            api = load_api(str(spec))
        names = [scheme.name for scheme in api.schemes]
        identity, bystander = (
            Identity(
                path={name: str(value) for name, value in each["path"].items()},
                auth={scheme: Secret(each["token"] or operation["token"]) for scheme in names},
            )
            for each in ({**operation["record"], "token": operation["token"]}, operation["other"])
        )
        yield Target(
            api=api,
            url=ready["url"],
            identity=identity,
            bystander=bystander,
            read=operation["read"],
            parameters=api.parameter_values,
            values={field: tuple(known) for field, known in ready.get("values", {}).items()},
        )


def together(outcomes: Mapping[str, Outcome]) -> Outcome:
    """What came of the operations of one service, by their paths, as one outcome."""
    found = list(outcomes.values())
    return replace(
        found[0],
        violated=tuple(f"{line} of {path}" if path else line for path, each in outcomes.items() for line in each.violated),
        expected="; ".join(each.expected for each in found if each.expected),
        internal="; ".join(each.internal for each in found if each.internal),
        requests=sum(each.requests for each in found),
        restored=all(each.restored for each in found),
    )


def _concerns(subject: Subject, api: Api) -> bool:
    """Whether a fault is in a field of the operation's requests; one in no field concerns every operation."""
    top = (subject.field or "").partition(".")[0]
    return subject.kind != "fault" or top in {each.name for each in api.fields}


def judge(name: str, subject: Subject, depth: str) -> Outcome:
    """One run of the suite on each operation; an exception becomes the outcome's ``internal``."""
    service = SERVICES[name]
    options = () if subject.kind == "honest" else (f"--{subject.kind}", subject.name)
    begun = time.monotonic()
    try:
        with subjects.started(*command(service), *options) as ready:
            limits = Limits(max_seconds=MOST_SECONDS)
            targets = [replace(each, limits=limits) for each in targets_of(service, ready)]
            concerned = [each for each in targets if _concerns(subject, each.api)] or targets
            outcome = together({each.api.path: judged(subject, each, depth=depth) for each in concerned})
    except Exception as error:  # one broken subject must not end the rest
        outcome = Outcome(subject=subject, internal=f"{type(error).__name__}: {error}"[:300])
    return replace(outcome, seconds=round(time.monotonic() - begun, 1))


def outcomes(name: str, chosen: Sequence[Subject], depth: str, jobs: int) -> Iterator[Outcome]:
    """The outcomes, as they come."""
    with ProcessPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(judge, name, each, depth) for each in chosen]):
            yield future.result()


def beyond(found: Sequence[Outcome]) -> list[Outcome]:
    """The same outcomes; those of faults without what is violated on the service as it is, too."""
    usual = {violated for each in found if each.subject.kind == "honest" for violated in each.violated}
    return [
        replace(each, violated=tuple(one for one in each.violated if one not in usual)) if each.subject.kind == "fault" else each
        for each in found
    ]


def lines(name: str, judgements: Sequence[Outcome]) -> Iterator[str]:
    """What is told of a service: totals, the faults that were missed, the conforming choices with a violation."""
    found = beyond(judgements)
    faulty = [each for each in found if each.subject.kind == "fault"]
    right = [each for each in found if each.subject.kind != "fault"]
    if faulty:
        musts = sum(each.failed for each in faulty)
        yield f"{name}: {sum(each.killed for each in faulty)} of {len(faulty)} faults found, {musts} of them by a must"
    if right:
        yield f"{name}: {sum(not each.failed for each in right)} of {len(right)} conforming services without a violated must"
        yield f"{name}: {sum(not each.killed for each in right)} of {len(right)} conforming services without any violation"
    for each in sorted(found, key=lambda outcome: outcome.subject.name):
        if each.internal or each.killed is (each.subject.kind != "fault"):
            yield f"   {each.subject.kind} {each.subject.name}: {each.internal or summed(each)} ({each.subject.says})"
        if not each.restored:
            yield f"   {each.subject.kind} {each.subject.name}: not restored"


def _is_good(outcome: Outcome) -> bool:
    return outcome.subject.kind == "fault" or (not (outcome.failed or outcome.internal) and outcome.restored)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SERVICES)))
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="These kinds only.")
@click.option("--only", multiple=True, help="These faults and choices only, by name.")
@click.option("--depth", default="gate", show_default=True, help="The suite's depth.")
@click.option("--jobs", default=os.cpu_count() or 2, show_default=True, help="Worker processes.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the outcomes as JSON.")
def main(names: Sequence[str], kinds: Sequence[str], only: Sequence[str], depth: str, jobs: int, json_file: Path | None) -> None:
    """Judge each service as it is, with each of its faults and in each of its conforming choices."""
    told: list[dict[str, object]] = []
    good = True
    for name in names or sorted(SERVICES):
        wanted = {*(kinds or KINDS), "honest"}
        chosen = [each for each in listed(name, wanted) if each.kind == "honest" or not only or each.name in only]
        found: list[Outcome] = []
        for outcome in outcomes(name, chosen, depth, jobs):
            found.append(outcome)
            told.append({"service": name, **asdict(outcome)})
            if json_file is not None:
                json_file.write_text(json.dumps(told, indent=1), encoding="utf-8")
        for line in lines(name, found):
            click.echo(line)
        good &= all(map(_is_good, found))
    sys.exit(not good)


if __name__ == "__main__":
    main(prog_name="python -m tests.independent")
