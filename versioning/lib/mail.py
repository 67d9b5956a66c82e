"""Mail where no server for it is set up: printed where Previse runs, as it is to be read."""

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend


class Printed(EmailBackend):
    """Django's own prints the encoded message, in which a long link is broken in two."""

    def write_message(self, message: EmailMessage) -> None:
        """To whom, what about, and the text."""
        line = "-" * 79
        self.stream.write(
            f"{line}\nTo: {', '.join(message.to)}\nSubject: {message.subject}\n\n{message.body}\n{line}\n"
        )
