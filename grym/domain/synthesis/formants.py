"""Resonances of bodies, tubes and vowels, which several voices share."""

from grym.domain.synthesis.voice import Formant

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
