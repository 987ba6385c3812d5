-- An account is a digest of its own letters and digits; `?` and whatever follows: it is not known which, so it may be
-- any. Digests until now took in what the account was listed as, and nothing tells any more which they were of.
UPDATE credits SET account = '?' || account;
DROP INDEX credits_by_total;
CREATE INDEX credits_by_total ON credits (fiat, total_key, used_at);
DROP TRIGGER credits_are_not_cut_in_two;
CREATE TRIGGER credits_are_not_cut_in_two BEFORE INSERT ON credits
WHEN EXISTS (
    SELECT 1 FROM credits WHERE fiat = NEW.fiat AND total_key = NEW.total_key
    AND (account = NEW.account OR substr(account, 1, 1) = '?' OR substr(NEW.account, 1, 1) = '?')
    AND day = NEW.day AND nth = NEW.nth AND given_back_at IS NULL
    AND ((day = '' AND (substr(mark, -length(NEW.mark)) = NEW.mark OR substr(NEW.mark, -length(mark)) = mark))
        OR (day <> '' AND (substr(mark, 1, length(NEW.mark)) = NEW.mark OR substr(NEW.mark, 1, length(mark)) = mark)))
) BEGIN
    SELECT RAISE(IGNORE);
END;
-- The same for a credit that is taken again.
DROP TRIGGER credits_are_not_cut_in_two_later;
CREATE TRIGGER credits_are_not_cut_in_two_later BEFORE UPDATE OF given_back_at ON credits
WHEN NEW.given_back_at IS NULL AND EXISTS (
    SELECT 1 FROM credits WHERE fiat = NEW.fiat AND total_key = NEW.total_key
    AND (account = NEW.account OR substr(account, 1, 1) = '?' OR substr(NEW.account, 1, 1) = '?')
    AND day = NEW.day AND nth = NEW.nth AND given_back_at IS NULL AND intent_id <> NEW.intent_id
    AND ((day = '' AND (substr(mark, -length(NEW.mark)) = NEW.mark OR substr(NEW.mark, -length(mark)) = mark))
        OR (day <> '' AND (substr(mark, 1, length(NEW.mark)) = NEW.mark OR substr(NEW.mark, 1, length(mark)) = mark)))
) BEGIN
    SELECT RAISE(IGNORE);
END;

-- Which sales of one sum ended since a moment, without reading all there ever were.
CREATE INDEX orders_by_total_and_end ON orders (fiat, total_key, final_at) WHERE is_final = 1;
