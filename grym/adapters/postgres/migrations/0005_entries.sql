-- Typed memory: entries, where deleted ones were, and one counter that puts all changes into the order of their commits.
-- minimum: 1

create table entries (
    scope text collate "C" not null,
    owner text collate "C" not null,
    key text collate "C" not null,
    type text not null,
    metadata jsonb not null,
    indices jsonb not null,
    -- The whole entry as JSON; of its times those in the columns count.
    body bytea not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz,
    change_no bigint not null,
    primary key (scope, owner, key)
);
create index entries_by_change on entries (change_no);
create index entries_by_owner on entries (owner);
create index entries_by_age on entries (updated_at);
create index entries_by_expiry on entries (expires_at) where expires_at is not null;
create index entries_by_metadata on entries using gin (metadata jsonb_path_ops);

-- For whoever follows the changes; swept after some days.
create table entry_graves (
    change_no bigint primary key,
    scope text collate "C" not null,
    owner text collate "C" not null,
    key text collate "C" not null,
    buried_at timestamptz not null default clock_timestamp()
);
create index entry_graves_by_age on entry_graves using brin (buried_at);

-- Locked first by every change, so nobody waits in a circle. `forgotten_no`: the newest grave that was swept.
create table entry_counter (
    place smallint primary key,
    last_no bigint not null,
    forgotten_no bigint not null default 0
);
