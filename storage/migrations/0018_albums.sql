-- Telegram brings an album piece by piece: what came before the piece that says for whom it is waits here.
-- Moments are Unix milliseconds.
CREATE TABLE album_pieces (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    album TEXT NOT NULL,
    person_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    file TEXT NOT NULL,
    is_forwarded INTEGER NOT NULL CHECK (is_forwarded IN (0, 1)),
    said_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;
CREATE INDEX album_pieces_by_album ON album_pieces (chat_id, album, message_id);
CREATE INDEX album_pieces_by_time ON album_pieces (at);
