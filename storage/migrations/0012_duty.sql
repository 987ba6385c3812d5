-- A test bell: only who hears it before `ends_at` is on duty. It counts from the moment it was last sent (ms).
CREATE TABLE duty_bells (
    id TEXT NOT NULL PRIMARY KEY,
    person INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'heard', 'missed', 'dropped')),
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX duty_bells_waiting ON duty_bells (person) WHERE state = 'waiting';
-- The open money that one person hands to another: written (`draft`), then offered. `orders` are those of the offer.
CREATE TABLE handovers (
    id TEXT NOT NULL PRIMARY KEY,
    giver INTEGER NOT NULL,
    taker INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    orders TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'waiting', 'accepted', 'refused', 'taken_back', 'unanswered', 'void')),
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX handovers_of_giver ON handovers (giver) WHERE state IN ('draft', 'waiting');
CREATE INDEX handovers_open ON handovers (ends_at) WHERE state = 'waiting';
