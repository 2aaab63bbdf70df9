"""What to declare where no plain patch is accepted at all, or where a reading leaves members out: one line."""

from __future__ import annotations

import re

from contracts.record.keeping.answered import UNSEEN
from contracts.reports.report import RunReport
from contracts.terms.verdict import Verdict

PLAIN = ("sent-field-stored", "no-op-changes-nothing")
"""Rules that set one field, and whose patches nobody has a reason to refuse."""
REFUSED = re.compile(r"the answer was 4(?!0[1345])\d\d\b.*", re.DOTALL)
"""A refusal of what was sent: not of the credential, the path or the method."""
SHOWN = 200


def advice(report: RunReport) -> str:
    """The line, empty where there is nothing to declare."""
    left_out = (each.actual for each in report.results if each.verdict == Verdict.NOT_JUDGED)
    return _refused(report) or next((f"not all is judged: {each}" for each in left_out if each and each.startswith(UNSEEN)), "")


def _refused(report: RunReport) -> str:
    """What the server said, empty where a patch of one field was accepted, or none was refused in words."""
    plain = [each for each in report.results if each.rule in PLAIN]
    if any(each.verdict in (Verdict.CONFORMS, Verdict.OBSERVED) for each in plain):
        return ""
    said = [found[0] for each in plain if each.verdict == Verdict.VIOLATES and (found := REFUSED.search(each.actual or ""))]
    if not said:
        return ""
    return (
        "no patch of one field is accepted. If every patch has to carry more than the document says: list such members under "
        "required in the request schema (what the record shows for them is sent along; values for others stand under [values]), "
        f"and query parameters and headers under [parameters] in the target file. {said[0][:SHOWN]}"
    )
