"""The way of one request: its steps in their order, the plan of the document, validation, merge, envelope.

A request and the stored state come in; an answer and the next state go out. Asks ``state`` and ``syntax``.
"""
