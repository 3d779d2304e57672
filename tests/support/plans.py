"""A plan small enough to know by heart."""

from grym.domain.composing.plan import Instrument, Plan, SectionPlan
from grym.domain.composing.score import Metre, Tonality


def short_plan(*, bars: int = 4, repeats: int = 1) -> Plan:
    """Return a plan at 120 BPM in 4/4, bars of two seconds: A quiet, B loud, equally long."""
    half = max(1, bars // 2)
    return Plan(
        title="Short",
        style="nocturne",
        mood="calm",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=2, mode="minor"),
        seconds=2.0 * bars * repeats,
        sections=(
            SectionPlan(name="A", bars=half, intensity=0.2),
            SectionPlan(name="B", bars=bars - half, intensity=0.9),
        )
        * repeats,
        instruments=(
            Instrument(role="melody", name="Piano", program=0),
            Instrument(role="bass", name="Cello", program=42),
        ),
    )
