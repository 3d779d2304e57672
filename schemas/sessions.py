"""What is known of a person: how their attempts ended, what they prefer, and what is to be forgotten or restored.

All that changes what is known travels on the feedback lane, keyed by user, so that whoever folds it meets it in the one
order that counts, and a replay meets it again so. What is answered travels on a topic of its own, by request.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.body import Body, Fault

AttemptOutcome = Literal["completed", "rejected", "dead_lettered", "cancelled"]


class AttemptEnded(Body, frozen=True, kw_only=True):
    """One wish of a person came to an end; what it cost and how good it was.

    Parameters
    ----------
    outcome
        How the request ended.
    mode
        Mode of the key the piece has.
    backend
        What really made the sound; what was asked for where nothing was made.
    model
        Name of the neural model; empty without one.
    input_sha256
        Digest of the wish without its user, deadline and priority: equal wishes have equal ones.
    parameters
        What the finished piece really had, each 0 to 1 by name.
    settings
        What the backend was set to, by name; a name that is missing stood at its default.
    metrics
        What was measured of the piece, by name; finite numbers.
    passed
        Whether every check of its quality was passed.
    rounds
        How many times the music was made, from 1; 0 where it was not.
    wall_s
        Seconds from the request to its end, by the log.
    cpu_s
        Seconds of processor time its performance took; null where nothing was performed.
    """

    TYPE: ClassVar[str] = "grym.attempt.ended.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    outcome: AttemptOutcome
    style: str = ""
    mode: str = ""
    backend: str = ""
    model: str = ""
    input_sha256: str = ""
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    settings: dict[str, float] = msgspec.field(default_factory=dict)
    metrics: dict[str, float] = msgspec.field(default_factory=dict)
    passed: bool = False
    rounds: int = 0
    wall_s: float = 0.0
    cpu_s: float | None = None


class FeedbackNoted(Body, frozen=True, kw_only=True):
    """A person's session has taken in an opinion, or keeps it until it hears of the piece.

    Parameters
    ----------
    known
        Whether the piece is one of the person's attempts.
    profile
        The style profile that the opinion counts for; empty where none is near.
    """

    TYPE: ClassVar[str] = "grym.feedback.noted.v1"
    TOPIC: ClassVar[str] = "grym.sessions.v1"

    feedback_id: str
    known: bool
    profile: str = ""


class PreferSettings(Body, frozen=True, kw_only=True):
    """Ask that a backend is set so for a person from now on.

    Parameters
    ----------
    settings
        Values by name, in the unit of the setting; null gives a setting back to what was learned.
    """

    TYPE: ClassVar[str] = "grym.settings.prefer.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    backend: str
    settings: dict[str, float | None]


class SettingsPreferred(Body, frozen=True, kw_only=True):
    """A person's backend is set so now, or says why not.

    Parameters
    ----------
    settings
        All values of that backend that differ from their default, by name.
    fault
        Why the wish was refused; null where it was not.
    """

    TYPE: ClassVar[str] = "grym.settings.preferred.v1"
    TOPIC: ClassVar[str] = "grym.sessions.v1"

    backend: str
    settings: dict[str, float] = msgspec.field(default_factory=dict)
    fault: Fault | None = None


class ErasePerson(Body, frozen=True, kw_only=True):
    """Ask that everything learned of a person is forgotten. Subject: the erasure, not a request."""

    TYPE: ClassVar[str] = "grym.person.erase.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str


class RestorePerson(Body, frozen=True, kw_only=True):
    """Ask that what is known of a person becomes what a saved file says. Subject: the restoring, not a request.

    Parameters
    ----------
    parts
        Saved states by processor, each as base64; whoever has none there keeps what it knows.
    """

    TYPE: ClassVar[str] = "grym.person.restore.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    parts: dict[str, str]


class PersonForgotten(Body, frozen=True, kw_only=True):
    """A processor knows nothing of a person any more.

    Parameters
    ----------
    by
        Which processor.
    forgotten
        How much it knew, by kind.
    """

    TYPE: ClassVar[str] = "grym.person.forgotten.v1"
    TOPIC: ClassVar[str] = "grym.sessions.v1"

    by: str
    forgotten: dict[str, int] = msgspec.field(default_factory=dict)


class PersonRestored(Body, frozen=True, kw_only=True):
    """A processor knows of a person what a saved file says, or says why not.

    Parameters
    ----------
    by
        Which processor.
    restored
        How much it knows now, by kind.
    fault
        Why the part was refused; null where it was taken.
    """

    TYPE: ClassVar[str] = "grym.person.restored.v1"
    TOPIC: ClassVar[str] = "grym.sessions.v1"

    by: str
    restored: dict[str, int] = msgspec.field(default_factory=dict)
    fault: Fault | None = None


class PersonErased(Body, frozen=True, kw_only=True):
    """Somebody had a person's data removed; no name, no text, only how much it was.

    Parameters
    ----------
    removed
        How much was removed, by kind.
    left
        How many records remain for now, since somebody has yet to read them.
    """

    TYPE: ClassVar[str] = "grym.person.erased.v1"
    TOPIC: ClassVar[str] = "grym.audit.v1"

    by: str
    removed: dict[str, int]
    left: int = 0


class SuggestionData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person's liked pieces suggest for one value.

    Parameters
    ----------
    value
        0.7 of the mean of this style and 0.3 of the mean of all others; one alone where the other is missing.
    specific, general
        How many liked pieces stand behind each.
    missing
        Which of the two there is nothing of; empty where both are there.
    """

    value: float
    specific: int = 0
    general: int = 0
    missing: str = ""


class StyleProfileData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cluster of what a person likes.

    Parameters
    ----------
    name
        What the profile is called.
    vector
        Its centre, each 0 to 1 by name.
    uses, successes
        How many rated pieces were near it, and how many of them had 4 stars or more.
    """

    name: str
    vector: dict[str, float]
    uses: int = 0
    successes: int = 0


class PersonData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a person as a piece of theirs is begun.

    Parameters
    ----------
    settings
        What each backend is set to for them, by backend and name.
    suggestions
        What their liked pieces suggest for this style, by parameter.
    profiles
        Clusters of what they like.
    """

    settings: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    suggestions: dict[str, SuggestionData] = msgspec.field(default_factory=dict)
    profiles: tuple[StyleProfileData, ...] = ()
