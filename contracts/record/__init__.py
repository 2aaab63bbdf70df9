"""The record under test: reading, patching, saving and restoring it, and what a patch is expected to leave behind.

A ``Target`` comes in; readings of the record and valid values for its fields go out. Asks ``target`` and ``terms``.
"""
