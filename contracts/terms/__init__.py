"""The words that every room uses: a rule, a verdict and what a rule raises to state one.

Nothing comes in from a target here. This room asks no other one.
"""
