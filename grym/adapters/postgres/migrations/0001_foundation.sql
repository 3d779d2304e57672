-- Foundation: the log, what is done, what waits, what is owed.
-- minimum: 1

-- The last position of every partition. A writer locks its rows, in order, just before it commits, so a position
-- becomes visible only after every lower one of its partition.
create table partitions (
    topic text not null,
    partition integer not null,
    last bigint not null,
    primary key (topic, partition)
);

create table events (
    topic text not null,
    partition integer not null,
    position bigint not null,
    -- The order of writing over all partitions, for the history of one request only; it has gaps and may become
    -- visible out of order, which is why nobody reads the log by it.
    entry_no bigint generated always as identity,
    appended_at timestamptz not null,
    key bytea,
    headers bytea not null,
    value bytea,
    correlation bytea not null,
    letter_id text,
    primary key (topic, partition, position)
);
create index events_by_correlation on events (correlation, entry_no);
create index events_by_letter on events (letter_id) where letter_id is not null;

create table inbox (
    name bytea primary key,
    digest bytea not null,
    differences integer not null default 0,
    admitted_at timestamptz not null default clock_timestamp()
);
create index inbox_by_age on inbox using brin (admitted_at);

create table states (
    processor text not null,
    key text not null,
    value bytea not null,
    version bigint not null,
    saved_at timestamptz not null,
    primary key (processor, key)
);
create index states_by_age on states (processor, saved_at desc);

create table positions (
    processor text not null,
    topic text not null,
    partition integer not null,
    position bigint not null,
    primary key (processor, topic, partition)
);

create table parked (
    parked_id bigint generated always as identity primary key,
    processor text not null,
    lane bytea not null,
    topic text not null,
    partition integer not null,
    position bigint not null,
    appended_at timestamptz not null,
    key bytea,
    headers bytea not null,
    value bytea,
    attempts integer not null,
    due_at timestamptz,
    first_failed_at timestamptz not null,
    fault bytea,
    unique (processor, topic, partition, position)
);
create index parked_by_lane on parked (processor, lane, parked_id);

create table letters (
    letter_id text primary key,
    letter_no bigint generated always as identity,
    processor text not null,
    request_id text not null,
    run_no integer not null,
    event_id text not null,
    event_type text not null,
    origin_topic text not null,
    origin_partition integer not null,
    origin_position bigint not null,
    attempts integer not null,
    fault bytea not null,
    created_at timestamptz not null,
    state text not null,
    redrives integer not null
);
create index letters_by_age on letters (created_at desc);

create table timers (
    timer_id text primary key,
    subject text not null,
    purpose text not null,
    run_no integer not null,
    due_at timestamptz not null,
    cause_id text not null
);
create index timers_by_due on timers (due_at);

create table jobs (
    job_id text primary key,
    job_no bigint generated always as identity,
    kind text not null,
    request_id text not null,
    run_no integer not null,
    tenant text not null,
    topic text not null,
    key bytea,
    headers bytea not null,
    value bytea,
    state text not null default 'queued',
    attempt integer not null default 0,
    fence bigint not null default 0,
    holder text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null default clock_timestamp(),
    leased_until timestamptz,
    ended_at timestamptz,
    fault bytea
);
create index jobs_open on jobs (kind, job_no) where state in ('queued', 'running');
create index jobs_by_request on jobs (request_id) where state in ('queued', 'running');
create index jobs_by_number on jobs (job_no);

-- When each tenant was served last, so that one with a thousand jobs does not keep the others waiting.
create sequence turn_numbers;
create table turns (
    tenant text primary key,
    turn bigint not null
);

-- Every commit of a holder locks its row for sharing, so a successor can raise the epoch only between commits. The
-- beat is a row of its own: renewing it need not wait for commits, nor commits for it.
create table leases (
    name text primary key,
    holder text not null,
    epoch bigint not null
);
create table lease_beats (
    name text primary key references leases (name) on delete cascade,
    expires_at timestamptz not null
);

create table texts (
    ref text primary key,
    request_id text not null,
    user_id text not null,
    content bytea not null,
    kept_at timestamptz not null default clock_timestamp()
);
create index texts_by_user on texts (user_id);

create table holds (
    request_id text not null,
    uri text not null,
    held_at timestamptz not null default clock_timestamp(),
    primary key (request_id, uri)
);

create table patterns (
    pattern_id text primary key,
    pattern_no bigint generated always as identity,
    collection text not null,
    kind text not null,
    name text not null,
    extractor text not null,
    source_event_id text not null,
    request_id text not null,
    tags bytea not null,
    vectors bytea not null,
    vector_dim integer not null,
    motif bytea not null,
    kept_at timestamptz not null default clock_timestamp()
);
create index patterns_by_age on patterns (collection, kind, pattern_no desc);
