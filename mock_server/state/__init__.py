"""What one world keeps: records, clock, settings, snapshots, and the file that outlives the process.

Changes come in from an exchange or the control interface; immutable states go out. Asks ``syntax``.
"""
