"""How patient and how busy the consumers are: meaning, unit, default and its reason for each number."""

from dataclasses import dataclass, field

from consumers.retry import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSettings:
    """Competing for the right to run a processor."""

    ttl_s: float = 6.0
    """Seconds a lease lasts without renewal: what the others wait after a kill before they take over."""
    renewals_per_ttl: int = 4
    """Renewals within one lifetime, so that three may fail before anybody could take over."""
    compete_s: float = 0.4
    """Seconds between attempts while somebody else holds the lease; the hand-over after a graceful stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """One processor's runner."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease: LeaseSettings = field(default_factory=LeaseSettings)
    concurrency: int = 8
    """Keys worked on at once; more than the database's connections would only queue there."""
    backlog: int = 256
    """Events read but unfinished; what a crash repeats at most, per processor."""
    batch: int = 64
    """Records read at once from a partition."""
    process_limit_s: float = 180.0
    """Seconds one decision may take: the slowest is the analysis of an hour of sound."""
    poll_s: float = 1.0
    """Seconds without a wake-up after which the log is looked at anyway."""
    flush_s: float = 0.05
    """Seconds positions may lag behind finished events."""
    drain_s: float = 10.0
    """Seconds a graceful stop waits for events in hand."""
    max_conflicts: int = 20
    """Times a decision is made again since somebody saved the state in between, before the event is parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseWorkerSettings:
    """Workers of long jobs."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease_s: float = 10.0
    """Seconds a job is safe from others without a heartbeat; renewed four times as often."""
    slots: int = 1
    """Jobs run at once by one worker; each occupies a worker process."""
    poll_s: float = 0.3
    """Seconds between looks at the queue when nobody rang: jobs accepted by other processes."""
    grace_s: float = 10.0
    """Seconds a running job may still take after a stop, before it goes back into the queue."""
    max_takes: int = 10
    """Times a job may be taken at all: one that kills its process each time leaves no failure behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSettings:
    """The timer service."""

    poll_s: float = 0.5
    """Seconds between looks; the accuracy of a deadline."""
    batch: int = 100
    """Timers taken in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSettings:
    """Running everything together."""

    settle_s: float = 0.1
    """Seconds between the two looks that must both find nothing open."""
