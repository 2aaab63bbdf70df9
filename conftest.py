"""Loads the suite's options and hooks, so that they are there for every run from the checkout."""

pytest_plugins = ["contracts.plugin"]
