-- What people want to hear of, and how loudly: only what they chose themselves.
CREATE TABLE alert_choices (
    person_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    loudness TEXT NOT NULL CHECK (loudness IN ('on', 'silent', 'off')),
    set_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, kind)
) STRICT;

-- Minutes of the person's own day; a span over midnight begins later than it ends.
CREATE TABLE quiet_hours (
    person_id INTEGER PRIMARY KEY,
    begins INTEGER NOT NULL CHECK (begins BETWEEN 0 AND 1439),
    ends INTEGER NOT NULL CHECK (ends BETWEEN 0 AND 1439 AND ends <> begins),
    set_at INTEGER NOT NULL
) STRICT;

-- When the desk first saw the order as paid: from then on it waits for somebody; and when it last woke from a snooze.
CREATE TABLE paid_orders (
    order_id TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    woken_at INTEGER
) STRICT;
CREATE INDEX paid_orders_by_age ON paid_orders (seen_at);

-- Purchases that we have to pay, and when their deadline is so near that somebody must hear of it; gone when rung.
CREATE TABLE pay_reminders (
    order_id TEXT PRIMARY KEY,
    ring_at INTEGER NOT NULL
) STRICT;

CREATE TABLE escalation_rings (
    order_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    rung_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, stage, person_id)
) STRICT;
CREATE INDEX escalation_rings_by_age ON escalation_rings (rung_at);

-- The bell outside Telegram: one row per cause that lasts. `rung` counts rings that were taken.
CREATE TABLE outside_rings (
    cause TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    rung INTEGER NOT NULL,
    rung_at INTEGER,
    tried_at INTEGER,
    failed INTEGER NOT NULL
) STRICT;

CREATE INDEX orders_paid ON orders (id) WHERE phase = 'paid' AND is_final = 0;
CREATE INDEX seals_by_target ON seals (target, opened_at);
