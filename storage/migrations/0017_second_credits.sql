-- A credit is one by account, sum and mark. `nth` is 1; 2 and more only where a lead says that the bank shows a further
-- credit that its mark does not tell from another one's.
ALTER TABLE credits ADD COLUMN nth INTEGER NOT NULL DEFAULT 1;
DROP INDEX credits_once;
CREATE UNIQUE INDEX credits_once ON credits (account, fiat, total_key, day, mark, nth) WHERE given_back_at IS NULL;
CREATE INDEX credits_by_order ON credits (order_id);
-- 8821 and 448821 of the same sum may be one credit, and so may 14:02 and 14:02:31.
DROP TRIGGER credits_are_not_cut_in_two;
CREATE TRIGGER credits_are_not_cut_in_two BEFORE INSERT ON credits
WHEN EXISTS (
    SELECT 1 FROM credits WHERE account = NEW.account AND fiat = NEW.fiat AND total_key = NEW.total_key
    AND day = NEW.day AND nth = NEW.nth AND given_back_at IS NULL
    AND ((day = '' AND (substr(mark, -length(NEW.mark)) = NEW.mark OR substr(NEW.mark, -length(mark)) = mark))
        OR (day <> '' AND (substr(mark, 1, length(NEW.mark)) = NEW.mark OR substr(NEW.mark, 1, length(mark)) = mark)))
) BEGIN
    SELECT RAISE(IGNORE);
END;
-- The same for a credit that is taken again.
CREATE TRIGGER credits_are_not_cut_in_two_later BEFORE UPDATE OF given_back_at ON credits
WHEN NEW.given_back_at IS NULL AND EXISTS (
    SELECT 1 FROM credits WHERE account = NEW.account AND fiat = NEW.fiat AND total_key = NEW.total_key
    AND day = NEW.day AND nth = NEW.nth AND given_back_at IS NULL AND intent_id <> NEW.intent_id
    AND ((day = '' AND (substr(mark, -length(NEW.mark)) = NEW.mark OR substr(NEW.mark, -length(mark)) = mark))
        OR (day <> '' AND (substr(mark, 1, length(NEW.mark)) = NEW.mark OR substr(NEW.mark, 1, length(mark)) = mark)))
) BEGIN
    SELECT RAISE(IGNORE);
END;

-- A lead's word that an order has a credit of its own beside those that stand for the orders `besides` (ids).
-- `ended_at`: the step can be pressed no more; `done_at`: it was said.
CREATE TABLE second_credits (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    besides TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    ended_at INTEGER,
    done_at INTEGER
) STRICT;
CREATE INDEX second_credits_by_order ON second_credits (order_id, done_at);
