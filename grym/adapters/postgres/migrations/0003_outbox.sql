-- The outbox, for a log that lies elsewhere; there `events` is the history of what was sent and admitted.
-- minimum: 1

-- Rows live for milliseconds, so the table must be swept often and may keep room for the next ones.
create table outbox (
    shard smallint not null,
    outbox_no bigint generated always as identity,
    topic text not null,
    key bytea,
    headers bytea not null,
    value bytea,
    correlation bytea not null,
    letter_id text,
    put_at timestamptz not null default clock_timestamp(),
    primary key (shard, outbox_no)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);

-- What the log will never take as it is.
create table outbox_refused (
    outbox_no bigint primary key,
    shard smallint not null,
    topic text not null,
    key bytea,
    headers bytea not null,
    value bytea,
    correlation bytea not null,
    letter_id text,
    put_at timestamptz not null,
    refused_at timestamptz not null default clock_timestamp(),
    fault bytea not null
);
