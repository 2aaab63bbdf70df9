"""Patterns of paths, in which ``*`` stands for any text."""

from __future__ import annotations


def fits_path(wanted: str, path: str) -> bool:
    """Whether a path is the wanted one.

    Each piece between two stars is taken where it comes first, which leaves the most for those behind it: nothing is tried twice,
    as a regular expression with many ``.*`` would.
    """
    first, *pieces = wanted.split("*")
    if not pieces:
        return path == wanted
    last = pieces.pop()
    if not path.startswith(first):
        return False
    place = len(first)
    for piece in pieces:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return len(path) - len(last) >= place and path.endswith(last)
