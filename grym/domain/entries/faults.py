"""What goes wrong with entries: one family, each naming the store and the key it happened to."""

from collections.abc import Mapping

from grym.errors import AdapterError, GrymError, PermanentError, SaturatedError, UnavailableError

MAX_SHOWN = 200
"""Characters of a key that travel with an error."""

Details = Mapping[str, str | int | float | bool | None]


class EntryError(GrymError):
    """Base of everything typed memory raises; the cause is kept as ``__cause__``.

    Parameters
    ----------
    store
        Name of the store; empty where no store was asked yet.
    key
        Key of the entry; empty where no single one is meant.
    """

    default_code = "entry.fault"

    def __init__(
        self,
        message: str,
        *,
        store: str = "",
        key: str = "",
        code: str | None = None,
        hint: str = "",
        details: Details | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)
        self.store = ""
        self.key = ""
        self.place(store, key)

    def place(self, store: str, key: str) -> None:
        """Say where it happened, unless it was said before."""
        self.store, self.key = self.store or store, self.key or key
        places = {"store": self.store, "key": self.key[:MAX_SHOWN]}
        self.details.update({name: place for name, place in places.items() if place})


class InvalidEntryError(EntryError, PermanentError):
    """Their entry or question: too large, of an unknown kind, expired already, or about a field that is nowhere."""

    default_code = "entry.invalid"


class StoreConfigError(EntryError, PermanentError):
    """A store cannot be made from its configuration; the message names the section or field."""

    default_code = "store.config"


class StoreClosedError(EntryError, PermanentError):
    """A store was used before `initialise` or after `close`."""

    default_code = "store.not_initialised"


class StoreFailedError(EntryError, AdapterError):
    """A store answered, but not as it should."""

    default_code = "store.failed"


class StoreUnavailableError(StoreFailedError, UnavailableError):
    """A store cannot be reached, is full or does not answer in time; it is tried again by itself."""

    default_code = "store.unavailable"


class StoreFullError(StoreUnavailableError):
    """A store takes nothing more in at the moment; what was sent is certainly not in it."""

    default_code = "store.full"


class WritesPendingError(EntryError, SaturatedError):
    """Too many writes wait for a store already; this one was not taken."""

    default_code = "store.saturated"
