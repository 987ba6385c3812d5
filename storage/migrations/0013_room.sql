-- The room: topics of the desk group as the desk made them, its pinned queue, and what staff noted on orders.
-- `stage` is what the name last said (0 going on, 1 in trouble, 2 over); `is_named`: Telegram has confirmed it.
CREATE TABLE topics (
    chat_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'ending', 'closed', 'gone')),
    name TEXT NOT NULL,
    stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 2),
    renames INTEGER NOT NULL DEFAULT 0 CHECK (renames BETWEEN 0 AND 2),
    is_named INTEGER NOT NULL DEFAULT 1 CHECK (is_named IN (0, 1)),
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, topic_id)
) STRICT;
CREATE INDEX topics_left ON topics (chat_id, order_id) WHERE state <> 'gone';
CREATE INDEX topics_by_order ON topics (order_id);

-- message_id is 0 after people deleted it; service_id is Telegram's own line about the pinning, to be deleted.
CREATE TABLE pinned_queue (
    chat_id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    pinned_at INTEGER,
    is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    is_refused INTEGER NOT NULL DEFAULT 0 CHECK (is_refused IN (0, 1)),
    service_id INTEGER
) STRICT;

CREATE TABLE notes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_by_order ON notes (order_id, number);
