-- Each row carries the hash of the one before it (bot/domain/journal_chain.py). SQL cannot hash: the rows of an older
-- desk get theirs from storage/journal.py in the same transaction, and no row is ever without one afterwards.
ALTER TABLE journal ADD COLUMN hash TEXT NOT NULL DEFAULT '';
DROP TRIGGER journal_is_never_changed;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal WHEN OLD.hash <> '' BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- INSERT OR REPLACE removes a row without asking the trigger on deletion.
CREATE TRIGGER journal_grows_at_its_end BEFORE INSERT ON journal
WHEN NEW.id <> (SELECT COALESCE(MAX(id), 0) + 1 FROM journal) OR length(NEW.hash) <> 64 BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only, each row chained to the last');
END;
