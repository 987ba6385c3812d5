-- One credit on a receiving account stands for one release. `account` is a digest of the method and the account,
-- `day` is empty for digits of a bank reference, `mark` those digits or the clock time. What was given back is kept
-- for a release that was carried out after all.
CREATE TABLE credits (
    intent_id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    account TEXT NOT NULL,
    fiat TEXT NOT NULL,
    total_key TEXT NOT NULL,
    day TEXT NOT NULL,
    mark TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    given_back_at INTEGER
) STRICT;
CREATE UNIQUE INDEX credits_once ON credits (account, day, mark) WHERE given_back_at IS NULL;
CREATE INDEX credits_by_total ON credits (account, fiat, total_key);
CREATE INDEX credits_by_age ON credits (used_at);
-- 8821 and 448821 of the same sum may be one credit, and so may 14:02 and 14:02:31.
CREATE TRIGGER credits_are_not_cut_in_two BEFORE INSERT ON credits
WHEN EXISTS (
    SELECT 1 FROM credits WHERE account = NEW.account AND fiat = NEW.fiat AND total_key = NEW.total_key
    AND day = NEW.day AND given_back_at IS NULL
    AND ((day = '' AND (substr(mark, -length(NEW.mark)) = NEW.mark OR substr(NEW.mark, -length(mark)) = mark))
        OR (day <> '' AND (substr(mark, 1, length(NEW.mark)) = NEW.mark OR substr(NEW.mark, 1, length(mark)) = mark)))
) BEGIN
    SELECT RAISE(IGNORE);
END;

-- `offered` are the ids of orders in the order in which their names stand on the buttons.
CREATE TABLE twin_questions (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    offered TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_at INTEGER
) STRICT;
CREATE INDEX twin_questions_by_order ON twin_questions (order_id, answered_at);
CREATE INDEX twin_questions_by_age ON twin_questions (asked_at);

CREATE TABLE snoozes (
    order_id TEXT PRIMARY KEY,
    person_id INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

-- Who paid in somebody else's place, as the bank shows the name.
CREATE TABLE payers (
    order_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kept_at INTEGER NOT NULL,
    kept_by INTEGER NOT NULL
) STRICT;

CREATE TABLE buyer_marks (
    order_id TEXT PRIMARY KEY,
    counterparty_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    marked_at INTEGER NOT NULL,
    marked_by INTEGER NOT NULL
) STRICT;
CREATE INDEX buyer_marks_by_buyer ON buyer_marks (counterparty_id, marked_at);

-- `locked_at` says which lock the step is about.
CREATE TABLE unlocks (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    locked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    ended_at INTEGER,
    done_at INTEGER
) STRICT;
CREATE INDEX unlocks_by_order ON unlocks (order_id, done_at);
