"""The checks of the doctor that need no server."""

from pathlib import Path

import pytest

from grym.cli.health import quick_checks
from grym.settings import Settings
from tests.support.generator_folders import write_pipeline


def _by_name(settings: Settings) -> dict[str, tuple[bool, str, str]]:
    return {check.name: (check.ok, check.detail, check.remedy) for check in quick_checks(settings)}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove every variable of grym."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GRYM_{name.upper()}", raising=False)


def test_a_good_machine_passes(tmp_path: Path) -> None:
    """Python, home, settings and libraries are fine here, and the home was made."""
    checks = _by_name(Settings(home=tmp_path / "home"))
    assert all(checks[name][0] for name in ("python", "machine", "home", "settings", "numpy", "verovio"))
    assert (tmp_path / "home").is_dir()


def test_a_home_that_cannot_be_used_has_a_remedy(tmp_path: Path) -> None:
    """A file in the way is told with the variable to set."""
    (tmp_path / "file").touch()
    ok, detail, remedy = _by_name(Settings(home=tmp_path / "file" / "home"))["home"]
    assert not ok
    assert str(tmp_path / "file" / "home") in detail
    assert "GRYM_HOME" in remedy


def test_a_soundfont_that_is_not_there_names_the_stand_in(tmp_path: Path) -> None:
    """Without the named SoundFont the built-in synthesiser plays, and the setting is to be corrected."""
    ok, detail, remedy = _by_name(Settings(home=tmp_path, soundfont=tmp_path / "no.sf2"))["soundfont"]
    assert not ok
    assert "built-in synthesiser" in detail
    assert "GRYM_SOUNDFONT" in remedy


def test_misspelt_settings_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that nothing reads is a finding."""
    monkeypatch.setenv("GRYM_SOUNDFOND", "x")
    ok, detail, _ = _by_name(Settings(home=tmp_path))["settings"]
    assert not ok
    assert "GRYM_SOUNDFOND" in detail


def test_saved_models_are_listed_with_what_is_wrong(tmp_path: Path) -> None:
    """Each model with its class, size, licence and use; one that is torn is told, an empty folder too."""
    assert "model" not in _by_name(Settings(home=tmp_path))
    empty = tmp_path / "models"
    empty.mkdir()
    assert "no saved models" in _by_name(Settings(home=tmp_path, models=empty))["model"][1]
    folder = write_pipeline(empty / "ldm")
    ok, detail, _ = _by_name(Settings(home=tmp_path, models=empty))["model"]
    assert ok
    assert "AudioLDM2Pipeline" in detail
    assert "licence: unknown, --backend audioldm2/ldm" in detail
    (folder / "unet" / "config.json").unlink()
    ok, detail, _ = _by_name(Settings(home=tmp_path, models=empty))["model"]
    assert (ok, "unet" in detail) == (False, True)
