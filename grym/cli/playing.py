"""Playing a sound file by whatever player this machine has."""

import asyncio
import shutil

from grym.cli.screen import Screen

PLAYERS = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)


async def play(screen: Screen, path: str | None) -> None:
    """Play a WAV file to its end; say so where there is no sound, no player, or the player fails."""
    if path is None:
        screen.note("there is no sound to play: the piece was made with --backend score")
        return
    player = next((words for words in PLAYERS if shutil.which(words[0])), None)
    if player is None:
        names = ", ".join(words[0] for words in PLAYERS)
        screen.note(f"no player was found (looked for {names}); the sound is in {path}")
        return
    process = await asyncio.create_subprocess_exec(
        *player, path, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        if await process.wait() != 0:
            screen.note(f"{player[0]} could not play {path}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
