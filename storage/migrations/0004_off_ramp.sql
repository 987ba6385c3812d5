-- One row per OTC quote that was shown. `token` is emptied when the quote has ended; the hash stays.
CREATE TABLE off_ramps (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('crypto', 'fiat')),
    coin TEXT NOT NULL,
    coin_amount TEXT NOT NULL,
    fiat TEXT NOT NULL,
    fiat_amount TEXT NOT NULL,
    rate TEXT,
    valid_seconds INTEGER NOT NULL,
    promotion TEXT NOT NULL DEFAULT '',
    bank_id TEXT NOT NULL,
    bank TEXT NOT NULL,
    person INTEGER NOT NULL,
    requester INTEGER,
    request TEXT NOT NULL DEFAULT '',
    instead_of TEXT NOT NULL DEFAULT '',
    before TEXT,
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    client_order_id TEXT NOT NULL DEFAULT '',
    order_id TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    fee TEXT,
    final TEXT,
    error TEXT NOT NULL DEFAULT '',
    looked_at INTEGER,
    looks INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX off_ramps_live ON off_ramps (ends_at) WHERE ended_at IS NULL;
CREATE INDEX off_ramps_by_request ON off_ramps (request) WHERE request <> '';
CREATE INDEX off_ramps_by_replaced ON off_ramps (instead_of) WHERE instead_of <> '';
CREATE UNIQUE INDEX off_ramps_by_client_order ON off_ramps (client_order_id) WHERE client_order_id <> '';
CREATE INDEX off_ramps_by_order ON off_ramps (order_id) WHERE order_id <> '';

-- What somebody asked the leads for, before any quote.
CREATE TABLE off_ramp_requests (
    id TEXT PRIMARY KEY,
    side TEXT NOT NULL CHECK (side IN ('crypto', 'fiat')),
    coin TEXT NOT NULL,
    fiat TEXT NOT NULL,
    amount TEXT NOT NULL,
    promotion TEXT NOT NULL DEFAULT '',
    person INTEGER NOT NULL,
    asked_at INTEGER NOT NULL
) STRICT;

-- Callbacks exactly as they came, stored before they are acknowledged. `event` is bizId and bizStatus.
CREATE TABLE callbacks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    venue TEXT NOT NULL,
    event TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    nonce TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    next_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    handled_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    UNIQUE (venue, event)
) STRICT;
CREATE INDEX callbacks_unhandled ON callbacks (next_at) WHERE handled_at IS NULL;

-- A bank account that is being added, question by question; the statement's bytes lie in the file room. Answers and
-- statement are emptied when it has ended. `known`: the ids that the venue listed before it was sent.
CREATE TABLE bank_forms (
    id TEXT PRIMARY KEY,
    person INTEGER NOT NULL,
    step TEXT NOT NULL,
    answers TEXT NOT NULL,
    statement TEXT NOT NULL DEFAULT '',
    begun_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    sent_at INTEGER,
    is_unknown INTEGER NOT NULL DEFAULT 0,
    looks INTEGER NOT NULL DEFAULT 0,
    first_look_at INTEGER,
    last_look_at INTEGER,
    known TEXT NOT NULL DEFAULT '[]',
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX bank_forms_open ON bank_forms (person) WHERE ended_at IS NULL;

-- Accounts that were added here and whose review is awaited. `bank` is the account as it is shown (masked).
CREATE TABLE bank_watches (
    bank_id TEXT PRIMARY KEY,
    bank TEXT NOT NULL,
    review INTEGER,
    added_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL
) STRICT;
