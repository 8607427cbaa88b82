-- What posts are (complaint, question, ...): bit n is domain::Kind::ALL[n]. And what people said of it.

ALTER TABLE mentions ADD COLUMN kinds INTEGER NOT NULL DEFAULT 0;

CREATE TABLE kind_verdicts (
    watch       BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    post        BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    fingerprint BIGINT NOT NULL,   -- of the text that it speaks of: an edit voids it
    kinds       INTEGER,           -- NULL: taken back
    was         INTEGER NOT NULL,  -- what the machine had said
    by_person   TEXT NOT NULL,
    at          BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    PRIMARY KEY (watch, post)
) WITHOUT ROWID;
CREATE INDEX kind_verdicts_post ON kind_verdicts (post);
CREATE INDEX kind_verdicts_revision ON kind_verdicts (revision);

-- A head judges tones (''), or whether posts are of one kind.
ALTER TABLE heads ADD COLUMN kind TEXT NOT NULL DEFAULT '';

CREATE TABLE choices (
    watch BIGINT NOT NULL,         -- 0: the whole house
    kind  TEXT NOT NULL,
    head  BIGINT,                  -- NULL: none, the model below judges
    PRIMARY KEY (watch, kind)
) WITHOUT ROWID;
INSERT INTO choices (watch, kind, head) SELECT watch, '', head FROM head_choices;
DROP TABLE head_choices;
ALTER TABLE choices RENAME TO head_choices;
