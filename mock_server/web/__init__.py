"""The mock on a socket: the Flask application, admission, CORS, waitress, and the mock inside a test process.

HTTP comes in and goes out. Asks every room but ``commands``.
"""
