"""Who is judged: the target file, its credentials and their secrecy, and the one place that sends requests.

Options and a TOML file come in; a ``Target`` and, for each request, an ``Exchange`` without secrets go out. Asks ``terms``.
"""
