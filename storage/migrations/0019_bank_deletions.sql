-- Deletions of bank accounts at the venue. `asked` is the update that confirmed it: handled twice, it is sent once.
-- `bank` is the account as it is shown (masked). An empty outcome has none yet. Moments are Unix milliseconds.
CREATE TABLE bank_deletions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    asked INTEGER UNIQUE,
    bank_id TEXT NOT NULL,
    bank TEXT NOT NULL,
    person INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    is_lost INTEGER NOT NULL DEFAULT 0 CHECK (is_lost IN (0, 1)),
    looks INTEGER NOT NULL DEFAULT 0,
    first_look_at INTEGER,
    last_look_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    settled_at INTEGER
) STRICT;
CREATE INDEX bank_deletions_open ON bank_deletions (number) WHERE outcome = '';
CREATE INDEX bank_deletions_by_end ON bank_deletions (settled_at);
