"""Sixteen sentences and what grym makes of them: each piece composed anew, measured and drawn on one small picture.

    python examples/gallery.py              all sixteen
    python examples/gallery.py waltz rag    some of them

Pieces, stems and scores go to `out/gallery/NAME`; the picture and the measures to `examples/prompts`, where they are
kept. The first page is drawn where `rsvg-convert` (librsvg) is installed, and left out otherwise. Needs a SoundFont.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

HERE = Path(__file__).parent
KEPT = HERE / "prompts"
MADE = HERE.parent / "out" / "gallery"
GRYM = str(Path(sys.executable).with_name("grym"))

PAGE = HERE.parent / "docs" / "gallery.md"
HEAD = """# Sixteen pieces

What grym makes of sixteen sentences, in three languages and across its [styles](styles.md). Each is composed, played
and measured anew by one command, which writes this page too:

    make gallery                 # all
    make gallery NAME=waltz      # one

Sound, stems, MIDI and scores then lie in `out/gallery`. The same version of grym makes the same pieces. Key and onsets
are those that grym hears in the sound; brightness is the centre of the spectrum; silence is the share of frames without
sound. Where a note below says so, the first piece did not pass every check and was composed anew; what is kept passed
all.

| piece | style | key heard | BPM | seconds | onsets a second | brightness (Hz) | LUFS | range (LU) | silence |
|---|---|---|---|---|---|---|---|---|---|"""

WIDTH_PIXELS, PAGE_PIXELS, COLOURS = 800, 560, 64
LARGEST_BYTES, FEWEST_COLOURS = 150_000, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A sentence and the seed it was kept with."""

    prompt: str
    seed: int


WISHES: dict[str, Wish] = {
    "nocturne": Wish(prompt="a calm piano nocturne in D minor, 66 bpm, 45 seconds", seed=7),
    "chorale": Wish(prompt="ein feierlicher Choral für Orgel in G-Dur, 16 Takte", seed=3),
    "quartet": Wish(prompt="a lively string quartet in C major in 4/4, 40 seconds", seed=5),
    "waltz": Wish(prompt="une valse joyeuse en la majeur pour violon et piano, 40 secondes", seed=3),
    "rag": Wish(prompt="a ragtime for piano in F major, half a minute", seed=4),
    "march": Wish(prompt="ein stolzer Marsch in B-Dur, 112 BPM, ohne Schlagzeug, 30 Sekunden", seed=6),
    "reel": Wish(prompt="an Irish reel in D major with fiddle and guitar, 32 bars at 112 bpm", seed=8),
    "swing": Wish(prompt="a swing tune with clarinet and guitar in F major, 168 bpm, 30 seconds", seed=9),
    "blues": Wish(prompt="a slow blues in E with harmonica and electric guitar, 40 seconds", seed=1),
    "bossa": Wish(prompt="a bossa nova in A minor with flute and nylon guitar, 130 bpm, 40 s", seed=3),
    "lofi": Wish(prompt="an 8-bar lo-fi loop in E minor at 78 bpm, electric piano", seed=5),
    "ambient": Wish(prompt="a dreamy ambient soundscape in F lydian, 50 seconds, no drums", seed=4),
    "synthwave": Wish(prompt="driving synthwave in F# minor, 104 bpm, 40 seconds", seed=11),
    "techno": Wish(prompt="dark techno at 128 bpm in G minor, 16 bars", seed=2),
    "cinematic": Wish(prompt="epic film music with french horn, strings, choir and drums in C minor, 40 s", seed=6),
    "minimalism": Wish(prompt="musique minimaliste pour marimba et piano à cinq temps, 30 secondes", seed=3),
}


def main() -> None:
    """Make the pieces that are named, or all."""
    names = sys.argv[1:] or list(WISHES)
    KEPT.mkdir(exist_ok=True)
    for name in names:
        made = make(name, WISHES[name])
        print(f"{name}: {made['plan']['style']} in {made['heard_key']}, {made['duration_s']} s, {made['note']}")
    write_page()


def make(name: str, wish: Wish) -> dict[str, Any]:
    """Compose one piece, keep its picture and its measures, and return the measures."""
    folder = MADE / name
    shutil.rmtree(folder, ignore_errors=True)
    words = ("compose", wish.prompt, "--seed", str(wish.seed), "--backend", "soundfont", "--plot", "--json")
    done = subprocess.run([GRYM, *words, "--out", str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name}: {done.stdout or done.stderr}")
    facts = measures(wish, json.loads(done.stdout))
    picture(folder, KEPT / f"{name}.png")
    (KEPT / f"{name}.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return facts


def measures(wish: Wish, result: dict[str, Any]) -> dict[str, Any]:
    """Return what was planned, what was heard in the sound, and the checks."""
    plan, heard = result["plan"], result["analysis"]
    checks = {check["name"]: check["value"] for check in result["quality"]["checks"]}
    kept = ("style", "mood", "tempo_bpm", "metre", "tonality", "seconds", "loop")
    return {
        "prompt": wish.prompt,
        "seed": wish.seed,
        "plan": {field: plan[field] for field in kept if field in plan}
        | {"players": [f"{one['role']}: {one['name']}" for one in plan["instruments"]]}
        | {"sections": " ".join(f"{one['name']}{one['bars']}" for one in plan["sections"])},
        "duration_s": round(result["duration_s"], 2),
        "heard_key": "{tonic} {mode}".format(**heard["key"]) if heard["key"] else "no key",
        "heard_tempo_bpm": heard["tempo_bpm"],
        "onsets_per_s": round(len(heard["onsets_s"]) / heard["duration_s"], 2),
        "brightness_hz": round(heard["features"]["centroid_hz"]["mean"]),
        "loudness_lufs": round(heard["loudness_lufs"], 2),
        "true_peak_dbtp": round(heard["true_peak_dbtp"], 2),
        "loudness_range_lu": round(heard["loudness_range_lu"], 2),
        "silence": round(checks["signal.silence"], 4),
        "checks_passed": result["quality"]["passed"],
        "attempts": result["attempts"],
        "soundfont": result["provenance"]["soundfont"],
        "note": "; ".join(plan.get("notes", ())) or "as asked",
    }


def write_page() -> None:
    """Write the page that shows all pieces that are kept."""
    kept = {
        name: json.loads((KEPT / f"{name}.json").read_text()) for name in WISHES if (KEPT / f"{name}.json").exists()
    }
    rows = [_row(name, facts) for name, facts in kept.items()]
    pieces = [_piece(name, facts) for name, facts in kept.items()]
    PAGE.write_text("\n".join([HEAD, *rows, "", *pieces]))


def _row(name: str, facts: dict[str, Any]) -> str:
    """Return the row of the table about one piece."""
    cells = (
        f"[{name}](#{name})",
        facts["plan"]["style"],
        facts["heard_key"],
        f"{facts['plan']['tempo_bpm']:g}",
        f"{facts['duration_s']:g}",
        f"{facts['onsets_per_s']:g}",
        facts["brightness_hz"],
        f"{facts['loudness_lufs']:.1f}",
        f"{facts['loudness_range_lu']:g}",
        f"{facts['silence']:.1%}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _piece(name: str, facts: dict[str, Any]) -> str:
    """Return the part of the page about one piece."""
    plan = facts["plan"]
    metre = "{beats}/{unit}".format(**plan["metre"])
    return (
        f"## {name}\n\n> {facts['prompt']}\n\n"
        f"Seed {facts['seed']}, {metre}, {plan['tempo_bpm']:g} BPM, {facts['plan']['sections']}; "
        f"{'; '.join(plan['players'])}. {_sentence(facts['note'])}.\n\n"
        f"![waveform, spectrogram, piano roll and first page](../examples/prompts/{name}.png)\n"
    )


def picture(folder: Path, target: Path) -> None:
    """Put the drawing of the sound above the first page, small enough to be kept."""
    rows = [_scaled(Image.open(folder / "plot.png").convert("RGB"))]
    page = _page(folder)
    if page is not None:
        rows.append(page)
    whole = Image.new("RGB", (WIDTH_PIXELS, sum(row.height for row in rows)), "white")
    at = 0
    for row in rows:
        whole.paste(row, (0, at))
        at += row.height
    colours = COLOURS
    while True:
        whole.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= LARGEST_BYTES or colours <= FEWEST_COLOURS:
            return
        colours //= 2


def _scaled(image: Image.Image) -> Image.Image:
    """Return an image as wide as the picture."""
    return image.resize((WIDTH_PIXELS, round(image.height * WIDTH_PIXELS / image.width)), Image.Resampling.LANCZOS)


def _page(folder: Path) -> Image.Image | None:
    """Return the head of the first page, without its margins; None where it cannot be drawn."""
    drawing = folder / "page-1.svg"
    if shutil.which("rsvg-convert") is None or not drawing.exists():
        return None
    target = folder / "page-1.png"
    width = str(2 * WIDTH_PIXELS)
    subprocess.run(["rsvg-convert", "-w", width, "-b", "white", "-o", str(target), str(drawing)], check=True)
    page = Image.open(target).convert("RGB")
    inked = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    if inked is None:
        return None
    page = _scaled(page.crop((0, inked[1], page.width, inked[3] + 20)))
    return page.crop((0, 0, page.width, min(PAGE_PIXELS, page.height)))


def _sentence(note: str) -> str:
    """Return a note that begins with a capital, but for the name of a check."""
    note = note.removesuffix(".")
    return note if "." in note.split(" ")[0] else note[:1].upper() + note[1:]


if __name__ == "__main__":
    main()
