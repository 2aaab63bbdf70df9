"""The mock and the suite beside others that do comparable work, in one run: ``python -m benchmarks.peers``.

Whatever is missing on the machine is told in the table, and fails nothing. What counts are the ratios of one run.
"""
