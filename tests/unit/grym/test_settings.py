"""Settings: where values come from, what is refused, and what is shown of them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from grym.errors import InvalidRequestError
from grym.settings import ROOT_HOME, Settings, default_home, env_example, read_settings, unknown_variables

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove every variable of grym, so that only what a test sets is seen."""
    for row in Settings.model_fields:
        monkeypatch.delenv(f"GRYM_{row.upper()}", raising=False)


def test_home_is_the_users_data_folder() -> None:
    """On Linux the home lies below XDG_DATA_HOME, or ~/.local/share without it."""
    home = Path("/home/ada")
    plain = default_home({}, home=home, as_root=False, platform="linux")
    chosen = default_home({"XDG_DATA_HOME": "/data"}, home=home, as_root=False, platform="linux")
    assert (plain, chosen) == (home / ".local/share/grym", Path("/data/grym"))


def test_home_on_a_mac_is_application_support() -> None:
    """On macOS the home lies in the library folder."""
    found = default_home({}, home=Path("/Users/ada"), as_root=False, platform="darwin")
    assert found == Path("/Users/ada/Library/Application Support/grym")


def test_home_of_root_leaves_roots_folder() -> None:
    """As root a default inside /root becomes /var/lib/grym; one elsewhere stays."""
    inside = default_home({}, home=Path("/root"), as_root=True, platform="linux")
    elsewhere = default_home({"XDG_DATA_HOME": "/srv"}, home=Path("/root"), as_root=True, platform="linux")
    assert (inside, elsewhere) == (ROOT_HOME, Path("/srv/grym"))


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the default and the table says so."""
    monkeypatch.setenv("GRYM_HOME", "/somewhere/grym")
    settings = read_settings()
    sources = {row.name: row.source for row in settings.rows()}
    assert settings.home == Path("/somewhere/grym")
    assert (sources["GRYM_HOME"], sources["GRYM_SOUNDFONT"]) == ("environment", "default")


def test_a_relative_home_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative path is taken from the current folder once, not wherever it is used."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRYM_HOME", "state")
    assert read_settings().home == tmp_path / "state"


def test_artifacts_lie_in_the_home_by_default() -> None:
    """Without GRYM_ARTIFACTS the store is a folder of the home."""
    assert Settings(home=Path("/srv/grym")).artifacts_url == "file:///srv/grym/artifacts"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """`GRYM_DATABASE=` is the same as no GRYM_DATABASE."""
    monkeypatch.setenv("GRYM_DATABASE", "")
    assert read_settings().database is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRYM_DATABASE", "mysql://db"),
        ("GRYM_ARTIFACTS", "/srv/artifacts"),
        ("GRYM_CPU_WORKERS", "0"),
        ("GRYM_CPU_WORKERS", "many"),
        ("GRYM_LOG_LEVEL", "loud"),
        ("GRYM_KAFKA", "broker"),
        ("GRYM_KAFKA", "kafka://broker:9092"),
        ("GRYM_KAFKA", "one:9092,,two:9092"),
        ("GRYM_KAFKA_SECURITY", "tls"),
        ("GRYM_SINGLE_HOST", "perhaps"),
        ("GRYM_REDIS", "cache:6379"),
        ("GRYM_LLM", "localhost:11434"),
        ("GRYM_LLM_TIMEOUT_S", "0"),
        ("GRYM_WORKER", "a worker"),
        ("GRYM_PORT", "70000"),
        ("GRYM_MEMORY_LIMIT_MB", "1"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """The refusal names the variable."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidRequestError) as caught:
        read_settings()
    assert (caught.value.code, caught.value.details["variable"]) == ("settings.invalid", variable)


SHARED = {"GRYM_DATABASE": "postgresql://db/grym", "GRYM_ARTIFACTS": "s3://grym/artifacts"}


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({}, "GRYM_DATABASE and GRYM_ARTIFACTS"),
        ({"GRYM_DATABASE": SHARED["GRYM_DATABASE"]}, "GRYM_ARTIFACTS"),
        ({"GRYM_ARTIFACTS": SHARED["GRYM_ARTIFACTS"], "GRYM_SINGLE_HOST": "0"}, "GRYM_DATABASE"),
    ],
)
def test_a_split_setup_is_refused(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], missing: str) -> None:
    """Workers on Kafka that would not share their state are refused, and what they lack is named."""
    for name, value in {"GRYM_KAFKA": "broker:9092", **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidRequestError, match=f"without {missing}:") as caught:
        read_settings().require_known_runtime()
    assert caught.value.code == "runtime.split_setup"


@pytest.mark.parametrize("variables", [SHARED, {"GRYM_SINGLE_HOST": "1"}])
def test_a_shared_or_a_single_host_is_accepted(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """Kafka goes with shared storage, and with one machine that says that it is the only one."""
    for name, value in {"GRYM_KAFKA": "[::1]:9092,broker:9092", **variables}.items():
        monkeypatch.setenv(name, value)
    read_settings().require_known_runtime()


def test_passwords_are_masked() -> None:
    """No password reaches the table, neither that of a URL nor one by itself."""
    secrets = Settings(
        database="postgresql://ada:secret@db/grym", redis="redis://:secret@cache", kafka_password=SecretStr("secret")
    )
    rows = {row.name: row.value for row in secrets.rows()}
    assert rows["GRYM_DATABASE"] == "postgresql://ada:***@db/grym"
    assert not any("secret" in value for value in rows.values())


def test_misspelt_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GRYM_ variable that nothing reads is named; those of the test suite are none of ours."""
    monkeypatch.setenv("GRYM_SOUNDFOND", "x.sf2")
    monkeypatch.setenv("GRYM_TEST_KAFKA", "somewhere:9092")
    assert unknown_variables() == ["GRYM_SOUNDFOND"]


def test_env_example_is_current() -> None:
    """The committed example is what the settings would write now."""
    assert (CHECKOUT / ".env.example").read_text(encoding="utf-8") == env_example()
