-- Mentions per watch and hour (of publishing, counted from 1970): charts and counts read hours
-- instead of mentions. Those up to `upto` are counted here, a few thousand at a time and not one by
-- one, which would double what storing a mention costs; `mentions_by_hour` adds the newer ones.

CREATE TABLE mention_hours (
    watch    BIGINT NOT NULL,
    hour     BIGINT NOT NULL,
    mentions BIGINT NOT NULL,
    negative BIGINT NOT NULL,   -- of these
    PRIMARY KEY (watch, hour)
) WITHOUT ROWID;
CREATE INDEX mention_hours_hour ON mention_hours (hour);

CREATE TABLE mentions_counted (upto BIGINT NOT NULL);
INSERT INTO mentions_counted (upto) SELECT COALESCE(max(number), 0) FROM mentions;

-- Division rounds towards zero: before 1970 it has to round away from it.
INSERT INTO mention_hours (watch, hour, mentions, negative)
    SELECT watch, published / 3600000 - (published % 3600000 < 0), count(*),
           count(CASE WHEN tone = 'negative' THEN 1 END)
    FROM mentions GROUP BY 1, 2;

CREATE VIEW mentions_by_hour (watch, hour, mentions, negative) AS
    SELECT watch, hour, mentions, negative FROM mention_hours
    UNION ALL
    SELECT watch, published / 3600000 - (published % 3600000 < 0), 1, tone IS 'negative'
    FROM mentions NOT INDEXED WHERE number > (SELECT upto FROM mentions_counted);

-- What was counted changes and goes.
CREATE TRIGGER mention_goes AFTER DELETE ON mentions
    WHEN OLD.number <= (SELECT upto FROM mentions_counted) BEGIN
    UPDATE mention_hours SET mentions = mentions - 1, negative = negative - (OLD.tone IS 'negative')
        WHERE watch = OLD.watch
        AND hour = OLD.published / 3600000 - (OLD.published % 3600000 < 0);
    DELETE FROM mention_hours WHERE watch = OLD.watch
        AND hour = OLD.published / 3600000 - (OLD.published % 3600000 < 0) AND mentions = 0;
END;
CREATE TRIGGER mention_changes AFTER UPDATE OF tone, published ON mentions
    WHEN OLD.number <= (SELECT upto FROM mentions_counted)
    AND (NEW.tone IS NOT OLD.tone OR NEW.published <> OLD.published) BEGIN
    INSERT INTO mention_hours (watch, hour, mentions, negative)
        VALUES (NEW.watch, NEW.published / 3600000 - (NEW.published % 3600000 < 0), 1,
                NEW.tone IS 'negative')
        ON CONFLICT (watch, hour) DO UPDATE SET mentions = mentions + 1,
            negative = negative + excluded.negative;
    UPDATE mention_hours SET mentions = mentions - 1, negative = negative - (OLD.tone IS 'negative')
        WHERE watch = OLD.watch
        AND hour = OLD.published / 3600000 - (OLD.published % 3600000 < 0);
    DELETE FROM mention_hours WHERE watch = OLD.watch
        AND hour = OLD.published / 3600000 - (OLD.published % 3600000 < 0) AND mentions = 0;
END;
