-- `at` of a chat message is the venue's own second; every other moment here is Unix milliseconds.
-- The number is never used twice: it is how far each chat was told.
CREATE TABLE chat_messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    facts TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    saying_id TEXT NOT NULL DEFAULT '',
    UNIQUE (order_id, fingerprint, occurrence)
) STRICT;
CREATE INDEX chat_messages_by_number ON chat_messages (order_id, number);
CREATE INDEX chat_messages_by_time ON chat_messages (order_id, at, number);
CREATE UNIQUE INDEX chat_messages_said_once ON chat_messages (saying_id) WHERE saying_id <> '';

CREATE TABLE chat_readings (
    order_id TEXT PRIMARY KEY,
    read_at INTEGER,
    tried_at INTEGER,
    active_at INTEGER,
    rung_at INTEGER,
    is_complete INTEGER NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1))
) STRICT;

CREATE TABLE chat_told (
    chat_id INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (chat_id, order_id)
) STRICT;
CREATE INDEX chat_told_by_order ON chat_told (order_id);

CREATE TABLE chat_heralds (
    chat_id INTEGER PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;

CREATE TABLE sayings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'file')),
    state TEXT NOT NULL CHECK (
        state IN ('held', 'planned', 'sent', 'unknown', 'delivered', 'refused', 'missing', 'dropped')
    ),
    text TEXT NOT NULL,
    source_chat INTEGER NOT NULL,
    source_message INTEGER NOT NULL,
    part INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    album TEXT NOT NULL,
    file TEXT NOT NULL,
    content TEXT NOT NULL,
    content_type TEXT NOT NULL,
    file_key TEXT NOT NULL,
    doubts TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    sent_at INTEGER,
    settled_at INTEGER,
    looks INTEGER NOT NULL,
    first_look_at INTEGER,
    answer TEXT NOT NULL,
    answer_facts TEXT NOT NULL,
    is_flagged INTEGER NOT NULL CHECK (is_flagged IN (0, 1)),
    warning TEXT NOT NULL,
    UNIQUE (source_chat, source_message, part, attempt)
) STRICT;
CREATE INDEX sayings_by_order ON sayings (order_id, number);
CREATE INDEX sayings_by_person ON sayings (person_id, number);
CREATE INDEX sayings_open ON sayings (order_id, number) WHERE state IN ('planned', 'sent', 'unknown');
CREATE INDEX sayings_by_state ON sayings (state, number);
CREATE INDEX sayings_by_album ON sayings (source_chat, album, number) WHERE album <> '';
CREATE INDEX sayings_by_content ON sayings (content) WHERE content <> '';

-- `place` counts what was kept: it tells which order showed the same bytes first, whatever the clock said.
CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL,
    message_number INTEGER NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'kept', 'failed')),
    sha256 TEXT NOT NULL DEFAULT '',
    content_type TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    wanted_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    place INTEGER NOT NULL DEFAULT 0,
    UNIQUE (order_id, message_number, url)
) STRICT;
CREATE INDEX files_by_message ON files (message_number, number);
CREATE INDEX files_wanted ON files (next_at, number) WHERE state = 'wanted';
CREATE INDEX files_failed ON files (host) WHERE state = 'failed';
CREATE INDEX files_kept ON files (sha256, place) WHERE state = 'kept';
CREATE INDEX files_by_place ON files (place);

CREATE TABLE file_ids (
    sha256 TEXT NOT NULL,
    form TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (sha256, form)
) STRICT;

CREATE TABLE templates (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    put_at INTEGER NOT NULL,
    put_by INTEGER NOT NULL,
    UNIQUE (label, language)
) STRICT;

CREATE INDEX orders_by_end ON orders (final_at);
CREATE INDEX orders_by_topic ON orders (topic_id) WHERE topic_id IS NOT NULL;
CREATE INDEX messages_by_person ON messages (person_id, kind, at);
