"""A connection, and how a request on it is answered."""

from __future__ import annotations

from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from mock_server.web.app import protocol_refusal
from mock_server.web.sockets.answering import Task
from mock_server.web.strict_http import Parser


class RefusalTask(ErrorTask):
    """Answers what waitress itself refuses (no HTTP, too large) as the documents have it, instead of as plain text."""

    def execute(self) -> None:
        """Writes the answer and ends the connection."""
        app: Any = self.channel.server.application
        request: Any = self.request
        response = protocol_refusal(app, request.asked_path, request.error.code, str(request.error.body))
        content = response.get_data()
        self.status = response.status
        self.response_headers = response.headers.to_wsgi_list()
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


class Channel(HTTPChannel):
    """A connection to the mock."""

    parser_class = Parser
    task_class = Task
    error_task_class = RefusalTask

    def handle_read(self) -> None:
        """Reads, and answers what was read."""
        super().handle_read()
        followers: Any = self.server.task_dispatcher
        followers.answer()
