-- A confirm step is about an order, a quote, …: one word for all of them.
ALTER TABLE seals RENAME COLUMN order_id TO target;

-- Two more open states; a CHECK cannot be changed in place.
CREATE TABLE intents_new (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (
        'planned', 'sent', 'taken', 'asked', 'unknown', 'done', 'refused', 'void'
    )),
    actor INTEGER NOT NULL,
    actor_role TEXT NOT NULL,
    requester INTEGER,
    seal_id TEXT NOT NULL,
    amount TEXT NOT NULL,
    asset TEXT NOT NULL,
    arguments TEXT NOT NULL,
    planned_at INTEGER NOT NULL,
    sent_at INTEGER,
    settled_at INTEGER,
    looks INTEGER NOT NULL,
    first_look_at INTEGER,
    last_look_at INTEGER,
    answer TEXT NOT NULL
) STRICT;
INSERT INTO intents_new SELECT * FROM intents;
DROP TABLE intents;
ALTER TABLE intents_new RENAME TO intents;
CREATE UNIQUE INDEX intents_one_open ON intents (target)
    WHERE state IN ('planned', 'sent', 'taken', 'asked', 'unknown');
CREATE UNIQUE INDEX intents_done_once ON intents (action, target) WHERE state = 'done';
CREATE INDEX intents_by_target ON intents (target, number);
CREATE INDEX intents_by_actor ON intents (actor, action, planned_at);
CREATE INDEX intents_by_end ON intents (action, settled_at);

-- One row per quote that was shown. Amounts are their digits; `executed_*` is what the venue says it did.
CREATE TABLE conversions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    fixed TEXT NOT NULL CHECK (fixed IN ('sell', 'buy')),
    quote_id TEXT NOT NULL,
    sell_code TEXT NOT NULL,
    sell_amount TEXT NOT NULL,
    buy_code TEXT NOT NULL,
    buy_amount TEXT NOT NULL,
    rate TEXT,
    person INTEGER NOT NULL,
    requester INTEGER,
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    instead_of TEXT NOT NULL DEFAULT '',
    request TEXT NOT NULL DEFAULT '',
    before TEXT,
    ended_at INTEGER,
    order_id TEXT NOT NULL DEFAULT '',
    status INTEGER,
    executed_sell TEXT,
    executed_buy TEXT,
    looked_at INTEGER,
    looks INTEGER NOT NULL DEFAULT 0,
    asked_again_at INTEGER,
    again_answer TEXT NOT NULL DEFAULT '',
    sell_before TEXT,
    buy_before TEXT,
    sell_now TEXT,
    buy_now TEXT
) STRICT;
CREATE INDEX conversions_by_replaced ON conversions (instead_of) WHERE instead_of <> '';
CREATE INDEX conversions_by_request ON conversions (request) WHERE request <> '';
CREATE INDEX conversions_by_target ON conversions (target);
CREATE INDEX conversions_by_person ON conversions (person, number);
CREATE INDEX conversions_live ON conversions (ends_at) WHERE ended_at IS NULL;
