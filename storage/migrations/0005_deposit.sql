-- One row per payment link that was asked for. `payer` and `name_salt` are emptied after the retention time.
CREATE TABLE deposits (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL CHECK (mode IN ('pays', 'receives')),
    fiat TEXT NOT NULL,
    amount TEXT NOT NULL,
    payer TEXT NOT NULL,
    methods INTEGER NOT NULL,
    language TEXT NOT NULL,
    person INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    order_no TEXT NOT NULL DEFAULT '',
    hook_hash TEXT NOT NULL DEFAULT '',
    name_salt TEXT NOT NULL,
    request_code TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    is_available INTEGER,
    expires_at INTEGER NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '' CHECK (report IN ('', 'InProgress', 'Finished', 'Failed', 'Cancelled')),
    reported_at INTEGER,
    payment_amount TEXT,
    transaction_amount TEXT,
    unit_price TEXT,
    received TEXT,
    fee TEXT,
    method TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    over_at INTEGER
) STRICT;
CREATE INDEX deposits_live ON deposits (ends_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX deposits_by_order ON deposits (order_no) WHERE order_no <> '';
CREATE UNIQUE INDEX deposits_by_hook ON deposits (hook_hash) WHERE hook_hash <> '';
CREATE INDEX deposits_waiting ON deposits (expires_at) WHERE over_at IS NULL AND url <> '' AND report = '';
