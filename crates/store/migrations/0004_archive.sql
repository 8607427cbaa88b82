-- What the archive has to take in beside new posts, which it finds by their numbers: edits,
-- deletions (the post is gone by then, so the day it was received on stands here), and sources
-- whose words changed.
CREATE TABLE archive_changes (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    post   BIGINT,
    day    BIGINT,                 -- of receipt, counted from 1970
    source BIGINT
);

CREATE TABLE archive (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,           -- tells this store from another one
    floor BIGINT NOT NULL          -- days before are dropped
);
INSERT INTO archive VALUES (1, lower(hex(randomblob(8))), 0);
