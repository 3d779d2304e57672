"""How patient and how busy the consumers are: meaning, unit, default and its reason for each number."""

from dataclasses import dataclass, field

from consumers.failures.retry import RetryPolicy
from consumers.jobs.pool_size import PoolLimits


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
    reconnect: RetryPolicy = field(default_factory=lambda: RetryPolicy(base_s=0.25, cap_s=5.0))
    """How long to wait before the next look at a backend that is away; soon, since nothing else can be done."""
    lease: LeaseSettings = field(default_factory=LeaseSettings)
    concurrency: int = 64
    """Keys worked on at once: as many as make a full unit of work."""
    backlog: int = 1024
    """Events in hand at most; what a crash repeats, per processor."""
    backlog_bytes: int = 32 * 2**20
    """Bytes in hand at most: thirty records of the largest kind."""
    batch: int = 500
    """Records read at once."""
    max_unit: int = 128
    """Runs committed in one transaction: beyond a hundred a unit hardly gets cheaper."""
    max_run: int = 32
    """Events of one key decided before a commit."""
    max_run_s: float = 0.02
    """Seconds after which a run commits what it has: slow decisions are not kept waiting for each other."""
    units_at_once: int = 2
    """Transactions under way at once: one commits while the next gathers."""
    max_span: int = 10_000
    """Positions read beyond the slowest record of a partition: what must fit into the mark beside it."""
    process_limit_s: float = 180.0
    """Seconds one decision may take; who waits for a turn elsewhere says itself how long (`streams.processor`)."""
    poll_s: float = 1.0
    """Seconds without a wake-up after which the log is looked at anyway."""
    commit_s: float = 0.1
    """Seconds marks may lag behind finished events: what a crash repeats of them."""
    drain_s: float = 10.0
    """Seconds a graceful stop waits for events in hand."""
    revoke_drain_s: float = 0.2
    """Seconds a rebalance waits for events in hand: everybody else stands still meanwhile."""
    max_excuses: int = 50
    """Attempts forgiven to an unavailable dependency that no breaker knows to be away: about four minutes."""
    max_conflicts: int = 20
    """Times a decision is made again since somebody saved the state in between, before the event is parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseWorkerSettings:
    """Workers of long jobs."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease_s: float = 10.0
    """Seconds a job is safe from others without a heartbeat; renewed four times as often."""
    slots: int = 1
    """Jobs run at once by one worker, or the fewest of them; each occupies a worker process."""
    most_slots: int = 0
    """Jobs run at once at most, once others wait too long; 0 keeps `slots` as it is."""
    grow_age_s: float = 2.0
    """Seconds a job may wait before one more is run beside the others."""
    quiet_s: float = 30.0
    """Seconds without anybody waiting before a slot is given up again."""
    look_s: float = 1.0
    """Seconds between looks at the length of the queue."""
    poll_s: float = 0.3
    """Seconds between looks at the queue when nobody rang: jobs accepted by other processes."""
    grace_s: float = 10.0
    """Seconds a running job may still take after a stop, before it goes back into the queue."""
    max_takes: int = 10
    """Times a job may be taken without getting further: one that kills its process leaves no failure behind."""
    away_s: float = 5.0
    """Seconds a job waits whose try did not count because something it needs is away."""

    @property
    def limits(self) -> PoolLimits:
        """Return the bounds of the number of slots."""
        return PoolLimits(
            smallest=self.slots,
            largest=max(self.slots, self.most_slots),
            grow_age_s=self.grow_age_s,
            quiet_s=self.quiet_s,
            look_s=self.look_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSettings:
    """The timer service."""

    reconnect: RetryPolicy = field(default_factory=lambda: RetryPolicy(base_s=0.5, cap_s=5.0))
    """How long to leave a backend alone that is away."""
    poll_s: float = 0.5
    """Seconds between looks; the accuracy of a deadline."""
    batch: int = 100
    """Timers taken in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSettings:
    """Running everything together."""

    settle_s: float = 0.1
    """Seconds between the two looks that must both find nothing open."""
