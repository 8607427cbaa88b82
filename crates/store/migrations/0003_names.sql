-- Saved queries and lists of sources, by name; and what the flow needs to follow watches one by one.
-- `revision` is the number of settings (see `numbers`) at the last change.

CREATE TABLE saved_queries (
    folded   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    query    TEXT NOT NULL,
    revision BIGINT NOT NULL,
    changed  BIGINT NOT NULL
);

CREATE TABLE source_lists (
    folded   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    entries  TEXT NOT NULL,          -- one a line
    revision BIGINT NOT NULL,
    changed  BIGINT NOT NULL
);

ALTER TABLE watches ADD COLUMN revision  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE watches ADD COLUMN filled    BIGINT NOT NULL DEFAULT 0;  -- version filled from the past
ALTER TABLE watches ADD COLUMN filled_at BIGINT NOT NULL DEFAULT 0;  -- settings when that began
CREATE INDEX watches_revision ON watches (revision);

-- Watches that were removed, so that whoever follows watches need not read all of them.
CREATE TABLE gone_watches (
    watch    INTEGER PRIMARY KEY,
    revision BIGINT NOT NULL
);
CREATE INDEX gone_watches_revision ON gone_watches (revision);
