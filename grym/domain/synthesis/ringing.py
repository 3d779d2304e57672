"""Instruments that are set off and ring out: pianos, mallets, bells, guitars, harps, plucked basses."""

from grym.domain.synthesis.fm import FrequencyModulated, Operator
from grym.domain.synthesis.formants import VIOLIN_BODY, WOODEN_BOX
from grym.domain.synthesis.modal import Plucked, Struck
from grym.domain.synthesis.voice import Formant

GRAND_PIANO = Struck()
BRIGHT_PIANO = Struck(brightness_hz=3_600.0, rolloff=0.7)
HONKY_TONK = Struck(brightness_hz=3_000.0, detune_cents=7.0)
FELT_PIANO = Struck(brightness_hz=1_300.0, knock=0.05, rolloff=0.95)
TINE_PIANO = FrequencyModulated(
    operators=(
        Operator(index=1.1, index_fade_s=0.9, ring_s=5.5),
        Operator(ratio=1.0, modulator_ratio=14.0, index=0.5, index_fade_s=0.08, ring_s=2.0, level=0.3),
        Operator(ratio=2.0, modulator_ratio=1.0, index=0.4, index_fade_s=0.5, ring_s=3.0, level=0.18),
    ),
    tremolo=0.3,
)
DIGITAL_PIANO = FrequencyModulated(
    operators=(
        Operator(index=1.5, index_fade_s=0.6, ring_s=6.0),
        Operator(ratio=3.0, modulator_ratio=14.0, index=0.7, index_fade_s=0.05, ring_s=0.8, level=0.22),
    ),
)
HARPSICHORD = Plucked(pluck=0.09, ring_s=4.5, stretch=0.12, brightness_hz=6_500.0, rolloff=0.7)
CLAVINET = Plucked(pluck=0.12, ring_s=2.0, stretch=0.2, brightness_hz=4_800.0, rolloff=0.8, drive=0.1)
CELESTA = Struck(ratios=(1.0, 2.0, 4.0, 6.7), rolloff=1.3, strike=0.0, brightness_hz=5_000.0, ring_s=2.6, knock=0.01)
GLOCKENSPIEL = Struck(
    ratios=(1.0, 2.76, 5.40, 8.93),
    rolloff=1.0,
    strike=0.0,
    brightness_hz=9_000.0,
    ring_s=3.5,
    damping_hz=6_000.0,
    knock=0.005,
)
MUSIC_BOX = Struck(
    ratios=(1.0, 2.0, 3.01, 6.27), rolloff=1.2, strike=0.0, brightness_hz=6_000.0, ring_s=2.8, knock=0.02
)
VIBRAPHONE = Struck(
    ratios=(1.0, 3.98, 9.9),
    rolloff=1.9,
    strike=0.0,
    brightness_hz=5_000.0,
    ring_s=7.0,
    damping_hz=3_000.0,
    knock=0.01,
    detune_cents=1.5,
)
MARIMBA = Struck(
    ratios=(1.0, 3.93, 9.24), rolloff=1.6, strike=0.0, brightness_hz=2_800.0, ring_s=1.4, damping_hz=900.0, knock=0.05
)
XYLOPHONE = Struck(
    ratios=(1.0, 3.0, 6.1, 10.2),
    rolloff=1.1,
    strike=0.0,
    brightness_hz=6_000.0,
    ring_s=0.9,
    damping_hz=2_500.0,
    knock=0.05,
)
TUBULAR_BELL = Struck(
    ratios=(0.5, 1.0, 1.19, 1.5, 2.0, 2.52, 3.01, 4.02),
    rolloff=0.7,
    strike=0.0,
    brightness_hz=3_000.0,
    ring_s=9.0,
    knock=0.01,
    detune_cents=2.0,
)
FM_BELL = FrequencyModulated(
    operators=(
        Operator(modulator_ratio=3.5, index=2.2, index_fade_s=1.2, ring_s=6.0),
        Operator(ratio=2.0, modulator_ratio=1.41, index=0.8, index_fade_s=0.6, ring_s=3.0, level=0.3),
    )
)
NYLON_GUITAR = Plucked(pluck=0.2, ring_s=3.6, stretch=0.32, brightness_hz=1_900.0, formants=WOODEN_BOX)
STEEL_GUITAR = Plucked(pluck=0.14, ring_s=5.0, stretch=0.12, brightness_hz=5_500.0, rolloff=0.8, formants=WOODEN_BOX)
JAZZ_GUITAR = Plucked(pluck=0.3, ring_s=3.2, stretch=0.4, brightness_hz=1_300.0)
CLEAN_GUITAR = Plucked(pluck=0.16, ring_s=5.0, stretch=0.22, brightness_hz=3_000.0)
MUTED_GUITAR = Plucked(pluck=0.16, ring_s=0.5, stretch=0.4, brightness_hz=1_800.0, release_s=0.05)
DRIVEN_GUITAR = Plucked(
    pluck=0.18,
    ring_s=7.0,
    stretch=0.2,
    brightness_hz=2_200.0,
    drive=0.7,
    formants=(Formant(centre_hz=900.0, width_hz=500.0, gain_db=5.0),),
    gain_db=-2.0,
)
UPRIGHT_BASS = Plucked(
    pluck=0.28,
    ring_s=1.9,
    stretch=0.42,
    brightness_hz=520.0,
    rolloff=0.9,
    formants=(Formant(centre_hz=110.0, width_hz=50.0, gain_db=4.0),),
    release_s=0.1,
    gain_db=1.5,
)
FINGER_BASS = Plucked(
    pluck=0.22, ring_s=2.8, stretch=0.35, brightness_hz=800.0, rolloff=0.9, release_s=0.08, gain_db=1.0
)
PICKED_BASS = Plucked(
    pluck=0.12, ring_s=2.8, stretch=0.28, brightness_hz=1_400.0, drive=0.05, release_s=0.07, gain_db=0.5
)
PIZZICATO = Plucked(pluck=0.15, ring_s=0.55, stretch=0.3, brightness_hz=2_400.0, formants=VIOLIN_BODY)
HARP = Plucked(pluck=0.4, ring_s=4.5, stretch=0.22, brightness_hz=2_600.0, rolloff=1.1, release_s=0.6)
TIMPANI = Struck(
    ratios=(1.0, 1.5, 1.99, 2.44, 2.89),
    rolloff=0.6,
    strike=0.0,
    brightness_hz=700.0,
    ring_s=2.2,
    damping_hz=350.0,
    knock=0.25,
    release_s=0.4,
)
SITAR = Plucked(pluck=0.06, ring_s=5.5, stretch=0.1, brightness_hz=5_000.0, rolloff=0.6)
BANJO = Plucked(pluck=0.1, ring_s=1.4, stretch=0.16, brightness_hz=5_000.0, rolloff=0.7)
KOTO = Plucked(pluck=0.1, ring_s=3.0, stretch=0.18, brightness_hz=4_000.0, rolloff=0.8)
KALIMBA = Struck(
    ratios=(1.0, 5.4, 10.8), rolloff=1.6, strike=0.0, brightness_hz=4_500.0, ring_s=1.8, damping_hz=1_500.0, knock=0.05
)
