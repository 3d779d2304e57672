-- What people said of matches and what spread from it, as it follows from the events.
-- minimum: 1

alter table pattern_facts
    add column verdicts jsonb not null default '[]',
    -- The category without what verdicts say of it; null where they say nothing.
    add column category_said text;
create index pattern_facts_judged on pattern_facts (collection) where verdicts <> '[]';
