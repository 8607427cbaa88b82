-- Stories: posts that speak of the same thing, grown by the machine and mended by people.

-- The highest story number given or reserved; changes of stories, counted; mentions up to `placed`
-- have their story.
ALTER TABLE numbers ADD COLUMN story BIGINT NOT NULL DEFAULT 0;
ALTER TABLE numbers ADD COLUMN stories BIGINT NOT NULL DEFAULT 0;
ALTER TABLE numbers ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
-- An old file: its newest mentions are placed, the rest would take hours.
UPDATE numbers SET placed = max(0, mention - 100000);

ALTER TABLE watches ADD COLUMN tell_crossing BOOLEAN NOT NULL DEFAULT 1;
ALTER TABLE alerts ADD COLUMN story BIGINT;

CREATE TABLE stories (
    id         INTEGER PRIMARY KEY,
    state      TEXT NOT NULL,             -- growing | asleep | merged | closed (takes nothing more)
    merged_into BIGINT,                   -- where its posts went; never a merged one itself
    first      BIGINT NOT NULL,           -- oldest post
    last       BIGINT NOT NULL,           -- newest post
    posts      BIGINT NOT NULL DEFAULT 0, -- counted by the triggers below
    copies     BIGINT NOT NULL DEFAULT 0,
    negative   BIGINT NOT NULL DEFAULT 0,
    rung       TEXT,                      -- highest tier so far, own voices aside
    headline   BIGINT,                    -- the post that speaks for it
    phrase     TEXT,                      -- its most telling words
    title      TEXT,                      -- a name that a person gave it
    severity   INTEGER,                   -- by the machine, 1 to 5
    assessment TEXT,                      -- with its reasons, as JSON
    severity_said INTEGER,                -- by a person
    severity_by TEXT,
    severity_at BIGINT,
    severity_note TEXT
);
CREATE INDEX stories_last ON stories (last) WHERE posts > 1;
CREATE INDEX stories_empty ON stories (last) WHERE posts = 0;
CREATE INDEX stories_said ON stories (severity_at) WHERE severity_said IS NOT NULL;
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE story_posts (
    post    INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    story   BIGINT NOT NULL,
    at      BIGINT NOT NULL,              -- published
    source  BIGINT NOT NULL,
    tier    TEXT,
    tone    TEXT,
    copy_of BIGINT,                       -- the same text was there before, in this post
    because TEXT NOT NULL                 -- the evidence, as JSON
);
CREATE INDEX story_posts_story ON story_posts (story, at, tier, tone, copy_of, source);

-- Whose mentions are in it.
CREATE TABLE story_watches (
    watch BIGINT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    story BIGINT NOT NULL,
    PRIMARY KEY (watch, story)
) WITHOUT ROWID;
CREATE INDEX story_watches_story ON story_watches (story);

-- First appearances on higher rungs. `after` 0: it began there.
CREATE TABLE crossings (
    story BIGINT NOT NULL,
    tier  TEXT NOT NULL,
    at    BIGINT NOT NULL,
    after BIGINT NOT NULL,
    post  BIGINT,
    source BIGINT NOT NULL,
    told  BIGINT NOT NULL,                -- when it was noticed
    PRIMARY KEY (story, tier)
) WITHOUT ROWID;

-- What people did to stories: it holds, and the machine learns from it.
CREATE TABLE story_mends (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    what      TEXT NOT NULL,              -- merge | split | move | apart | close | open
    story     BIGINT NOT NULL,
    other     BIGINT,
    posts     TEXT NOT NULL,              -- rows of posts, as JSON
    by_person TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX story_mends_story ON story_mends (story);

CREATE TABLE story_seen (
    person TEXT NOT NULL,
    story  BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (person, story)
) WITHOUT ROWID;

-- What was foretold of a story at a certain age, and what came.
CREATE TABLE forecasts (
    story    BIGINT NOT NULL,
    mark     INTEGER NOT NULL,            -- at this age, in minutes
    made     BIGINT NOT NULL,
    posts    BIGINT NOT NULL,             -- at that time
    horizon  INTEGER NOT NULL,            -- so many minutes later
    low      DOUBLE PRECISION NOT NULL,
    expected DOUBLE PRECISION NOT NULL,
    high     DOUBLE PRECISION NOT NULL,
    crossing DOUBLE PRECISION,            -- probability of leading media within the horizon
    shipped  TEXT NOT NULL,               -- the same before the house's own calibration, as JSON
    came     BIGINT,                      -- posts when the horizon was over
    crossed  BOOLEAN,
    PRIMARY KEY (story, mark, horizon)
) WITHOUT ROWID;
CREATE INDEX forecasts_open ON forecasts (made) WHERE came IS NULL;

CREATE TRIGGER story_post_comes AFTER INSERT ON story_posts BEGIN
    UPDATE stories SET posts = posts + 1, copies = copies + (NEW.copy_of IS NOT NULL),
        negative = negative + (NEW.tone IS 'negative'),
        first = min(first, NEW.at), last = max(last, NEW.at) WHERE id = NEW.story;
END;
CREATE TRIGGER story_post_goes AFTER DELETE ON story_posts BEGIN
    UPDATE stories SET posts = posts - 1, copies = copies - (OLD.copy_of IS NOT NULL),
        negative = negative - (OLD.tone IS 'negative') WHERE id = OLD.story;
END;
CREATE TRIGGER story_post_changes AFTER UPDATE OF story, tone, at ON story_posts BEGIN
    UPDATE stories SET posts = posts - 1, copies = copies - (OLD.copy_of IS NOT NULL),
        negative = negative - (OLD.tone IS 'negative') WHERE id = OLD.story;
    UPDATE stories SET posts = posts + 1, copies = copies + (NEW.copy_of IS NOT NULL),
        negative = negative + (NEW.tone IS 'negative'),
        first = min(first, NEW.at), last = max(last, NEW.at) WHERE id = NEW.story;
END;
CREATE TRIGGER story_ends AFTER DELETE ON stories BEGIN
    DELETE FROM crossings WHERE story = OLD.id;
    DELETE FROM story_watches WHERE story = OLD.id;
END;
CREATE TRIGGER story_follows_mention AFTER UPDATE OF tone, tier, source, published ON mentions BEGIN
    UPDATE story_posts SET tone = NEW.tone, tier = NEW.tier, source = NEW.source, at = NEW.published
        WHERE post = NEW.post;
END;
CREATE TRIGGER story_loses_unmentioned AFTER UPDATE OF mentioned ON posts WHEN NEW.mentioned = 0 BEGIN
    DELETE FROM story_posts WHERE post = NEW.id;
END;
