"""What a person's session contributes to a piece: settings of its backend, and suggestions told with the result."""

from collections.abc import Mapping
from typing import Any

import msgspec

from grym.domain.sessions.profiles import Profile, recommended
from grym.domain.sessions.settings import SETTINGS
from schemas.sessions import PersonData
from streams.coordinator.run import Run

NOBODY = PersonData()


def person_of(run: Run) -> PersonData:
    """Return what is known of the user of a run."""
    recalled = run.answers.recall
    return recalled.person or NOBODY if recalled else NOBODY


def settings_of(run: Run) -> dict[str, dict[str, float]]:
    """Return what each backend that may make the sound is set to: the request's own wishes over the session's."""
    wish = run.composition
    if wish is None:
        return {}
    known = person_of(run).settings if wish.taste else {}
    wanted = {backend: {**known.get(backend, {}), **wish.settings} for backend in candidates(wish.backend)}
    return {backend: settings for backend, settings in wanted.items() if settings}


def candidates(backend: str) -> tuple[str, ...]:
    """Return the backends with settings that may make the sound of a request."""
    kind = backend.partition("/")[0]
    return tuple(SETTINGS) if kind == "auto" else tuple(name for name in SETTINGS if name == kind)


def settings_told(run: Run) -> dict[str, dict[str, Any]]:
    """Return what the backend was set to, each with where it came from."""
    wish, made = run.composition, run.answers.generate
    assert wish is not None
    assert made is not None
    return {
        name: {"value": value, "source": "request" if name in wish.settings else "session"}
        for name, value in sorted(made.settings.items())
    }


def suggestions_told(run: Run, had: Mapping[str, float]) -> dict[str, Any]:
    """Return what the session suggests for this style, and which profile the piece is near to.

    Parameters
    ----------
    had
        What the piece has, each 0–1 by name.
    """
    person = person_of(run)
    profiles = [
        Profile(name=one.name, vector=one.vector, uses=one.uses, successes=one.successes, styles={})
        for one in person.profiles
    ]
    found = recommended(profiles, had)
    return {
        "parameters": {name: _whole(one) for name, one in sorted(person.suggestions.items())},
        "profile": None if found.profile is None else found.profile.name,
        "likeness": found.likeness,
    }


def _whole(value: Any) -> dict[str, Any]:
    """Return a struct with every key, whether or not the wire leaves it out."""
    return {name: msgspec.to_builtins(getattr(value, name)) for name in value.__struct_fields__}
