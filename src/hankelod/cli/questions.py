"""Questions on a terminal: each is asked again until the answer fits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hankelod.messages import console
from hankelod.messages.words import say

Ask = Callable[[str], str]
"""Shows a prompt and returns the line that was typed."""

Fault = Callable[[str], str | None]
"""Returns the reason why an answer does not fit, or None."""


class Choice(NamedTuple):
    """An answer to choose by its number or its name."""

    name: str
    label: str


def on_terminal() -> bool:
    """Tell whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Questions(NamedTuple):
    """Questions in one language."""

    lang: str
    ask: Ask = input
    tell: Callable[[str], object] = console.tell

    def say(self, name: str, /, **values: object) -> None:
        """Show a text of the messages below an empty line."""
        self.tell("\n" + say(name, self.lang, **values))

    def remark(self, name: str, /, **values: object) -> None:
        """Show a text of the messages at an answer."""
        self.tell("  " + say(name, self.lang, **values))

    def line(self, prompt: str, default: str = "", fault: Fault | None = None) -> str:
        """Ask for one line without the spaces around it. An empty line takes the default, shown in brackets.

        Raises KeyboardInterrupt at the end of the input.
        """
        shown = f"{prompt} [{default}]: " if default else f"{prompt}: "
        while True:
            try:
                answer = self.ask(f"  {console.part(shown)}").strip() or default
            except EOFError as end:
                raise KeyboardInterrupt from end
            reason = fault(answer) if fault else None
            if reason is None:
                return answer
            self.tell(f"  {reason}")

    def needed(self, prompt: str, default: str = "", fault: Fault | None = None) -> str:
        """Ask for one line that may not be empty."""

        def reason(answer: str) -> str | None:
            if not answer:
                return say("ask-needed", self.lang)
            return fault(answer) if fault else None

        return self.line(prompt, default, reason)

    def choice(self, prompt: str, choices: Sequence[Choice], default: int = 0) -> Choice:
        """Ask for one of the choices, which are numbered from 1."""
        for number, choice in enumerate(choices, start=1):
            self.tell(f"  {number:>3}  {choice.label}")
        taken = {str(number): choice for number, choice in enumerate(choices, start=1)}
        taken |= {choice.name: choice for choice in choices}

        def reason(answer: str) -> str | None:
            return None if answer in taken else say("ask-number", self.lang, last=len(choices))

        return taken[self.line(prompt, str(default + 1), reason)]

    def agree(self, prompt: str) -> bool:
        """Ask for yes or no; an empty line is no."""
        yes, no = say("ask-yes", self.lang), say("ask-no", self.lang)

        def reason(answer: str) -> str | None:
            fits = any(word.startswith(answer.casefold()) for word in (yes, no))
            return None if fits else say("ask-yes-or-no", self.lang, yes=yes, no=no)

        answer = self.line(f"{prompt} ({yes}/{no})", no, reason)
        return yes.startswith(answer.casefold())
