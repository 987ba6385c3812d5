-- A new ad that is being made, question by question. `like`: the ad it was begun from. Answers are emptied when it ends
-- unsent. `sent_at`: it was sent and has no outcome yet.
CREATE TABLE ad_forms (
    id TEXT PRIMARY KEY,
    person INTEGER NOT NULL,
    step TEXT NOT NULL,
    answers TEXT NOT NULL,
    like_ad TEXT NOT NULL DEFAULT '',
    begun_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    sent_at INTEGER,
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX ad_forms_open ON ad_forms (person) WHERE ended_at IS NULL;

-- One row per request of a form; `id` is its intent's. `known`: the ads that were listed before it left. `ad_id`: the
-- ad it made, once that is known. `candidates`: the ads that a person must decide between, with what differs.
CREATE TABLE ad_sendings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    form_id TEXT NOT NULL,
    person INTEGER NOT NULL,
    draft TEXT NOT NULL,
    known TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    next_look_at INTEGER,
    looks INTEGER NOT NULL DEFAULT 0,
    first_look_at INTEGER,
    ad_id TEXT NOT NULL DEFAULT '',
    candidates TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX ad_sendings_by_form ON ad_sendings (form_id, number);
CREATE INDEX ad_sendings_due ON ad_sendings (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE UNIQUE INDEX ad_sendings_ad ON ad_sendings (ad_id) WHERE ad_id <> '';
