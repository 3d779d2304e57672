"""Settings: the environment, read once, checked, and told apart by where each value came from.

Every variable begins with ``GRYM_``. Nothing is ignored in silence: a value that cannot be used is refused with the
name of its variable, a set-up that cannot work by `require_known_runtime`, and `unknown_variables` finds misspelt ones
for `grym doctor`.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grym.errors import InvalidRequestError

PREFIX = "GRYM_"
TESTS_PREFIX = "GRYM_TEST_"
"""Variables of the test suite, which no setting reads."""
ROOT_HOME = Path("/var/lib/grym")
"""As root the embedded database opens the folders above its data to others, which must never happen to ``/root``."""

MAX_CPU_WORKERS = 64
MAX_PORT = 65_535
MAX_REPLICAS = 9
MAX_ANSWER_S = 3600.0
MIN_MEMORY_MB = 64
"""An interpreter with the libraries of the smallest worker takes nearly as much."""

LogLevel = Literal["debug", "info", "warning", "error"]
Security = Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


def default_home(environment: Mapping[str, str], *, home: Path, as_root: bool, platform: str) -> Path:
    """Return the platform's user data folder for grym.

    Parameters
    ----------
    environment
        Where ``XDG_DATA_HOME`` may be set.
    home
        The user's home folder.
    as_root
        Whether the process runs as root.
    platform
        As `sys.platform`.
    """
    if platform == "darwin":
        chosen = home / "Library" / "Application Support" / "grym"
    else:
        chosen = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "grym"
    return ROOT_HOME if as_root and chosen.is_relative_to("/root") else chosen


def _home_of_this_user() -> Path:
    # The only reading of the environment besides pydantic's own, in the module that exists for it.
    environment = os.environ  # noqa: TID251
    return default_home(environment, home=Path.home(), as_root=os.geteuid() == 0, platform=sys.platform)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (links stay as they are named)


def _database_url(url: str) -> str:
    if not re.match(r"postgres(ql)?://", url):
        raise ValueError("must begin with postgresql://")
    return url


def _brokers(text: str) -> str:
    for broker in text.split(","):
        if not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\s:/,\[\]]+):[0-9]{1,5}", broker.strip()):
            raise ValueError("must be host:port, several separated by commas")
    return text


def _redis_url(url: str) -> str:
    if not re.match(r"rediss?://", url):
        raise ValueError("must begin with redis:// or rediss://")
    return url


def _identity(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name):
        raise ValueError("must be 1 to 100 letters, digits, dots, dashes or underscores")
    return name


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,100}", text):
        raise ValueError("must be at most 100 letters, digits, dots, dashes or underscores")
    return text


def _store_url(url: str) -> str:
    if not re.match(r"[a-z][a-z0-9+.-]*://", url):
        raise ValueError("must be a URL such as file:///srv/grym/artifacts or s3://bucket/folder")
    return url


def _http_url(url: str) -> str:
    if not re.match(r"https?://[^/]", url):
        raise ValueError("must be a URL such as http://localhost:4318")
    return url


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting as `grym doctor` shows it: `source` is ``default`` or ``environment``, secrets are masked."""

    name: str
    value: str
    source: str
    about: str


class Settings(BaseSettings):
    """Everything that can be chosen from outside."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=_home_of_this_user,
        description="Folder for everything grym keeps: database, artifacts, work in progress.",
    )
    database: Annotated[str, AfterValidator(_database_url)] | None = Field(
        default=None,
        description="postgresql://… of a server to use instead of the embedded one.",
    )
    artifacts: Annotated[str, AfterValidator(_store_url)] | None = Field(
        default=None,
        description="file:///… or s3://… of the artifact store; by default a folder in GRYM_HOME.",
    )
    soundfont: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None,
        description="SoundFont (.sf2, .sf3) to play with; by default the system's General MIDI bank.",
    )
    cpu_workers: int = Field(
        default_factory=lambda: min(2, _cores()),
        ge=1,
        le=MAX_CPU_WORKERS,
        description="Worker processes for composing, sound and analysis; by default one a core, at most two.",
    )
    log_level: LogLevel = Field(
        default="warning", description="Least serious log line that is written: debug, info, warning, error."
    )
    kafka: Annotated[str, AfterValidator(_brokers)] | None = Field(
        default=None, description="host:port[,…] of the brokers; chooses the Kafka runtime. Unset: the embedded one."
    )
    kafka_security: Security = Field(
        default="plaintext",
        description="How to speak to the brokers: plaintext, ssl, sasl_plaintext, sasl_ssl.",
    )
    kafka_sasl_mechanism: SaslMechanism = Field(
        default="SCRAM-SHA-512", description="How to log in there: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512."
    )
    kafka_username: str | None = Field(default=None, description="Who logs in there.")
    kafka_password: SecretStr | None = Field(default=None, description="With which password.")
    kafka_ca: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="Certificates that the brokers' are checked against (PEM); by default the system's."
    )
    kafka_cert: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="Own certificate (PEM), where the brokers ask for one."
    )
    kafka_key: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="Its private key (PEM)."
    )
    kafka_prefix: Annotated[str, AfterValidator(_prefix)] = Field(
        default="", description="What the names of topics and groups begin with, where several grym share the brokers."
    )
    kafka_replicas: int | None = Field(
        default=None,
        ge=1,
        le=MAX_REPLICAS,
        description="Copies of each new topic; by default up to three.",
    )
    kafka_transactions: bool = Field(
        default=False, description="1 puts pure hops from topic to topic into transactions of Kafka."
    )
    single_host: bool = Field(
        default=False,
        description="1 says that all workers run on this machine: database and artifacts may then stay in GRYM_HOME.",
    )
    redis: Annotated[str, AfterValidator(_redis_url)] | None = Field(
        default=None, description="redis://… of an optional second-level cache; nothing depends on it."
    )
    worker: Annotated[str, AfterValidator(_identity)] | None = Field(
        default=None,
        description="Name of this worker among its like, the same after a restart; by default host and slot.",
    )
    port: int | None = Field(
        default=None, ge=0, le=MAX_PORT, description="Port of health and metrics, on GRYM_LISTEN; 0 takes a free one."
    )
    listen: str = Field(
        default="127.0.0.1", description="Address of health and metrics; 0.0.0.0 opens them to others, in containers."
    )
    otel: Annotated[str, AfterValidator(_http_url)] | None = Field(
        default=None, description="http://… of a collector that takes traces over HTTP; needs the extra otel."
    )
    memory_limit_mb: int | None = Field(
        default=None,
        ge=MIN_MEMORY_MB,
        description="Megabytes a process may take; nearing them it slows down, then pauses. By default the machine's.",
    )
    models: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="Folder of saved neural models, a folder each; needs the extra ml."
    )
    pickled_models: str = Field(
        default="",
        description="Names of saved models, separated by commas, whose pickled weights may be read: that may run code.",
    )
    describer: Annotated[str, AfterValidator(_http_url)] | None = Field(
        default=None, description="http://… of a server that puts sound into words (OpenAI-compatible or GAMA-like)."
    )
    describer_model: str | None = Field(
        default=None, description="Which model is asked there; by default the server's own."
    )
    describer_key: SecretStr | None = Field(default=None, description="Its API key, where it asks for one.")
    describer_timeout_s: float = Field(
        default=120.0, gt=0, le=MAX_ANSWER_S, description="Seconds it may take to answer."
    )
    llm: Annotated[str, AfterValidator(_http_url)] | None = Field(
        default=None, description="http://…/v1 of a language model that advises on plans (OpenAI-compatible)."
    )
    llm_model: str | None = Field(
        default=None, description="Which model is asked there; by default the first one it lists."
    )
    llm_key: SecretStr | None = Field(default=None, description="Its API key, where it asks for one.")
    llm_timeout_s: float = Field(
        default=60.0, gt=0, le=MAX_ANSWER_S, description="Seconds it may take to advise; then the rules plan."
    )

    @property
    def pickles_allowed(self) -> frozenset[str]:
        """The names in ``GRYM_PICKLED_MODELS``."""
        return frozenset(filter(None, (name.strip() for name in self.pickled_models.split(","))))

    @property
    def artifacts_url(self) -> str:
        """The URL of the artifact store."""
        return self.artifacts or (self.home / "artifacts").as_uri()

    @property
    def scratch_folder(self) -> Path:
        """Where work in progress lies."""
        return self.home / "scratch"

    def require_known_runtime(self) -> None:
        """Refuse a set-up whose workers would not share their state.

        Raises
        ------
        InvalidRequestError
            ``runtime.split_setup``.
        """
        missing = [_variable(name) for name in ("database", "artifacts") if getattr(self, name) is None]
        if self.kafka is not None and missing and not self.single_host:
            raise InvalidRequestError(
                f"GRYM_KAFKA is set without {' and '.join(missing)}: workers elsewhere would not share their state",
                code="runtime.split_setup",
                hint=f"Set {' and '.join(missing)} to what all workers reach, or GRYM_SINGLE_HOST=1 where one machine "
                "runs them all.",
                details={"variable": missing[0]},
            )

    def rows(self) -> list[SettingRow]:
        """Return the settings with value, source and meaning."""
        return [
            SettingRow(
                name=_variable(name),
                value=_shown(getattr(self, name)),
                source="environment" if name in self.model_fields_set else "default",
                about=field.description or "",
            )
            for name, field in type(self).model_fields.items()
        ]


def read_settings(**overrides: Any) -> Settings:
    """Read the environment; `overrides` win over it.

    Raises
    ------
    InvalidRequestError
        ``settings.invalid`` with the name of the variable.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        variable = _variable(str(first["loc"][0]))
        raise InvalidRequestError(
            f"{variable} cannot be used: {str(first['msg']).removeprefix('Value error, ')}",
            code="settings.invalid",
            hint=f"Correct or unset {variable}; `grym doctor` lists every setting.",
            details={"variable": variable},
        ) from error


def unknown_variables() -> list[str]:
    """Return ``GRYM_`` variables of the environment that no setting reads, sorted: probably misspelt."""
    known = {_variable(name) for name in Settings.model_fields}
    ours = {name for name in os.environ if name.startswith(PREFIX) and not name.startswith(TESTS_PREFIX)}  # noqa: TID251 (as above)
    return sorted(ours - known)


def env_example() -> str:
    """Return the text of ``.env.example``: every variable with its meaning, commented out."""
    lines = ["# Settings of grym; each may be left out. Generated from grym/settings.py by tools/drift.py."]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"#{_variable(name)}={_EXAMPLES[name]}"]
    return "\n".join(lines) + "\n"


_EXAMPLES = {
    "home": "/var/lib/grym",
    "database": "postgresql://grym:secret@db.example/grym",
    "artifacts": "file:///srv/grym/artifacts",
    "soundfont": "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "cpu_workers": "2",
    "log_level": "warning",
    "kafka": "kafka-1.example:9092,kafka-2.example:9092",
    "kafka_security": "sasl_ssl",
    "kafka_sasl_mechanism": "SCRAM-SHA-512",
    "kafka_username": "grym",
    "kafka_password": "secret",
    "kafka_ca": "/etc/grym/ca.pem",
    "kafka_cert": "/etc/grym/worker.pem",
    "kafka_key": "/etc/grym/worker.key",
    "kafka_prefix": "staging.",
    "kafka_replicas": "3",
    "kafka_transactions": "1",
    "single_host": "1",
    "redis": "redis://cache.example:6379/0",
    "worker": "rack-4-slot-1",
    "port": "9464",
    "listen": "127.0.0.1",
    "otel": "http://localhost:4318",
    "memory_limit_mb": "2048",
    "models": "/srv/grym/models",
    "pickled_models": "old-checkpoint",
    "describer": "http://localhost:8000/v1",
    "describer_model": "Qwen/Qwen2.5-Omni-7B",
    "describer_key": "secret",
    "describer_timeout_s": "120",
    "llm": "http://localhost:11434/v1",
    "llm_model": "deepseek-r1:14b",
    "llm_key": "secret",
    "llm_timeout_s": "60",
}


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _shown(value: object) -> str:
    """Return a value as text with the password of a URL masked."""
    return "" if value is None else re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", str(value))
