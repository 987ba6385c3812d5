-- One row per person who set a PIN, also after it was taken away: wrong ones are counted on. Hashes are argon2's encoded
-- text over one salt per person, so that one computation is compared with all of them. `first`: the PIN. `second`: the
-- one that freezes quietly. `past`: the last ones, newest first. Empty text: there is none. Times are Unix ms.
-- `proven_at`: the last right one; `acted_at`: the last money tap that was let through. `quiet_at`: the second one was
-- used then and nobody has undone it; `pretends`: what the person is shown meanwhile that is not so.
CREATE TABLE pins (
    person INTEGER PRIMARY KEY,
    salt TEXT NOT NULL,
    first TEXT NOT NULL DEFAULT '',
    second TEXT NOT NULL DEFAULT '',
    past TEXT NOT NULL DEFAULT '[]',
    set_at INTEGER,
    wrong INTEGER NOT NULL DEFAULT 0,
    locked_at INTEGER,
    proven_at INTEGER,
    acted_at INTEGER,
    quiet_at INTEGER,
    pretends TEXT NOT NULL DEFAULT ''
) STRICT;

-- A question for a PIN that stands in a direct message. `about`: the seal or the deed it is asked for, `facts` what it
-- names. `draft`: the hash of a new PIN that was typed once; emptied with the question's end.
CREATE TABLE pin_prompts (
    id TEXT PRIMARY KEY,
    person INTEGER NOT NULL,
    step TEXT NOT NULL,
    about TEXT NOT NULL,
    facts TEXT NOT NULL DEFAULT '{}',
    draft TEXT NOT NULL DEFAULT '',
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX pin_prompts_open ON pin_prompts (person) WHERE ended_at IS NULL;

-- A right PIN counts for this seal (or deed) and no other. `wish`: what the seal is for where a quote ends sooner than
-- anybody can type; a seal that replaces it for the same wish takes the row over.
CREATE TABLE pin_proofs (
    about TEXT PRIMARY KEY,
    person INTEGER NOT NULL,
    wish TEXT NOT NULL,
    proven_at INTEGER NOT NULL
) STRICT;

-- The paper card: what is kept of the secret in its address is a keyed hash.
CREATE TABLE freeze_cards (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key TEXT NOT NULL,
    hash TEXT NOT NULL,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- Messages with a secret in them that are still to be taken away.
CREATE TABLE erasures (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, message_id)
) STRICT;
CREATE INDEX erasures_due ON erasures (due_at);
