-- Jobs: failures apart from takes, priority, deadline, checkpoints, and runs that are cancelled before they begin.
-- minimum: 1

alter table jobs
    add column priority integer not null default 0,
    add column deadline_at timestamptz,
    add column failures integer not null default 0,
    -- Takes since the last checkpoint.
    add column idle_takes integer not null default 0,
    add column checkpoint bytea;

-- Up to which run the jobs of a request are cancelled, those included that are accepted only later.
create table cancelled_runs (
    request_id text primary key,
    run_no integer not null,
    cancelled_at timestamptz not null default clock_timestamp()
);
create index cancelled_runs_by_age on cancelled_runs using brin (cancelled_at);
