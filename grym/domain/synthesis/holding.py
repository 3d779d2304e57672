"""Instruments that sound while a key is down: organs, strings, voices, winds, synthesisers."""

from grym.domain.synthesis.formants import OBOE_TUBE, SAX_TUBE, VIOLIN_BODY, VOWEL_AH, VOWEL_OO, WOODEN_BOX
from grym.domain.synthesis.sustained import Sustained
from grym.domain.synthesis.voice import Envelope, Formant

DRAWBAR_ORGAN = Sustained(
    source="drawbars",
    drawbars=((0.5, 0.7), (1.5, 0.45), (1.0, 1.0), (2.0, 0.55), (3.0, 0.3), (4.0, 0.3), (6.0, 0.1), (8.0, 0.15)),
    cutoff_hz=7_000.0,
    sweep_octaves=0.0,
    amplitude=Envelope(attack_s=0.008, decay_s=0.3, sustain=0.95),
    vibrato_cents=5.0,
    vibrato_hz=6.3,
    vibrato_delay_s=0.0,
    stereo=True,
    release_s=0.06,
)
CHURCH_ORGAN = Sustained(
    source="drawbars",
    drawbars=(
        (0.5, 0.5),
        (1.0, 1.0),
        (2.0, 0.7),
        (3.0, 0.25),
        (4.0, 0.45),
        (6.0, 0.15),
        (8.0, 0.22),
        (12.0, 0.06),
        (16.0, 0.07),
    ),
    cutoff_hz=8_000.0,
    sweep_octaves=0.0,
    amplitude=Envelope(attack_s=0.06, decay_s=0.5, sustain=0.95),
    detune_cents=(-2.0, 2.5),
    stereo=True,
    release_s=0.35,
    breath=0.04,
)
ACCORDION = Sustained(
    cutoff_hz=3_000.0,
    sweep_octaves=0.2,
    detune_cents=(-6.0, 0.0, 7.0),
    amplitude=Envelope(attack_s=0.04, decay_s=0.4, sustain=0.9),
    formants=OBOE_TUBE,
    release_s=0.09,
)
SYNTH_BASS = Sustained(
    cutoff_hz=420.0,
    follow=0.5,
    sweep_octaves=2.6,
    resonance=0.9,
    detune_cents=(-4.0, 4.0),
    amplitude=Envelope(attack_s=0.004, decay_s=0.35, sustain=0.7),
    filter=Envelope(attack_s=0.004, decay_s=0.16, sustain=0.1),
    release_s=0.07,
)
SQUARE_BASS = Sustained(
    source="square",
    cutoff_hz=700.0,
    follow=0.5,
    sweep_octaves=1.6,
    resonance=0.4,
    amplitude=Envelope(attack_s=0.004, decay_s=0.3, sustain=0.75),
    filter=Envelope(attack_s=0.003, decay_s=0.12, sustain=0.15),
    release_s=0.06,
)
SOLO_STRING = Sustained(
    cutoff_hz=3_200.0,
    follow=0.4,
    sweep_octaves=0.5,
    amplitude=Envelope(attack_s=0.09, decay_s=0.5, sustain=0.85),
    filter=Envelope(attack_s=0.14, decay_s=0.6, sustain=0.6),
    vibrato_cents=16.0,
    breath=0.05,
    formants=VIOLIN_BODY,
    release_s=0.14,
)
LOW_STRING = Sustained(
    cutoff_hz=1_900.0,
    follow=0.4,
    sweep_octaves=0.5,
    amplitude=Envelope(attack_s=0.1, decay_s=0.6, sustain=0.85),
    filter=Envelope(attack_s=0.15, decay_s=0.6, sustain=0.6),
    vibrato_cents=11.0,
    vibrato_hz=4.8,
    breath=0.05,
    formants=WOODEN_BOX,
    release_s=0.16,
)
STRING_SECTION = Sustained(
    cutoff_hz=3_200.0,
    follow=0.4,
    sweep_octaves=0.6,
    detune_cents=(-9.0, 1.0, 8.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.16, decay_s=0.8, sustain=0.88),
    filter=Envelope(attack_s=0.25, decay_s=0.9, sustain=0.6),
    vibrato_cents=6.0,
    formants=VIOLIN_BODY,
    most_partials=32,
    release_s=0.35,
)
CHOIR = Sustained(
    cutoff_hz=2_600.0,
    follow=0.2,
    sweep_octaves=0.2,
    detune_cents=(-10.0, 0.0, 9.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.18, decay_s=0.7, sustain=0.9),
    vibrato_cents=9.0,
    vibrato_hz=5.4,
    breath=0.05,
    formants=VOWEL_AH,
    most_partials=32,
    release_s=0.35,
)
VOICE_OO = Sustained(
    cutoff_hz=1_300.0,
    follow=0.3,
    sweep_octaves=0.2,
    detune_cents=(-8.0, 7.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.14, decay_s=0.6, sustain=0.9),
    vibrato_cents=10.0,
    breath=0.06,
    formants=VOWEL_OO,
    most_partials=24,
    release_s=0.3,
)
TRUMPET = Sustained(
    cutoff_hz=1_700.0,
    follow=0.35,
    sweep_octaves=1.4,
    amplitude=Envelope(attack_s=0.035, decay_s=0.4, sustain=0.85),
    filter=Envelope(attack_s=0.06, decay_s=0.5, sustain=0.6),
    vibrato_cents=7.0,
    vibrato_delay_s=0.5,
    breath=0.02,
    formants=(Formant(centre_hz=1_200.0, width_hz=500.0, gain_db=5.0),),
    release_s=0.09,
)
LOW_BRASS = Sustained(
    cutoff_hz=900.0,
    follow=0.4,
    sweep_octaves=1.4,
    amplitude=Envelope(attack_s=0.05, decay_s=0.4, sustain=0.85),
    filter=Envelope(attack_s=0.08, decay_s=0.5, sustain=0.6),
    breath=0.02,
    formants=(Formant(centre_hz=520.0, width_hz=250.0, gain_db=5.0),),
    release_s=0.1,
)
HORN = Sustained(
    cutoff_hz=1_050.0,
    follow=0.3,
    sweep_octaves=1.1,
    amplitude=Envelope(attack_s=0.07, decay_s=0.5, sustain=0.88),
    filter=Envelope(attack_s=0.1, decay_s=0.6, sustain=0.6),
    vibrato_cents=4.0,
    breath=0.02,
    formants=(Formant(centre_hz=440.0, width_hz=200.0, gain_db=4.0),),
    release_s=0.13,
)
BRASS_SECTION = Sustained(
    cutoff_hz=1_400.0,
    follow=0.35,
    sweep_octaves=1.5,
    detune_cents=(-6.0, 6.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.04, decay_s=0.4, sustain=0.85),
    filter=Envelope(attack_s=0.07, decay_s=0.4, sustain=0.5),
    release_s=0.12,
)
SAXOPHONE = Sustained(
    cutoff_hz=3_000.0,
    follow=0.3,
    sweep_octaves=0.8,
    amplitude=Envelope(attack_s=0.04, decay_s=0.4, sustain=0.85),
    filter=Envelope(attack_s=0.07, decay_s=0.5, sustain=0.6),
    vibrato_cents=11.0,
    breath=0.07,
    formants=SAX_TUBE,
    release_s=0.09,
)
OBOE = Sustained(
    cutoff_hz=3_000.0,
    follow=0.2,
    sweep_octaves=0.3,
    amplitude=Envelope(attack_s=0.045, decay_s=0.4, sustain=0.9),
    vibrato_cents=9.0,
    breath=0.02,
    formants=OBOE_TUBE,
    release_s=0.08,
)
BASSOON = Sustained(
    cutoff_hz=1_300.0,
    follow=0.3,
    sweep_octaves=0.4,
    amplitude=Envelope(attack_s=0.05, decay_s=0.4, sustain=0.9),
    vibrato_cents=6.0,
    breath=0.02,
    formants=(Formant(centre_hz=480.0, width_hz=150.0, gain_db=9.0),),
    release_s=0.09,
)
CLARINET = Sustained(
    source="square",
    cutoff_hz=1_800.0,
    follow=0.4,
    sweep_octaves=0.4,
    amplitude=Envelope(attack_s=0.05, decay_s=0.4, sustain=0.9),
    vibrato_cents=4.0,
    breath=0.03,
    release_s=0.09,
)
FLUTE = Sustained(
    source="drawbars",
    drawbars=((1.0, 1.0), (2.0, 0.34), (3.0, 0.13), (4.0, 0.05), (5.0, 0.02)),
    cutoff_hz=4_000.0,
    sweep_octaves=0.4,
    amplitude=Envelope(attack_s=0.06, decay_s=0.4, sustain=0.9),
    vibrato_cents=12.0,
    vibrato_hz=4.9,
    breath=0.12,
    release_s=0.1,
)
WHISTLE = Sustained(
    source="drawbars",
    drawbars=((1.0, 1.0), (2.0, 0.1), (3.0, 0.04)),
    cutoff_hz=5_000.0,
    sweep_octaves=0.2,
    amplitude=Envelope(attack_s=0.05, decay_s=0.4, sustain=0.9),
    vibrato_cents=14.0,
    breath=0.16,
    release_s=0.1,
)
SQUARE_LEAD = Sustained(
    source="square",
    cutoff_hz=2_400.0,
    sweep_octaves=0.8,
    detune_cents=(-4.0, 4.0),
    amplitude=Envelope(attack_s=0.008, decay_s=0.4, sustain=0.8),
    vibrato_cents=10.0,
    release_s=0.12,
)
SAW_LEAD = Sustained(
    cutoff_hz=2_600.0,
    sweep_octaves=1.2,
    resonance=0.4,
    detune_cents=(-9.0, 0.0, 8.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.008, decay_s=0.4, sustain=0.8),
    vibrato_cents=8.0,
    release_s=0.15,
)
PLUCK_LEAD = Sustained(
    cutoff_hz=900.0,
    sweep_octaves=2.6,
    resonance=0.5,
    detune_cents=(-6.0, 6.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.003, decay_s=0.3, sustain=0.25),
    filter=Envelope(attack_s=0.003, decay_s=0.14, sustain=0.1),
    release_s=0.25,
)
WARM_PAD = Sustained(
    cutoff_hz=900.0,
    sweep_octaves=0.9,
    resonance=0.15,
    detune_cents=(-11.0, -1.0, 10.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.35, decay_s=1.2, sustain=0.9),
    filter=Envelope(attack_s=0.8, decay_s=1.6, sustain=0.5),
    most_partials=32,
    release_s=0.9,
)
BRIGHT_PAD = Sustained(
    cutoff_hz=1_900.0,
    sweep_octaves=0.9,
    resonance=0.2,
    detune_cents=(-13.0, 0.0, 12.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.25, decay_s=1.2, sustain=0.88),
    filter=Envelope(attack_s=0.6, decay_s=1.4, sustain=0.5),
    most_partials=36,
    release_s=0.8,
)
HALO_PAD = Sustained(
    source="triangle",
    cutoff_hz=2_500.0,
    sweep_octaves=0.5,
    detune_cents=(-8.0, 0.0, 9.0),
    stereo=True,
    amplitude=Envelope(attack_s=0.45, decay_s=1.2, sustain=0.9),
    breath=0.03,
    release_s=1.1,
)
