-- What a done action is unique for beside its target: for a change of an ad, the state it started from.
ALTER TABLE intents ADD COLUMN base TEXT NOT NULL DEFAULT '';
DROP INDEX intents_done_once;
CREATE UNIQUE INDEX intents_done_once ON intents (action, target, base) WHERE state = 'done';

-- One row per change of an ad that was shown as a diff. `ad` is the ad as it was seen, `wanted` what was asked for.
-- `market`: by how many percent a wanted price is off the market (NULL: not far), and the best price of the others.
-- `found`: what the venue showed when it was looked at again.
CREATE TABLE ad_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    ad_id TEXT NOT NULL,
    ad TEXT NOT NULL,
    wanted TEXT NOT NULL,
    person INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    far_percent TEXT,
    best TEXT,
    is_meant INTEGER NOT NULL DEFAULT 0 CHECK (is_meant IN (0, 1)),
    rule TEXT NOT NULL DEFAULT '',
    move TEXT NOT NULL DEFAULT '',
    checked_at INTEGER,
    found TEXT,
    moved TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX ad_changes_live ON ad_changes (ends_at) WHERE ended_at IS NULL;
CREATE INDEX ad_changes_by_ad ON ad_changes (ad_id, number);
CREATE INDEX ad_changes_by_move ON ad_changes (move) WHERE move <> '';

-- All ads off, or back on: one question, one answer per ad. `ads` is what it was asked of.
CREATE TABLE ad_moves (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    way TEXT NOT NULL CHECK (way IN ('off', 'on')),
    ads TEXT NOT NULL,
    person INTEGER,
    why TEXT NOT NULL DEFAULT '',
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    sent_at INTEGER
) STRICT;
CREATE INDEX ad_moves_live ON ad_moves (ends_at) WHERE ended_at IS NULL;
