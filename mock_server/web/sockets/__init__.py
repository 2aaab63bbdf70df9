"""The mock's connections: who reads from them and who answers, and how an answer is written.

Built on waitress, by its classes for a connection, a parser, a task and a dispatcher of tasks.
"""
