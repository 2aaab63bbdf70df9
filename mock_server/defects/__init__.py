"""Deliberate defects: proof that the suite finds what it is for. One file for each family of rules."""

from mock_server.defects.answers import auth, error_envelope, error_status, negotiation, response
from mock_server.defects.defect import DEFECTS, Defect, Wrong, wronged
from mock_server.defects.values import coerced, enums, length, value_types
from mock_server.defects.writes import (
    atomicity,
    concurrency,
    idempotence,
    isolation,
    lasting,
    partial_update,
    policies,
    sequences,
    unaltered,
)

__all__ = [
    "DEFECTS",
    "Defect",
    "Wrong",
    "atomicity",
    "auth",
    "coerced",
    "concurrency",
    "enums",
    "error_envelope",
    "error_status",
    "idempotence",
    "isolation",
    "lasting",
    "length",
    "negotiation",
    "partial_update",
    "policies",
    "response",
    "sequences",
    "unaltered",
    "value_types",
    "wronged",
]
