"""What is done to an exchange on purpose: forced answers, ``Prefer``, fault rules, rate limits, broken wires.

A request or a rule asks for it; the exchange is run with it. Asks ``exchange`` and below.
"""
