-- Pattern memory as events: the journal, and the table that follows from it.
-- minimum: 1

-- The last seq. Whoever writes locks its row just before the commit, so a seq becomes visible only after every lower
-- one.
create table pattern_counter (
    counter text primary key,
    last bigint not null
);

-- Never changed and never deleted. `data` holds what people and programs said; vectors (float16), imprint and motif
-- are kept as they are: they do not compress.
create table pattern_events (
    seq bigint primary key,
    event_id text not null unique,
    kind text not null,
    pattern_id text not null,
    collection text not null,
    at timestamptz not null,
    extractor text not null,
    origin_event_id text not null,
    origin_request_id text not null,
    data jsonb not null,
    dim integer not null,
    vectors bytea not null,
    imprint bytea not null,
    motif bytea not null,
    written_at timestamptz not null default clock_timestamp()
);
alter table pattern_events
    alter column vectors set storage external,
    alter column imprint set storage external,
    alter column motif set storage external;
create index pattern_events_by_collection on pattern_events (collection, seq);
create index pattern_events_by_pattern on pattern_events (pattern_id, seq);

-- What follows from the events; can be made anew from them at any time. The numbers of a pattern stay in the event
-- `content_seq`.
create table pattern_facts (
    pattern_id text primary key,
    collection text not null,
    kind text not null,
    name text not null,
    -- Name, values of tags and category without regard to case, one a line.
    searched text not null,
    tags jsonb not null,
    category text not null,
    duration_s double precision not null,
    heard bigint not null,
    confirmed bigint not null,
    denied bigint not null,
    merged_into text not null,
    retired boolean not null,
    relations jsonb not null,
    extractor text not null,
    origin_event_id text not null,
    origin_request_id text not null,
    first_seq bigint not null,
    last_seq bigint not null,
    content_seq bigint not null,
    content text not null,
    stored_at timestamptz not null,
    last_heard_at timestamptz not null
);
create index pattern_facts_newest on pattern_facts (collection, first_seq desc);
create index pattern_facts_heard on pattern_facts (collection, heard desc, pattern_id collate "C");
create index pattern_facts_merged on pattern_facts (merged_into) where merged_into <> '';
create index pattern_facts_tags on pattern_facts using gin (tags);

-- Patterns of the first design, those included that older code keeps while it still runs. Windows become recordings
-- without numbers: nothing compares them any more, so their sound must be learned again to be recognised. The table
-- `patterns` keeps them until it goes.
create or replace function carry_pattern(old patterns) returns void language plpgsql as $$
declare
    place bigint;
    pattern_kind text := case old.kind when 'windows' then 'recording' else old.kind end;
    named jsonb := replace(convert_from(old.tags, 'UTF8'), '\u0000', '\ufffd')::jsonb;
    no_bytes bytea := int8send(0);
    digest text := encode(sha256(int4send(0) || no_bytes || no_bytes || int8send(octet_length(old.motif)) || old.motif),
                          'hex');
begin
    insert into pattern_counter as c (counter, last) values ('events', 0)
    on conflict (counter) do update set last = c.last
    returning last + 1 into place;
    if exists (select from pattern_facts where pattern_id = old.pattern_id) then
        return;
    end if;
    update pattern_counter set last = place where counter = 'events';
    insert into pattern_events (seq, event_id, kind, pattern_id, collection, at, extractor, origin_event_id,
                                origin_request_id, data, dim, vectors, imprint, motif)
    values (place, 'carried/' || old.pattern_id, 'stored', old.pattern_id, old.collection, old.kept_at, old.extractor,
            old.source_event_id, old.request_id,
            jsonb_build_object('name', old.name, 'tags', named, 'pattern_kind', pattern_kind, 'content', digest),
            0, '', '', old.motif);
    insert into pattern_facts (pattern_id, collection, kind, name, searched, tags, category, duration_s, heard,
                               confirmed, denied, merged_into, retired, relations, extractor, origin_event_id,
                               origin_request_id, first_seq, last_seq, content_seq, content, stored_at, last_heard_at)
    values (old.pattern_id, old.collection, pattern_kind, old.name,
            lower(concat_ws(E'\n', old.name, (select string_agg(value, E'\n') from jsonb_each_text(named)))),
            (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each_text(named) where value <> ''),
            '', 0, 1, 0, 0, '', false, '[]', old.extractor, old.source_event_id, old.request_id, place, place, place,
            digest, old.kept_at, old.kept_at);
end
$$;

create or replace function carry_new_pattern() returns trigger language plpgsql as $$
begin
    perform carry_pattern(new);
    return null;
end
$$;

create trigger carry_pattern after insert on patterns for each row execute function carry_new_pattern();

-- The trigger has locked the table, so no row is missed or carried twice.
do $$
declare
    old patterns;
begin
    for old in select * from patterns order by pattern_no loop
        perform carry_pattern(old);
    end loop;
end
$$;
