-- What people said of the tone of posts, and what was learnt from it. `revision` is the number of
-- settings (see `numbers`) at the last change.

CREATE TABLE verdicts (
    watch       BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    post        BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    fingerprint BIGINT NOT NULL,   -- of the text that it speaks of: an edit voids it
    tone        TEXT,              -- NULL: taken back
    was         TEXT,              -- what the machine had said
    confidence  DOUBLE PRECISION,
    by_person   TEXT NOT NULL,
    at          BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    PRIMARY KEY (watch, post)
) WITHOUT ROWID;
CREATE INDEX verdicts_post ON verdicts (post);
CREATE INDEX verdicts_revision ON verdicts (revision);

-- Judged by a quick look, and to be read again.
ALTER TABLE mentions ADD COLUMN quick BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX mentions_quick ON mentions (number) WHERE quick = 1;

-- Small models on top of the shipped one. They hold weights and no text.
CREATE TABLE heads (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    watch    BIGINT REFERENCES watches (id) ON DELETE CASCADE,   -- NULL: of the whole house
    made     BIGINT NOT NULL,
    revision BIGINT NOT NULL,      -- of the newest verdict it knows
    "check"  TEXT NOT NULL,        -- what it brought, as JSON
    bytes    BLOB NOT NULL
);
CREATE INDEX heads_watch ON heads (watch, id);

-- Which head judges, where a person chose. Without a row: the newest, if it is better.
CREATE TABLE head_choices (
    watch BIGINT PRIMARY KEY,      -- 0: the whole house
    head  BIGINT                   -- NULL: none, the model below judges
);
