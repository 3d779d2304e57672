-- Those who ask take turns within their tenant, so that one with a hundred pieces keeps no other waiting.
-- minimum: 1

-- Whose a job is, as a digest; empty for nobody in particular.
alter table jobs add column whose text not null default '';

create table turns_of_askers (
    tenant text not null,
    whose text not null,
    turn bigint not null,
    primary key (tenant, whose)
);
