"""The pytest plugin: options, items by rule and field, verdicts instead of plain outcomes, exit codes.

It stays out of the way of every run that does not name the contracts folder.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Generator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from contracts.reports.result import Result
from contracts.rules.order import soonest
from contracts.running import options, terminal
from contracts.running.arguments import asks_for_rules, has_own_settings, show_node_ids
from contracts.running.depths.choosing import expect, run_of
from contracts.running.depths.quick import Asked
from contracts.running.parties import Seats
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.selection import Shares, scopes
from contracts.running.sharing import ending, messages
from contracts.target.target import TargetError
from contracts.terms.rule import FAMILIES, rule_of
from contracts.terms.verdict import NotJudged, Observed, Verdict, Violation

RUN = pytest.StashKey[Run]()
RESULT = pytest.StashKey[Result]()
ORDER = pytest.StashKey[int]()
SEATS, SHARES = pytest.StashKey[Seats](), pytest.StashKey[Shares]()
CRASHED = pytest.StashKey[bool]()
UNINTERRUPTIBLE = "Ctrl-C does not end this run, since it was started with SIGINT ignored; SIGTERM does, and restores the record"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the suite's options."""
    options.add_options(parser.getgroup("patch-contracts", "contract tests of partial updates"))


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is collected or sent."""
    for family in FAMILIES:
        config.addinivalue_line("markers", f"{family}: rules of this family")
    config.addinivalue_line("markers", "xdist_group(name): pytest-xdist's own; named here for runs without it")
    if not asks_for_rules(config):
        return
    try:
        plan = options.plan(config)
    except TargetError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[RUN] = run_of(plan)
    config.option.tbstyle = "no"  # the summary shows each violation; a traceback through the rule says nothing
    config.option.showlocals = config.option.fulltrace = False  # nor may locals of a broken plugin, which hold what is sent
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # its other lines have whole URLs in them, with credentials
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadgroup"  # the rules of one API share a record, so they share a worker
    if _is_worker(config):
        config.option.loadgroup = True  # xdist hands a worker the arguments, and not what was made of them above


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


# --- the run --------------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Open the target, in the controller; a worker joins what the controller opened."""
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    show_node_ids(session.config)
    if _is_worker(session.config):
        seat = messages.joined(run, session.config.workerinput)  # type: ignore[attr-defined]  # xdist
        if seat is not None:
            session.config.stash[SHARES] = Shares(seat, scopes(run.plan))
        return
    if session.config.option.collectonly or run.plan.dry_run:
        return
    _CONTROLLER["run"] = run
    run.say = session.config.get_terminal_writer().line
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        run.say(UNINTERRUPTIBLE)
    signal.signal(signal.SIGTERM, ending.interrupt)
    try:
        run.open()
    except (TargetError, KeyboardInterrupt) as error:
        with ending.undisturbed():
            run.close()  # pytest finishes only sessions that have started
        if isinstance(error, KeyboardInterrupt):
            raise
        raise pytest.UsageError(run.redactor.strike(str(error))) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker which embedded mock the controller started."""
    run = node.config.stash.get(RUN, None)
    if run is not None:
        fewest = min(map(len, run.taken.values()), default=1)
        seats = node.config.stash.setdefault(SEATS, Seats(fewest if fewest == run.plan.workers else 1))
        node.workerinput.update(messages.told(run, seats.take(node.gateway.id)))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add up what a worker sent; one that has died is told by the exit code."""
    node.config.stash[CRASHED] = node.config.stash.get(CRASHED, False) or error is not None
    run = node.config.stash.get(RUN, None)
    if SEATS in node.config.stash:
        node.config.stash[SEATS].leave(node.gateway.id)
    if run is not None:
        messages.added(run, getattr(node, "workeroutput", {}))


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt() -> None:
    """Let nothing else go on before pytest tells of the interruption."""
    if "run" in _CONTROLLER:
        ending.halt(_CONTROLLER["run"])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Restore, report, and turn verdicts into the exit code."""
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    if _is_worker(session.config):
        session.config.workeroutput.update(messages.summed_up(run))  # type: ignore[attr-defined]  # xdist
        return
    run.expected = session.testscollected
    with ending.undisturbed():
        run.close()
    if not (run.plan.dry_run or session.config.option.collectonly):
        session.exitstatus = ending.code(run, exitstatus, crashed=session.config.stash.get(CRASHED, False))


# --- collection -----------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each API and field that the rule is about, with our own ids."""
    rule, run = rule_of(metafunc.function), metafunc.config.stash.get(RUN, None)
    if rule is None or run is None:
        return
    apis = run.plan.apis if run.plan.includes(rule) else ()
    # Another project may hold its own code to no warnings at all; one of a library here is no violation.
    tolerant = [] if has_own_settings(metafunc.config) else [pytest.mark.filterwarnings("ignore")]
    shares = metafunc.config.stash.get(SHARES, Shares())
    items = [
        (api, case, number)
        for api in apis
        for case, number in zip(rule.items(api), cycle(shares.records(run.parties(api.name))), strict=False)
    ]
    metafunc.parametrize(
        ("party", "case"),
        [
            pytest.param(
                (api.name, case.field, number),
                case.value,
                id=f"{api.name}-{case.field}",
                marks=[
                    pytest.mark.xdist_group(shares.group((api.name, rule.id, case.field), number, len(run.parties(api.name)))),
                    getattr(pytest.mark, rule.family),
                    *tolerant,
                ],
            )
            for api, case, number in items
        ],
        indirect=["party"],
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Leave out rules that have no case here, put rough and then generated ones last, and take this shard's share of the rest."""
    run = config.stash.get(RUN, None)
    if run is not None:
        _arrange(config, run, items)
    yield
    if run is not None:
        _deal(config, run, items)


def _deal(config: pytest.Config, run: Run, items: list[pytest.Item]) -> None:
    """Number the items that are to be judged, and leave out those of other shards."""
    rules = [item for item in items if _rule(item) is not None]
    for number, item in enumerate(rules):
        item.stash[ORDER] = number
    if run.plan.shard is not None:
        share = run.plan.shard.share(_key(item) for item in rules)
        others = [item for item in rules if _key(item) not in share]
        config.hook.pytest_deselected(items=others)
        left_out = set(others)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell a run that arranges its items itself which ones were selected."""
    if RUN in session.config.stash:
        rules = [each for each in session.items if isinstance(each, pytest.Function) and _rule(each) and _has_case(each)]
        expect(session.config.stash[RUN], [_asked(item) for item in rules])


def _asked(item: pytest.Function) -> Asked:
    (api, _rule_id, field), case = _key(item), _parameters(item)["case"]
    return Asked(api, rule=_rule(item), field=field, value=case, call=lambda party: item.obj(party=party, case=case))


def _key(item: pytest.Item) -> tuple[str, str, str]:
    """What names an item on every machine."""
    api, field, _number = _parameters(item)["party"]
    return api, _rule(item).id, field


def _arrange(config: pytest.Config, run: Run, items: list[pytest.Item]) -> None:
    try:
        options.check_rules(run.plan.rules)
    except TargetError as error:
        raise pytest.UsageError(str(error)) from None
    idle = [item for item in items if _rule(item) is not None and not _has_case(item)]
    if idle:
        config.hook.pytest_deselected(items=idle)
    items[:] = sorted((item for item in items if item not in idle), key=_turn)
    if run.will_be_cut(len(items)):
        items[:] = [*(each for each in items if _rule(each) is None), *soonest((each for each in items if _rule(each)), _rule)]


def _has_case(item: pytest.Item) -> bool:
    """False for the placeholder that pytest makes for a rule without any item."""
    return isinstance(_parameters(item)["party"], tuple)


def _parameters(item: pytest.Item) -> dict[str, Any]:
    """What ``pytest_generate_tests`` gave the item."""
    found: dict[str, Any] = item.callspec.params  # type: ignore[attr-defined]  # every item of a rule is parametrized
    return found


def _turn(item: pytest.Item) -> int:
    rule = _rule(item)
    return 0 if rule is None else int(rule.turn)


def _rule(item: pytest.Item) -> Any:
    return rule_of(getattr(item, "function", None))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With --dry-run, list the items by rule and send nothing."""
    run = session.config.stash.get(RUN, None)
    if run is None or not run.plan.dry_run or _is_worker(session.config):
        return None
    terminal.list_items(session.config, [(_rule(item), _parameters(item)["party"][:2]) for item in session.items if _rule(item)])
    return True


# --- judging --------------------------------------------------------------------------------------------------------


@pytest.fixture
def party(request: pytest.FixtureRequest) -> str:
    """The API whose record is under test; ``pytest_pyfunc_call`` gives the rule the record itself."""
    return str(request.param[0])


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a rule, and turn how it ends into a result."""
    rule, run = _rule(pyfuncitem), pyfuncitem.config.stash.get(RUN, None)
    if rule is None or run is None:
        return None
    asked = _asked(pyfuncitem)
    judged, outcome = run.judge(asked.api, rule, asked.field, asked.call, _parameters(pyfuncitem)["party"][2])
    result = replace(judged, order=pyfuncitem.stash[ORDER])
    pyfuncitem.stash[RESULT] = result
    pyfuncitem.user_properties += [(name, getattr(result, name)) for name in ("rule", "family", "level", "field", "verdict")]
    pyfuncitem.user_properties += [(f"known_{name}", text) for name, text in (result.known or {}).items() if text]
    _raise_for(result, run.plan, outcome)
    return True


def _raise_for(result: Result, plan: Plan, outcome: BaseException | None) -> None:
    """What pytest is to make of it: failed, skipped or passed."""
    if result.fails(strict=plan.strict):
        pytest.fail(f"{result.title} Expected {result.expected}; {result.actual}", pytrace=False)
    if outcome is not None and not isinstance(outcome, Violation | Observed | NotJudged):
        pytest.fail(f"{result.actual}", pytrace=False)
    if result.verdict == Verdict.NOT_JUDGED:
        pytest.skip(result.actual or "not judged")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Attach the result to the report, so that it reaches the controller."""
    report: Any = yield
    result = item.stash.get(RESULT, None)
    if result is not None and call.when == "call":
        report.contract_result = result.to_dict()
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the controller, take the result of a finished item."""
    run = _CONTROLLER.get("run")
    found = getattr(report, "contract_result", None)
    if run is not None and found is not None:
        run.add(Result.from_dict(found))


_CONTROLLER: dict[str, Run] = {}
"""The run of this process while its session lasts: ``pytest_runtest_logreport`` is not given the configuration."""


def pytest_unconfigure() -> None:
    """Forget the run."""
    _CONTROLLER.clear()


def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """Letters for verdicts that pytest has no word for; the counts stay pytest's."""
    found = getattr(report, "contract_result", None)
    if found is None or report.failed:
        return None
    if found["verdict"] == Verdict.OBSERVED:
        return "passed", "o", "OBSERVED"
    if found["verdict"] == Verdict.VIOLATES:
        return "passed", "w", "SHOULD"
    if found["verdict"] == Verdict.KNOWN:
        return "passed", "k", "KNOWN"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The matrix, the violations and the restoration."""
    run = config.stash.get(RUN, None)
    if run is not None and run.reports:
        terminal.summary(terminalreporter, run)
