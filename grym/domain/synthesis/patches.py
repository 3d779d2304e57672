"""Which voice plays a General MIDI program: a table, so that a sound is changed without touching code.

The 128 programs come in sixteen families of eight; a program without a voice of its own takes its family's.
"""

from grym.domain.synthesis.fm import FrequencyModulated, Operator
from grym.domain.synthesis.modal import Plucked, Struck
from grym.domain.synthesis.sustained import Sustained
from grym.domain.synthesis.voice import Envelope, Formant, Voice

WOODEN_BOX = (
    Formant(centre_hz=105.0, width_hz=35.0, gain_db=5.0),
    Formant(centre_hz=210.0, width_hz=70.0, gain_db=4.0),
)
VIOLIN_BODY = (
    Formant(centre_hz=290.0, width_hz=90.0, gain_db=4.0),
    Formant(centre_hz=480.0, width_hz=120.0, gain_db=4.0),
    Formant(centre_hz=2_600.0, width_hz=900.0, gain_db=5.0),
)
VOWEL_AH = (
    Formant(centre_hz=700.0, width_hz=150.0, gain_db=13.0),
    Formant(centre_hz=1_150.0, width_hz=200.0, gain_db=10.0),
    Formant(centre_hz=2_700.0, width_hz=400.0, gain_db=8.0),
)
VOWEL_OO = (
    Formant(centre_hz=330.0, width_hz=110.0, gain_db=13.0),
    Formant(centre_hz=800.0, width_hz=160.0, gain_db=7.0),
)
OBOE_TUBE = (
    Formant(centre_hz=1_100.0, width_hz=300.0, gain_db=11.0),
    Formant(centre_hz=2_900.0, width_hz=600.0, gain_db=6.0),
)
SAX_TUBE = (
    Formant(centre_hz=600.0, width_hz=250.0, gain_db=8.0),
    Formant(centre_hz=1_800.0, width_hz=700.0, gain_db=5.0),
)

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
SITAR = Plucked(pluck=0.06, ring_s=5.5, stretch=0.1, brightness_hz=5_000.0, rolloff=0.6)
BANJO = Plucked(pluck=0.1, ring_s=1.4, stretch=0.16, brightness_hz=5_000.0, rolloff=0.7)
KOTO = Plucked(pluck=0.1, ring_s=3.0, stretch=0.18, brightness_hz=4_000.0, rolloff=0.8)
KALIMBA = Struck(
    ratios=(1.0, 5.4, 10.8), rolloff=1.6, strike=0.0, brightness_hz=4_500.0, ring_s=1.8, damping_hz=1_500.0, knock=0.05
)

FAMILIES: tuple[Voice, ...] = (
    GRAND_PIANO,
    CELESTA,
    DRAWBAR_ORGAN,
    STEEL_GUITAR,
    FINGER_BASS,
    STRING_SECTION,
    STRING_SECTION,
    TRUMPET,
    SAXOPHONE,
    FLUTE,
    SAW_LEAD,
    WARM_PAD,
    FM_BELL,
    KOTO,
    MARIMBA,
    HALO_PAD,
)

PROGRAMS: dict[int, Voice] = {
    1: BRIGHT_PIANO, 2: FELT_PIANO, 3: HONKY_TONK, 4: TINE_PIANO, 5: DIGITAL_PIANO, 6: HARPSICHORD, 7: CLAVINET,
    9: GLOCKENSPIEL, 10: MUSIC_BOX, 11: VIBRAPHONE, 12: MARIMBA, 13: XYLOPHONE, 14: TUBULAR_BELL, 15: KOTO,
    19: CHURCH_ORGAN, 20: CHURCH_ORGAN, 21: ACCORDION, 22: ACCORDION, 23: ACCORDION,
    24: NYLON_GUITAR, 26: JAZZ_GUITAR, 27: CLEAN_GUITAR, 28: MUTED_GUITAR, 29: DRIVEN_GUITAR, 30: DRIVEN_GUITAR,
    32: UPRIGHT_BASS, 34: PICKED_BASS, 36: PICKED_BASS, 37: PICKED_BASS, 38: SYNTH_BASS, 39: SQUARE_BASS,
    40: SOLO_STRING, 41: SOLO_STRING, 42: LOW_STRING, 43: LOW_STRING, 45: PIZZICATO, 46: HARP, 47: TIMPANI,
    50: WARM_PAD, 51: BRIGHT_PAD, 52: CHOIR, 53: VOICE_OO, 54: CHOIR,
    57: LOW_BRASS, 58: LOW_BRASS, 60: HORN, 61: BRASS_SECTION, 62: BRASS_SECTION, 63: BRASS_SECTION,
    68: OBOE, 69: OBOE, 70: BASSOON, 71: CLARINET, 78: WHISTLE, 79: WHISTLE,
    80: SQUARE_LEAD, 84: PLUCK_LEAD, 85: VOICE_OO,
    88: HALO_PAD, 90: BRIGHT_PAD, 91: CHOIR, 94: HALO_PAD, 96: FM_BELL, 98: FM_BELL,
    104: SITAR, 105: BANJO, 108: KALIMBA, 109: ACCORDION, 110: SOLO_STRING, 111: OBOE, 112: GLOCKENSPIEL,
}  # fmt: skip


def voice_of(program: int) -> Voice:
    """Return the voice of a General MIDI program 0–127."""
    return PROGRAMS.get(program, FAMILIES[program // 8])
