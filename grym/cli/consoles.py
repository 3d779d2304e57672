"""A console whose reader may leave."""

from rich.console import Console


class PipedConsole(Console):
    """Raises `BrokenPipeError` once nobody reads its output any more, where rich would end the program as failed."""

    def on_broken_pipe(self) -> None:
        """Pass on the error that rich has caught."""
        self.quiet = True
        raise BrokenPipeError
