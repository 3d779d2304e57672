"""Quality: is a sound good enough? Signal checks always; for a piece also what its score and its plan promise.

The sound is decoded anew behind the one door, so a rating depends on nothing but the artifact. Every check says what
was measured, what was required and what to change; the coordinator turns failed ones into an adapted plan. A sound
that is none is refused, as by the features processor, which may look at it at the same time.
"""

from grym.domain.quality.check import Check, Rating
from grym.domain.quality.piece import heard_length, heard_tempo
from grym.domain.quality.profiles import RECORDING, RELEASE, Profile, profile_from
from grym.errors import InvalidAudioError
from grym.ports.artifacts import ArtifactStore
from grym.ports.sound import TURN_S, AudioDoor, CpuPool, Task, sound_timeout_s
from schemas.body import Body
from schemas.commands import RateQuality
from schemas.envelope import Envelope
from schemas.events import AudioRefused, QualityRated
from streams.processor import Decision, Output
from streams.translate import checks_from_wire, checks_to_wire, fault_of, plan_from_wire

LISTEN: Task[list[Check]] = Task("streams.quality.listening", "listen")
TIMEOUT_S_PER_MINUTE = 4.0
"""A minute of stereo takes 0.2 s of one core, and its decoding as much; far more means that it hangs."""


class Quality:
    """Rates sounds; stateless."""

    name = "quality"
    accepts: tuple[type[Body], ...] = (RateQuality,)
    state_type: type[None] = type(None)
    limit_s = TURN_S

    def __init__(self, *, artifacts: ArtifactStore, cpu: CpuPool, door: AudioDoor) -> None:
        self._artifacts = artifacts
        self._cpu = cpu
        self._door = door

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: a rating depends on nothing but its command and its sound."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Rate one sound."""
        command: RateQuality = envelope.body
        checks = [*checks_from_wire(command.score_checks), *_promised(command)]
        try:
            checks += await self._signal(command)
        except InvalidAudioError as error:
            return Decision(outputs=(Output(body=AudioRefused(fault=fault_of(error), round=command.round)),))
        rating = Rating(checks=tuple(checks))
        body = QualityRated(
            passed=rating.passed,
            checks=checks_to_wire(rating.checks),
            round=command.round,
            profile=profile_of(command).name,
        )
        return Decision(outputs=(Output(body=body),))

    async def _signal(self, command: RateQuality) -> list[Check]:
        if command.audio is None:
            return []
        path = await self._artifacts.local_path(command.audio)
        return await self._cpu.run(
            LISTEN,
            self._door,
            path,
            command.max_seconds,
            profile_of(command),
            timeout_s=sound_timeout_s(command.max_seconds, s_per_minute=TIMEOUT_S_PER_MINUTE),
        )


def profile_of(command: RateQuality) -> Profile:
    """Return what a sound is judged by: what was asked for, else what its purpose calls for.

    Raises
    ------
    InvalidRequestError
        ``quality.profile``: a profile that this worker does not know.
    """
    asked = command.profile
    if asked is None:
        return RELEASE if command.purpose == "composition" else RECORDING
    return profile_from(asked.name, base=asked.base, bounds=asked.bounds)


def _promised(command: RateQuality) -> list[Check]:
    """Return whether the sound keeps what its plan promised, as far as that was measured."""
    if command.plan is None or command.analysis is None:
        return []
    plan, heard = plan_from_wire(command.plan), command.analysis
    found = [
        heard_length(plan, duration_s=heard.duration_s),
        heard_tempo(plan, tempo_bpm=heard.tempo_bpm, confidence=heard.tempo_confidence),
    ]
    return [check for check in found if check is not None]
