"""One hierarchy: an exception means that the work could not be done (a bad credential is an answer, not an error).

Every error has a public code of satchel.codes, a message that names the thing, and the next step.
"""

from __future__ import annotations

from collections.abc import Mapping

from satchel.codes import CODES


class SatchelError(Exception):
    """The root. `code` is stable and documented; `message` names the thing; `next_step` says what to do."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        next_step: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        known = CODES[code]
        self.code = code
        self.message = message
        self.next_step = known.next_step if next_step is None else next_step
        self.details: Mapping[str, object] = details or {}
        super().__init__(f"{code}: {message}")


class Malformed(SatchelError):
    """Outside bytes are not what their format says (parse.*)."""


class CodecError(SatchelError):
    """A text or binary encoding is broken (codec.*)."""


class KeyFault(SatchelError):
    """A key is of a wrong type, length or value (key.*)."""


class LinkedError(SatchelError):
    """JSON-LD or RDF processing refused the document (linked.*). details["path"] names the place."""


class ProofError(SatchelError):
    """A proof cannot be made or read (proof.*)."""


class DidError(SatchelError):
    """A DID or DID document is broken, unknown or unreachable (did.*)."""


class FetchError(SatchelError):
    """A document could not be fetched, or must not be (fetch.*)."""


class StatusError(SatchelError):
    """A status entry or list cannot be used (status.*)."""


class BakeError(SatchelError):
    """An image cannot carry, or does not give, a credential (bake.*)."""


class SettingsFault(SatchelError):
    """A settings, policy or trust file, or the home folder, is not usable (settings.*)."""


class RegistryFault(SatchelError):
    """What a registry of issuers says cannot be believed (registry.*)."""


class DatabaseFault(SatchelError):
    """The database cannot be opened, read or written (database.*)."""


class TemplateFault(SatchelError):
    """A template cannot be used; details["line"] is its line (template.*)."""


class IssueFault(SatchelError):
    """The issuer node cannot issue or change a status (issue.*, status.*)."""


class WalletFault(SatchelError):
    """The wallet cannot be opened, read or written (wallet.*)."""


class UsageFault(SatchelError):
    """The command line asks for something that does not exist (usage.*)."""
