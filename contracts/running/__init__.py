"""A run from its options to its end: plan, saving, judging each item, restoring, exit code.

Options come in; results go to ``reports``. Asks every room but ``drafting``.
"""
