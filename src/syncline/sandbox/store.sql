-- What a sandbox holds. Moments are whole microseconds since 1970; bodies are JSON.

create table row (
    stream text not null,
    id not null,
    body text not null,
    created integer not null,
    changed integer not null,
    archived integer
);
create unique index row_by_id on row (stream, id);
create index row_by_change on row (stream, changed, id) where archived is null;
create index row_archived on row (stream, id) where archived is not null;

-- What lists still show of a row that was written since; body null: not there yet.
create table stale (
    stream text not null,
    id not null,
    body text,
    created integer not null,
    changed integer not null,
    archived integer,
    until integer not null
);
create index stale_by_id on stale (stream, id, until);

-- Values that only one row of a stream may have.
create table held (stream text, name text, value, id not null, primary key (stream, name, value)) without rowid;
create index held_by_id on held (stream, id);

-- One direction of a relation between two rows; `kind` tells several apart.
create table relation (
    stream text, id not null, other text, other_id not null, kind text, body text,
    primary key (stream, id, other, other_id, kind)
) without rowid;
create index relation_back on relation (other, other_id);

-- Former and present values of a field that changed, the newest last.
create table history (stream text, id not null, name text, value text, at integer not null, source text);
create index history_by_row on history (stream, id, name);

create table sequence (name text primary key, last integer not null) without rowid;
create table setting (name text primary key, body text not null) without rowid;
