"""How this room says no: a refusal collects the path from the place it happened up to the document."""

from __future__ import annotations

from typing import Final, NoReturn

from satchel.errors import LinkedError

_SHOWN_CHARS: Final = 80


class Refused(Exception):
    """A document cannot be turned into RDF without loss. Never leaves the room: `as_error` makes it a LinkedError.

    `trail` holds the member names and array indexes, innermost first; each level of the walk adds its own.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.trail: list[str | int] = []

    def as_error(self) -> LinkedError:
        """The public error; details["path"] is the JSON pointer (RFC 6901) of the place."""
        pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in reversed(self.trail))
        return LinkedError(self.code, self.message, details={"path": pointer})


class at:
    """`with at(step):` adds the step to the trail of a refusal that passes; None is no step.

    For rare places: where every value of a document passes, a bare `except` costs nothing.
    """

    __slots__ = ("_step",)

    def __init__(self, step: str | int | None) -> None:
        self._step = step

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, Refused) and self._step is not None:
            fault.trail.append(self._step)


def shown(value: object) -> str:
    """A value of the document for a message: quoted and cut at 80 characters."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def malformed(message: str) -> NoReturn:
    """Refuse what breaks the syntax of JSON-LD itself."""
    raise Refused("linked.syntax", message)
