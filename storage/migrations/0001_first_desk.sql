-- Money is its digits as TEXT, moments are Unix milliseconds, booleans are 0 or 1.
-- Rows name people, orders and messages that may be purged before them, so nothing here is a foreign key yet.

CREATE TABLE desk (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    timezone TEXT NOT NULL,
    is_frozen INTEGER NOT NULL DEFAULT 0 CHECK (is_frozen IN (0, 1)),
    frozen_at INTEGER,
    on_duty INTEGER NOT NULL DEFAULT 0 CHECK (on_duty IN (0, 1)),
    duty_at INTEGER,
    added_at INTEGER NOT NULL,
    added_by INTEGER
) STRICT;

CREATE TABLE unreachable (
    person_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE blocked (
    user_id INTEGER PRIMARY KEY,
    blocked_at INTEGER NOT NULL,
    blocked_by INTEGER
) STRICT;

CREATE TABLE invites (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    used_by INTEGER,
    used_name TEXT NOT NULL,
    used_at INTEGER,
    outcome TEXT NOT NULL,
    settled_at INTEGER
) STRICT;

CREATE TABLE limits (
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    per_action TEXT NOT NULL,
    per_day TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    set_by INTEGER,
    PRIMARY KEY (role, action)
) STRICT;

CREATE TABLE strangers (
    user_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (user_id, hour)
) STRICT;

-- total_key is the total without trailing zeros: equal money is equal text.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    phase TEXT NOT NULL,
    is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
    fiat TEXT NOT NULL,
    total_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    facts TEXT NOT NULL,
    row_signature TEXT NOT NULL DEFAULT '',
    seen_at INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    final_at INTEGER,
    claimed_by INTEGER,
    claimed_at INTEGER,
    lock_reason TEXT,
    locked_by INTEGER,
    locked_at INTEGER,
    looked_by INTEGER,
    looked_at INTEGER,
    is_done_elsewhere INTEGER NOT NULL DEFAULT 0 CHECK (is_done_elsewhere IN (0, 1)),
    topic_id INTEGER,
    needs_topic INTEGER NOT NULL DEFAULT 0 CHECK (needs_topic IN (0, 1)),
    requested_by INTEGER,
    purged_at INTEGER
) STRICT;
CREATE INDEX orders_open ON orders (fiat, total_key) WHERE is_final = 0;
CREATE INDEX orders_newest ON orders (created_at, id);
CREATE INDEX orders_to_purge ON orders (final_at) WHERE purged_at IS NULL;

CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'unknown', 'done', 'refused', 'void')),
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
CREATE UNIQUE INDEX intents_one_open ON intents (target) WHERE state IN ('planned', 'sent', 'unknown');
CREATE UNIQUE INDEX intents_done_once ON intents (action, target) WHERE state = 'done';
CREATE INDEX intents_by_target ON intents (target, number);
CREATE INDEX intents_by_actor ON intents (actor, action, planned_at);
CREATE INDEX intents_by_end ON intents (action, settled_at);

CREATE TABLE seals (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    action TEXT NOT NULL,
    opened_by INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    shown_at INTEGER,
    used_at INTEGER,
    choice TEXT NOT NULL,
    facts TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;
CREATE INDEX seals_open ON seals (order_id) WHERE used_at IS NULL;
CREATE INDEX seals_by_end ON seals (expires_at);

CREATE TABLE messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    order_id TEXT,
    person_id INTEGER,
    data TEXT NOT NULL,
    at INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;
CREATE INDEX messages_by_order ON messages (order_id, chat_id, at);
CREATE INDEX messages_by_age ON messages (at);

CREATE TABLE inbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    update_id INTEGER NOT NULL UNIQUE,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    handled_at INTEGER
) STRICT;
CREATE INDEX inbox_unhandled ON inbox (number) WHERE handled_at IS NULL;
CREATE INDEX inbox_handled ON inbox (handled_at) WHERE handled_at IS NOT NULL;

CREATE TABLE inbox_last (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    update_id INTEGER NOT NULL
) STRICT;

-- key is NULL for a notice that nothing may replace: NULLs are never equal to each other.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    person_id INTEGER,
    key TEXT,
    kind TEXT NOT NULL,
    order_id TEXT,
    notice TEXT NOT NULL,
    facts TEXT NOT NULL,
    repost INTEGER NOT NULL CHECK (repost IN (0, 1)),
    ring INTEGER NOT NULL CHECK (ring IN (0, 1)),
    priority INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'dropped')),
    repeated INTEGER NOT NULL DEFAULT 0 CHECK (repeated IN (0, 1)),
    error TEXT NOT NULL DEFAULT '',
    settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX outbox_one_pending ON outbox (chat_id, key) WHERE state = 'pending';
CREATE INDEX outbox_due ON outbox (state, priority, id) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor INTEGER,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    facts TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_target ON journal (target, id);
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TABLE assumptions (
    key TEXT PRIMARY KEY,
    confirmed_at INTEGER,
    refuted_at INTEGER,
    count INTEGER NOT NULL
) STRICT;
