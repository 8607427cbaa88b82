-- The first shape of the store. Times are milliseconds since 1970, numbers grow and are never
-- given twice (they come from `numbers`), names are those of `as_str` in the domain.

CREATE TABLE numbers (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    post     BIGINT NOT NULL,
    source   BIGINT NOT NULL,
    mention  BIGINT NOT NULL,
    alert    BIGINT NOT NULL,
    delivery BIGINT NOT NULL,
    watch    BIGINT NOT NULL,
    way      BIGINT NOT NULL,
    settings BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    ingested BIGINT
);
INSERT INTO numbers VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL);

CREATE TABLE sources (
    id        INTEGER PRIMARY KEY,
    hash      BLOB NOT NULL UNIQUE,
    platform  TEXT NOT NULL,
    key       TEXT NOT NULL,
    name      TEXT NOT NULL,
    handle    TEXT NOT NULL,
    url       TEXT NOT NULL,
    tier      TEXT,
    followers BIGINT,
    country   TEXT,
    verified  BOOLEAN,
    bot       BOOLEAN
);

CREATE TABLE posts (
    id          INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,
    source      BIGINT NOT NULL REFERENCES sources (id),
    fingerprint BIGINT NOT NULL,
    versions    BIGINT NOT NULL,   -- kept, this one included
    mentioned   BIGINT NOT NULL,   -- 1 while a mention speaks of it, else 0
    platform    TEXT NOT NULL,
    native_id   TEXT NOT NULL,
    url         TEXT NOT NULL,
    channel     TEXT NOT NULL,
    author      TEXT,
    title       TEXT NOT NULL,
    lead        TEXT NOT NULL,
    body        TEXT NOT NULL,
    lang        TEXT,
    published   BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    heard       BIGINT NOT NULL,   -- when this version was heard
    extra       TEXT,              -- links, hashtags, mentions, relation, media as JSON
    likes       BIGINT,
    reposts     BIGINT,
    replies     BIGINT,
    views       BIGINT
);
CREATE INDEX posts_received ON posts (mentioned, received, hash);
CREATE INDEX posts_source ON posts (source);

CREATE TABLE post_versions (
    post        BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    heard       BIGINT NOT NULL,
    content     TEXT NOT NULL,     -- the whole post as JSON
    PRIMARY KEY (post, version)
);

-- Posts and sources that were deleted on their platform: an overlap must not bring them back.
CREATE TABLE tombstones (
    hash BLOB PRIMARY KEY,
    at   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tombstones_at ON tombstones (at);

CREATE TABLE watches (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    folded      TEXT NOT NULL UNIQUE,
    query       TEXT NOT NULL,
    version     BIGINT NOT NULL,
    tell_every    BOOLEAN NOT NULL,
    tell_negative BOOLEAN NOT NULL,
    tell_rise     BOOLEAN NOT NULL,
    paused      BOOLEAN NOT NULL,
    created     BIGINT NOT NULL,
    changed     BIGINT NOT NULL
);

CREATE TABLE watch_versions (
    watch   BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    query   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (watch, version)
);

-- platform, channel, lang, tier, source and published repeat the post's, so that filters need
-- no join.
CREATE TABLE mentions (
    number        INTEGER PRIMARY KEY,
    watch         BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    post          BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    platform      TEXT NOT NULL,
    channel       TEXT NOT NULL,
    lang          TEXT,
    tone          TEXT,
    tier          TEXT,
    source        BIGINT NOT NULL,
    published     BIGINT NOT NULL,
    matched       BIGINT NOT NULL,
    told          BIGINT,
    live          BOOLEAN NOT NULL,  -- counts in the latency ledger
    confidence    DOUBLE PRECISION,
    watch_version BIGINT NOT NULL,
    spans         TEXT NOT NULL,
    why           TEXT NOT NULL,
    UNIQUE (post, watch)
);
CREATE INDEX mentions_watch ON mentions (watch, number, tone, platform, channel, lang, tier, published);
CREATE INDEX mentions_watch_published ON mentions (watch, published);
CREATE INDEX mentions_matched ON mentions (matched);
CREATE INDEX mentions_published ON mentions (published, tone, watch);
CREATE INDEX mentions_platform ON mentions (platform);
CREATE INDEX mentions_channel ON mentions (channel);
CREATE INDEX mentions_lang ON mentions (lang);
CREATE INDEX mentions_tier ON mentions (tier);
CREATE INDEX mentions_source ON mentions (source);

CREATE TABLE alerts (
    number   INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL UNIQUE,
    watch    BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    reason   TEXT NOT NULL,
    post     BIGINT REFERENCES posts (id) ON DELETE SET NULL,
    seen     BIGINT,
    expected DOUBLE PRECISION,
    raised   BIGINT NOT NULL,
    told     BIGINT,
    acknowledged_by TEXT,
    acknowledged_at BIGINT
);
CREATE INDEX alerts_watch ON alerts (watch);
CREATE INDEX alerts_post ON alerts (post);
CREATE INDEX alerts_open ON alerts (number) WHERE acknowledged_at IS NULL;

CREATE TABLE ways (
    id       INTEGER PRIMARY KEY,
    notifier TEXT NOT NULL,
    name     TEXT NOT NULL,
    settings TEXT NOT NULL,
    watches  TEXT NOT NULL,          -- JSON list of numbers; empty: all
    lang     TEXT NOT NULL,
    paused   BOOLEAN NOT NULL
);

CREATE TABLE deliveries (
    number    INTEGER PRIMARY KEY,
    alert     BIGINT NOT NULL REFERENCES alerts (number) ON DELETE CASCADE,
    way       BIGINT NOT NULL REFERENCES ways (id) ON DELETE CASCADE,
    state     TEXT NOT NULL,
    tries     BIGINT NOT NULL,
    next_try  BIGINT NOT NULL,
    delivered BIGINT,
    answer    TEXT NOT NULL,
    UNIQUE (alert, way)
);
CREATE INDEX deliveries_way ON deliveries (way);
CREATE INDEX deliveries_due ON deliveries (next_try) WHERE state = 'waiting';

CREATE TABLE cursors (
    stream TEXT PRIMARY KEY,
    value  TEXT NOT NULL
);

CREATE TABLE health (
    stream      TEXT PRIMARY KEY,
    condition   TEXT NOT NULL,
    detail      TEXT NOT NULL,
    last_ok     BIGINT,
    newest_post BIGINT,
    next_try    BIGINT,
    heard       BIGINT NOT NULL,
    broken      BIGINT NOT NULL,
    errors      BIGINT NOT NULL,
    at          BIGINT NOT NULL
);

CREATE TABLE gaps (
    stream  TEXT NOT NULL,
    started BIGINT NOT NULL,
    ended   BIGINT,
    reason  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    made_up BOOLEAN NOT NULL,
    PRIMARY KEY (stream, started)
);
CREATE INDEX gaps_started ON gaps (started);

CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    lang          TEXT NOT NULL
);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    person     BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    until      BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
