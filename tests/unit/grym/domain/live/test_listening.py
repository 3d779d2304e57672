"""One window after the other."""

from collections.abc import Sequence

import numpy as np

from grym.domain.live.company import Company, Working, at_once
from grym.domain.live.facts import Followed, KeyHeard
from grym.domain.live.following import FollowerKind, FrameBlock
from grym.domain.live.listening import Listening, Told, Window
from grym.domain.live.meters import Meters
from tests.support.live import MONO, REMEMBERING, Remembering, music, of

STEP = MONO.window_samples
SOUND = music(MONO, seconds=1.0)


def windows(count: int = 10) -> list[Window]:
    """The sound in windows; the fourth lacks its first half."""
    cut = [SOUND[:, number * STEP : (number + 1) * STEP] for number in range(count)]
    missing = {3: ((3 * STEP, 3 * STEP + STEP // 2),)}
    return [Window(number=n, samples=samples, missing=missing.get(n, ())) for n, samples in enumerate(cut)]


def told(listening: Listening, window: Window, meters: Meters) -> Told:
    """Return what is told of a window that is heard alone."""
    return at_once(listening.window(window, meters, Company()))


def test_followers_hear_every_frame_once() -> None:
    """Blocks follow each other without a hole, the padded end included."""
    listening, meters = Listening(MONO, [REMEMBERING]), Meters(MONO)
    said = [fact for window in windows() for fact in told(listening, window, meters)[2]]
    _, last = listening.finish(Window(number=10, samples=SOUND[:, :0]), meters)
    keys = of(KeyHeard, [*said, *last])
    assert len(keys) == 11
    assert round(keys[-1].at_s * 44_100 / 512) == 1 + SOUND.shape[1] // 512


def test_frames_that_touch_what_is_missing_are_marked() -> None:
    """The follower counts frames whose 46 ms touch the 50 ms that are missing: those that reach into both sides too."""
    marks: list[bool] = []

    class Marking(Remembering):
        """Notes the marks it is given."""

        def follow(self, block: FrameBlock, company: Company) -> Working[Sequence[Followed]]:
            """Note them."""
            marks.extend(block.missing.tolist())
            return super().follow(block, company)

    kind = FollowerKind(
        name="marking", begun=lambda _short, _long: Marking(), restored=lambda _s, _l, _state: Marking()
    )
    listening, meters = Listening(MONO, [kind]), Meters(MONO)
    for window in windows():
        told(listening, window, meters)
    centres = np.arange(len(marks)) * 512
    touching = (centres + 1_024 > 3 * STEP) & (centres - 1_024 < 3 * STEP + STEP // 2)
    np.testing.assert_array_equal(marks, touching)
    assert listening.state()["missing"] == []


def test_a_follower_the_state_does_not_know_begins_there() -> None:
    """A new kind of follower may listen to a stream that an older grym began."""
    listening, meters = Listening(MONO, []), Meters(MONO)
    for window in windows(5):
        told(listening, window, meters)
    restored = Listening.restored(MONO, [REMEMBERING], listening.state())
    (said,) = told(restored, windows()[5], meters)[2]
    assert round(said.at_s * 44_100 / 512) in {8, 9}


def test_share_of_what_is_missing() -> None:
    """Half a window."""
    assert windows()[3].missing_share == 0.5
    assert windows()[2].missing_share == 0.0
