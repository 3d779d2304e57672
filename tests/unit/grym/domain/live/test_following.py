"""Blocks as followers get them."""

import numpy as np
import pytest

from grym.domain.live.following import FrameBlock, PitchBlock
from grym.domain.live.pitching import pitch_framing
from grym.domain.stft import framing_for


def test_a_block_knows_its_frames_and_their_times() -> None:
    """Frame k is centred on k hops of the sample clock."""
    pitch = PitchBlock(
        framing=pitch_framing(44_100),
        first_frame=0,
        power=np.zeros((0, 2_049), dtype=np.float32),
        first_sample=0,
        samples=np.zeros(0, dtype=np.float32),
    )
    block = FrameBlock(
        framing=framing_for(44_100),
        first_frame=100,
        mel_power=np.zeros((3, 128), dtype=np.float32),
        missing=np.zeros(3, dtype=bool),
        pitch=pitch,
    )
    assert block.end_frame == 103
    assert block.times_s.tolist() == pytest.approx([51_200 / 44_100, 51_712 / 44_100, 52_224 / 44_100])
