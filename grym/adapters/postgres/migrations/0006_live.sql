-- Live streams: how far each is, and who may say so.
-- minimum: 1

create sequence live_epochs;

create table live_sources (
    topic text collate "C" not null,
    partition integer not null,
    epoch bigint not null,
    claimed_at timestamptz not null default clock_timestamp(),
    primary key (topic, partition)
);

create table live_streams (
    stream_id text collate "C" primary key,
    topic text collate "C" not null,
    partition integer not null,
    position bigint not null,
    ended boolean not null default false,
    state bytea not null,
    saved_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
-- Numbers of floating point hardly get smaller; packing them would cost more than the disk.
alter table live_streams alter column state set storage external;
create index live_streams_open on live_streams (topic, partition) where not ended;
create index live_streams_over on live_streams (saved_at) where ended;
