"""``init``: a first spec file for an existing OpenAPI document.

An OpenAPI document comes in, a YAML file with x-contract goes out. Asks ``record`` for values, and ``specs``.
"""
