"""What a session contributes to a piece: settings of its backend under the request's own, and suggestions."""

import msgspec

from schemas.commands import RequestComposition
from schemas.events import PatternsRecalled
from schemas.sessions import PersonData, StyleProfileData, SuggestionData
from streams.coordinator.run import Answers, Run
from streams.coordinator.standing import candidates, settings_of, suggestions_told

PERSON = PersonData(
    settings={"synth": {"room_db": 3.0, "bass_db": 1.0}},
    suggestions={"pace": SuggestionData(value=0.2, specific=2, missing="general")},
    profiles=(StyleProfileData(name="waltz-1", vector={"pace": 0.1, "minor": 1.0, "strings": 0.9}),),
)


def run_for(person: PersonData | None = PERSON, **wish: object) -> Run:
    """Return a run whose recall told of a person."""
    request = msgspec.convert({"prompt": "a waltz"} | wish, RequestComposition)
    recalled = PatternsRecalled(known=False, person=person)
    return Run(request_id="r", status="running", answers=Answers(recall=recalled)).asking(request)


def test_the_backends_that_may_sound_get_their_settings() -> None:
    """Of `auto` both renderers, of one by name that one, without sound none."""
    assert settings_of(run_for()) == {"synth": {"room_db": 3.0, "bass_db": 1.0}}
    assert settings_of(run_for(backend="soundfont")) == {}
    assert settings_of(run_for(backend="score")) == {}
    assert candidates("auto") == ("synth", "soundfont")


def test_the_request_wins_over_the_session() -> None:
    """Setting by setting."""
    assert settings_of(run_for(settings={"room_db": -2.0}))["synth"] == {"room_db": -2.0, "bass_db": 1.0}
    assert settings_of(run_for(settings={"room_db": -2.0}))["soundfont"] == {"room_db": -2.0}


def test_without_taste_nothing_learned_is_used() -> None:
    """What the request asks for still is."""
    assert settings_of(run_for(taste=False)) == {}
    assert settings_of(run_for(taste=False, backend="synth", settings={"room_db": 1.0})) == {"synth": {"room_db": 1.0}}


def test_nobody_known_is_nothing_told() -> None:
    """No suggestion, no profile."""
    assert settings_of(run_for(None)) == {}
    assert suggestions_told(run_for(None), {"pace": 0.1}) == {"parameters": {}, "profile": None, "likeness": 0.0}


def test_suggestions_name_the_profile_the_piece_is_near_to() -> None:
    """And none where it is far from all."""
    near = suggestions_told(run_for(), {"pace": 0.2, "minor": 1.0, "strings": 0.8})
    assert near["profile"] == "waltz-1"
    assert near["parameters"]["pace"] == {"value": 0.2, "specific": 2, "general": 0, "missing": "general"}
    far = suggestions_told(run_for(), {"pace": 0.9, "minor": 0.0, "strings": 0.0})
    assert far["profile"] is None
    assert far["likeness"] < 0.8
