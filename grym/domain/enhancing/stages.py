"""The stages: who surveys, how large each fault is, and which of them only ever take something away."""

from collections.abc import Callable, Mapping

from grym.domain.enhancing.clicks import survey_clicks
from grym.domain.enhancing.clipping import survey_clipping
from grym.domain.enhancing.denoising import survey_noise
from grym.domain.enhancing.hum import survey_hum
from grym.domain.enhancing.levelling import survey_level
from grym.domain.enhancing.rumble import survey_rumble
from grym.domain.enhancing.sound import Survey
from grym.domain.enhancing.tone import MOST_SHARP_DB, survey_balance, survey_sharpness

Fault = Callable[[Mapping[str, float]], float]
"""How large a fault is, ≥ 0, from what a survey found."""

SURVEYS: Mapping[str, Survey] = {
    "declip": survey_clipping,
    "declick": survey_clicks,
    "hum": survey_hum,
    "rumble": survey_rumble,
    "denoise": survey_noise,
    "eq": survey_balance,
    "deess": survey_sharpness,
    "loudness": survey_level,
}


def _amplitude(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))


FAULTS: Mapping[str, Fault] = {
    "declip": lambda found: found["clipped_per_s"],
    "declick": lambda found: found["clicks_per_s"],
    "hum": lambda found: _amplitude(found["hum_dbfs"]),
    "eq": lambda found: found["balance_db"],
    "deess": lambda found: max(0.0, found["sharpness_db"] - MOST_SHARP_DB),
    "loudness": lambda found: found["softness_db"],
    "denoise": lambda found: _amplitude(found["noise_dbfs"]),
    "rumble": lambda found: found["offset"] + _amplitude(found["rumble_dbfs"]),
}

ONCE = frozenset({"denoise", "eq", "deess", "loudness"})
"""What these leave is as it should be; a second time would take more."""

REMOVING = frozenset({"hum", "rumble", "denoise"})
"""What these take away must know nothing of the music."""
