-- What one person confirmed and somebody else must confirm, too; or, with a due_at, what goes out by itself then.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    action TEXT NOT NULL,
    first_by INTEGER NOT NULL,
    seal_id TEXT NOT NULL,
    amount TEXT NOT NULL,
    asset TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    due_at INTEGER,
    choice TEXT NOT NULL,
    facts TEXT NOT NULL,
    ended_at INTEGER,
    ended_by INTEGER,
    why TEXT NOT NULL DEFAULT '',
    because TEXT NOT NULL DEFAULT '',
    intent_id TEXT
) STRICT;
CREATE UNIQUE INDEX approvals_one_open ON approvals (order_id) WHERE ended_at IS NULL;
CREATE INDEX approvals_of_order ON approvals (order_id, given_at);
CREATE INDEX approvals_by_first ON approvals (first_by) WHERE intent_id IS NOT NULL;
CREATE INDEX approvals_armed ON approvals (given_at) WHERE due_at IS NOT NULL;
CREATE INDEX approvals_by_end ON approvals (ends_at);

-- Who asked a lead for what: nobody approves alone what they asked for, whatever becomes of their role or limit.
CREATE TABLE lead_requests (
    order_id TEXT NOT NULL,
    action TEXT NOT NULL,
    person INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, action, person)
) STRICT;
CREATE INDEX lead_requests_by_age ON lead_requests (asked_at);
