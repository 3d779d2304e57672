"""A sound in words, written from what was measured: every statement follows from a fact, and nothing else is said.

The words for tempo are those of metronomes, the words for brightness and loudness are bounds given below. What is not
sure is told as not sure, and what was not found is not spoken of. Models that describe sound get the same facts beside
it, since they hear tempo and key less well than a measurement does.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grym.domain.harmony.progressions import progression

MODEL = "grym/facts"
"""Who a description is by that was written here."""

Facts = Mapping[str, Any]

TEMPO_WORDS = ((40.0, "grave"), (60.0, "largo"), (76.0, "adagio"), (108.0, "andante"), (120.0, "moderato"))
FASTER_WORDS = ((156.0, "allegro"), (176.0, "vivace"), (200.0, "presto"))
FASTEST = "prestissimo"
"""Upper bounds in beats a minute; the marks of common metronomes."""

SURE = 0.5
"""Below this confidence, which is no probability, a finding is told as uncertain."""
MOST_KEYS, MOST_PARTS = 5, 12
LOUD_LUFS, QUIET_LUFS = -11.0, -23.0
"""Pop is delivered from −14 to −8 LUFS; broadcasters play everything at −23 (EBU R 128)."""
WIDE_LU, NARROW_LU = 15.0, 5.0
"""Loudness ranges: orchestral music often has more than the one, dance music less than the other (EBU Tech 3343)."""
BRIGHT_HZ, DARK_HZ = 3_000.0, 1_200.0
MOSTLY, HARDLY = 0.7, 0.15
CLIPPED_DBTP = 0.0
_MINUTES_FROM_S = 100.0


def told_facts(analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the few facts that words rest on, from the JSON of an analysis; what was not found is left out."""
    centroid = (analysis.get("features") or {}).get("centroid_hz") or {}
    loudness = {name: analysis.get(name) for name in ("loudness_lufs", "loudness_range_lu", "true_peak_dbtp")}
    chords = [chord for chord in analysis.get("chords") or () if chord.get("root") is not None]
    facts = {
        "duration_s": analysis.get("duration_s"),
        "channels": analysis.get("channels"),
        "tempo_bpm": analysis.get("tempo_bpm"),
        "tempo_confidence": analysis.get("tempo_confidence") if analysis.get("tempo_bpm") else None,
        "metre": _metre(analysis.get("metre")),
        "bars": len(analysis.get("downbeats_s") or ()),
        "onsets": len(analysis.get("onsets_s") or ()),
        "key": analysis.get("key"),
        "keys": [_span(span, f"{span['tonic']} {span['mode']}") for span in analysis.get("keys") or ()],
        "chords": progression([str(chord["name"]) for chord in chords]) if chords else None,
        "chord_changes": len(chords),
        "sections": [_span(span, span["label"]) for span in analysis.get("sections") or ()],
        **loudness,
        "centroid_hz": centroid.get("mean"),
        "shares": analysis.get("shares"),
        "patterns": [str(match.get("name") or match.get("pattern_id")) for match in analysis.get("patterns") or ()],
        "speech": analysis.get("speech"),
    }
    return {name: value for name, value in facts.items() if value not in (None, [], 0, "")}


def described(facts: Facts, question: str = "") -> str:
    """Put facts into English sentences.

    Parameters
    ----------
    facts
        As `told_facts` gives them.
    question
        Answered as far as facts reach, and where they do not the answer says so; empty asks for everything.
    """
    sentences = {topic: say(facts) for topic, say in _TOPICS.items()}
    if not question.strip():
        return " ".join(said for said in sentences.values() if said)
    wanted = _topics_of(question)
    said = [sentences[topic] for topic in wanted if sentences[topic]]
    missing = [topic for topic in wanted if not sentences[topic]]
    if not wanted:
        everything = " ".join(text for text in sentences.values() if text)
        return f"The measurements do not answer this question. What they say: {everything}"
    return " ".join([*said, *(f"Nothing was found about the {topic}." for topic in missing)])


def tempo_word(tempo_bpm: float) -> str:
    """Return what musicians call a tempo.

    >>> tempo_word(70.0)
    'adagio'
    """
    return next((word for bound, word in (*TEMPO_WORDS, *FASTER_WORDS) if tempo_bpm < bound), FASTEST)


def _length(facts: Facts) -> str:
    layout = {1: "mono", 2: "stereo"}.get(facts.get("channels", 0))
    kind = f"{layout} recording" if layout else "recording"
    return f"A {kind} of {_duration(float(facts.get('duration_s', 0.0)))}."


def _tempo(facts: Facts) -> str:
    tempo = facts.get("tempo_bpm")
    if tempo is None:
        return "No steady pulse was found." if facts.get("onsets") else ""
    bars = facts.get("bars", 0)
    metre = f", in {facts['metre']}" if "metre" in facts else ""
    counted = f" over {bars} bars" if bars > 1 and metre else ""
    if facts.get("tempo_confidence", 0.0) < SURE:
        return f"The pulse is not certain; it may be {tempo:.0f} beats a minute{metre}."
    return f"It moves at {tempo:.0f} beats a minute ({tempo_word(tempo)}){metre}{counted}."


def _key(facts: Facts) -> str:
    key = facts.get("key")
    if not key:
        return ""
    name = f"{key['tonic']} {key['mode']}"
    if key.get("confidence", 0.0) < SURE:
        return f"The key is not certain; {name} fits best."
    moves = [span["name"] for span in facts.get("keys", ())]
    if len(moves) < 2:  # noqa: PLR2004 (one key is no journey)
        return f"It is in {name}."
    more = " and on" if len(moves) > MOST_KEYS else ""
    return f"It is in {name} as a whole, going from {', to '.join(moves[:MOST_KEYS])}{more}."


def _chords(facts: Facts) -> str:
    chords = facts.get("chords")
    if not chords:
        return ""
    if "×" in chords:
        loop, _, times = chords.rpartition(" ×")
        return f"Its chords go round: {loop}, {times} times."
    return f"It stays on {chords}." if " " not in chords else f"Its chords begin {chords.partition(' …')[0]}."


def _form(facts: Facts) -> str:
    sections = facts.get("sections", ())
    labels = [str(span["name"]) for span in sections]
    if not labels:
        return ""
    if len(labels) == 1:
        return "No division into sections was found."
    order = "–".join(labels[:MOST_PARTS]) + ("–…" if len(labels) > MOST_PARTS else "")
    again = sorted({label for label in labels if labels.count(label) > 1})
    returns = f"; {_listed(again)} {'returns' if len(again) == 1 else 'return'}" if again else ""
    return f"Its form has {len(labels)} sections, {order}{returns}."


def _loudness(facts: Facts) -> str:
    loudness = facts.get("loudness_lufs")
    if loudness is None:
        return "It is silent, or too short to have a loudness."
    level = "loud" if loudness > LOUD_LUFS else "quiet" if loudness < QUIET_LUFS else "of moderate level"
    reach = facts.get("loudness_range_lu")
    width = ""
    if reach is not None:
        kind = "wide" if reach > WIDE_LU else "narrow" if reach < NARROW_LU else "moderate"
        width = f", with a {kind} range of {reach:.1f} LU between soft and loud"
    peak = facts.get("true_peak_dbtp")
    over = " Its peaks go over full scale." if peak is not None and peak > CLIPPED_DBTP else ""
    return f"It is {level} ({loudness:.1f} LUFS){width}.{over}"


def _timbre(facts: Facts) -> str:
    return " ".join(part for part in (_brightness(facts), _matter(facts)) if part)


def _brightness(facts: Facts) -> str:
    centroid = facts.get("centroid_hz")
    if centroid is None:
        return ""
    colour = "bright" if centroid > BRIGHT_HZ else "dark" if centroid < DARK_HZ else "neither bright nor dark"
    return f"The sound is {colour}: its spectrum is centred on {centroid:.0f} Hz on average."


def _matter(facts: Facts) -> str:
    shares = facts.get("shares")
    if not shares:
        return ""
    held, struck = shares["harmonic"], shares["percussive"]
    if held >= MOSTLY and struck <= HARDLY:
        return "It consists of held tones, with hardly any strokes."
    if held >= MOSTLY:
        return "Held tones prevail."
    if struck >= MOSTLY:
        return "Strokes prevail: drums, plucks or attacks."
    if shares["residual"] >= MOSTLY:
        return "Noise prevails, neither held nor struck."
    return f"Held tones make {held:.0%} of its energy, strokes {struck:.0%}."


def _patterns(facts: Facts) -> str:
    names = facts.get("patterns", ())
    return f"It is known as, or holds, {_listed(names)}." if names else ""


def _speech(facts: Facts) -> str:
    speech = facts.get("speech") or {}
    if not speech.get("text") or not speech.get("pretrained"):
        return ""
    return f"The model {speech['model']} wrote down these words: “{speech['text']}”."


_TOPICS: dict[str, Callable[[Facts], str]] = {
    "length": _length,
    "tempo": _tempo,
    "key": _key,
    "chords": _chords,
    "form": _form,
    "loudness": _loudness,
    "timbre": _timbre,
    "known patterns": _patterns,
    "words": _speech,
}

_WORDS: dict[str, tuple[str, ...]] = {
    "length": ("long", "length", "duration", "minutes", "seconds"),
    "tempo": ("tempo", "bpm", "fast", "slow", "speed", "beat", "beats", "pulse", "rhythm", "metre", "meter", "bar"),
    "key": ("key", "tonality", "tonic", "major", "minor", "modulation", "modulate"),
    "chords": ("chord", "chords", "harmony", "harmonic", "progression"),
    "form": ("form", "structure", "section", "sections", "verse", "chorus", "repeat", "repeats"),
    "loudness": ("loud", "loudness", "quiet", "dynamics", "dynamic", "level", "lufs", "clip", "clipping", "peak"),
    "timbre": ("timbre", "bright", "dark", "colour", "color", "percussive", "drums", "noise", "noisy"),
    "known patterns": ("known", "recognise", "recognize", "pattern", "patterns"),
    "words": ("words", "lyrics", "speech", "said", "sung", "text"),
}


def _topics_of(question: str) -> list[str]:
    """Return what a question is about, in the order of a description; empty where facts know nothing of it."""
    asked = {word.strip(".,;:!?\"'()").lower() for word in question.split()}
    return [topic for topic, words in _WORDS.items() if asked.intersection(words)]


def _metre(metre: Any) -> str | None:
    return f"{metre['beats']}/{metre['unit']}" if metre else None


def _span(span: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"start_s": span["start_s"], "end_s": span["end_s"], "name": name}


def _duration(seconds: float) -> str:
    if seconds < _MINUTES_FROM_S:
        return f"{seconds:.0f} seconds" if seconds >= 10.0 else f"{seconds:.1f} seconds"  # noqa: PLR2004 (two digits)
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} minutes and {rest} seconds" if rest else f"{minutes} minutes"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
