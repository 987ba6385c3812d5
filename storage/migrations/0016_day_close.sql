-- The links of one day out of all there ever were; orders have their index already.
CREATE INDEX deposits_by_report ON deposits (reported_at) WHERE reported_at IS NOT NULL;
CREATE INDEX deposits_by_over ON deposits (over_at) WHERE over_at IS NOT NULL;

-- A day that somebody is closing. `answers`: what the bank shows, by receiving account; an empty text was skipped.
-- `note` is the closer's own words.
CREATE TABLE day_forms (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    person INTEGER NOT NULL,
    answers TEXT NOT NULL DEFAULT '{}',
    note TEXT NOT NULL DEFAULT '',
    begun_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX day_forms_open ON day_forms (person, day) WHERE ended_at IS NULL;

-- Closed days; a day may be closed again: the newest counts, all are kept. `lines`: one per receiving account.
CREATE TABLE day_closes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    person INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    totals TEXT NOT NULL,
    lines TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX day_closes_by_day ON day_closes (day, number);
