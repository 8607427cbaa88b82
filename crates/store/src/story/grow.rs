//! What the grower says, in one transaction: posts in their stories, crossings, alerts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::crossing::{Reached, reaches};
use domain::story::{Merged, StoryId};
use domain::{AlertId, AlertReason, NewAlert, PostId, Tier, Time, WatchId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Growth, Named, Placing, Remembered, ToPlace};
use crate::alert::Raising;
use crate::mention::spans_from_text;
use crate::open::Write;
use crate::post::{POST_COLUMNS, named, named_or_none, post_from};
use crate::rows::{bytes16, damaged, rows_of, write_rows};
use crate::{Result, Store};

/// What a batch needs to know of a story it touches.
struct Known {
    rung: Option<Tier>,
    first: Time,
}

impl Store {
    /// Mentions up to this number have their story.
    pub async fn placed_up_to(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT placed FROM numbers").fetch_one(self.readers()).await?)
    }

    /// Mentions beyond that number, in order, at most `limit`.
    pub async fn to_place(&self, after: i64, limit: u32) -> Result<Vec<ToPlace>> {
        let sql = format!(
            "SELECT m.number, m.post, m.watch, m.spans, {POST_COLUMNS} FROM mentions m \
             CROSS JOIN posts p ON p.id = m.post CROSS JOIN sources s ON s.id = p.source \
             WHERE m.number > ? ORDER BY m.number LIMIT ?"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ToPlace {
                    mention: row.try_get("number")?,
                    row: row.try_get("post")?,
                    watch: WatchId(row.try_get("watch")?),
                    post: post_from(row)?,
                    spans: spans_from_text(row.try_get("spans")?)?,
                })
            })
            .collect()
    }

    /// The row of the post before the last `count` that were placed; 0 where there are fewer.
    pub async fn before_last_placed(&self, count: u32) -> Result<i64> {
        let sql = "SELECT post FROM story_posts ORDER BY post DESC LIMIT 1 OFFSET ?";
        let row: Option<i64> =
            sqlx::query_scalar(sql).bind(i64::from(count)).fetch_optional(self.readers()).await?;
        Ok(row.unwrap_or(0))
    }

    /// Posts that were placed, of rows beyond `after`, in the order of their being stored, at most
    /// `limit`.
    pub async fn remembered(&self, after: i64, limit: u32) -> Result<Vec<Remembered>> {
        let sql = format!(
            "SELECT n.post, n.story, m.watch, m.spans, (SELECT json_group_array(o.watch) FROM \
             mentions o WHERE o.post = n.post) AS watches, {POST_COLUMNS} FROM (SELECT post, story FROM \
             story_posts WHERE post > ? ORDER BY post LIMIT ?) n CROSS JOIN mentions m ON m.number = (SELECT \
             min(number) FROM mentions WHERE post = n.post) CROSS JOIN posts p ON p.id = n.post \
             CROSS JOIN sources s ON s.id = p.source ORDER BY n.post"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Remembered {
                    row: row.try_get("post")?,
                    watch: WatchId(row.try_get("watch")?),
                    watches: watches_from(row.try_get("watches")?)?,
                    story: StoryId(row.try_get("story")?),
                    post: post_from(row)?,
                    spans: spans_from_text(row.try_get("spans")?)?,
                })
            })
            .collect()
    }

    /// Of the last `limit` mentions: how many each watch has, and how many posts two watches both found.
    #[allow(clippy::type_complexity)]
    pub async fn found_together(
        &self,
        limit: u32,
    ) -> Result<(Vec<(WatchId, u64)>, Vec<(WatchId, WatchId, u64)>)> {
        let since = "(SELECT max(number) - ? FROM mentions)";
        let alone =
            format!("SELECT watch, count(*) FROM mentions WHERE number > {since} GROUP BY watch");
        let together = format!(
            "SELECT a.watch, b.watch, count(*) FROM mentions a CROSS JOIN mentions b ON \
             b.post = a.post AND b.watch > a.watch WHERE a.number > {since} GROUP BY a.watch, b.watch"
        );
        let alone: Vec<(i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(alone))
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        let together: Vec<(i64, i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(together))
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        let alone = alone.into_iter().map(|(watch, n)| (WatchId(watch), n.unsigned_abs()));
        let both = |(a, b, n): (i64, i64, i64)| (WatchId(a), WatchId(b), n.unsigned_abs());
        Ok((alone.collect(), together.into_iter().map(both).collect()))
    }

    /// Numbers for `count` new stories; the first of them. They are never given twice, whether
    /// used or not.
    pub async fn reserve_stories(&self, count: u32) -> Result<StoryId> {
        let mut write = self.write().await?;
        let first = write.numbers.story + 1;
        write.numbers.story += i64::from(count);
        write.commit().await?;
        Ok(StoryId(first))
    }

    /// Stores what the grower says; returns the numbers of new alerts. What a person did meanwhile
    /// stays: a post that was moved is not moved back, and a story that was joined to another takes
    /// its posts there.
    pub async fn grow(&self, growth: &Growth, now: Time) -> Result<Vec<i64>> {
        let mut write = self.write().await?;
        let mut settle: BTreeMap<i64, bool> = BTreeMap::new();
        place(&mut write, &growth.placed, &mut settle, now).await?;
        for merged in &growth.merged {
            let tell = settle.remove(&merged.from.0);
            merge(&mut write, *merged).await?;
            let entry = settle.entry(merged.into.0).or_insert(false);
            *entry |= tell.unwrap_or(growth.placed.iter().any(|placing| placing.tell));
        }
        name(&mut write, &growth.named).await?;
        sleep(&mut write, &growth.asleep).await?;
        let mut alerts = Vec::new();
        for (story, tell) in settle {
            alerts.extend(path(&mut write, story, tell, now).await?);
        }
        let raised = crate::alert::raise_all(&mut write, &alerts).await?;
        sqlx::query("UPDATE numbers SET placed = max(placed, ?)")
            .bind(growth.up_to)
            .execute(write.conn())
            .await?;
        write.numbers.stories += 1;
        write.commit().await?;
        Ok(raised)
    }
}

fn watches_from(list: &str) -> Result<Vec<WatchId>> {
    let numbers: Vec<i64> =
        serde_json::from_str(list).map_err(|_| damaged("a post's watches", list))?;
    Ok(numbers.into_iter().map(WatchId).collect())
}

/// Puts posts where the grower says, and notes which stories may have reached a higher rung.
async fn place(
    write: &mut Write,
    placed: &[Placing],
    settle: &mut BTreeMap<i64, bool>,
    now: Time,
) -> Result<()> {
    let heard = mentioned(write, placed).await?;
    let placed: Vec<&Placing> =
        placed.iter().filter(|placing| heard.contains_key(&placing.row)).collect();
    let targets = targets(write, placed.iter().map(|placing| placing.story)).await?;
    let story_of =
        |placing: &Placing| targets.get(&placing.story.0).map_or(placing.story.0, |to| *to);
    let stories: BTreeSet<i64> = placed.iter().map(|placing| story_of(placing)).collect();
    let mut known = known(write, &stories.iter().copied().collect::<Vec<_>>()).await?;
    let mut new = Vec::new();
    for placing in &placed {
        let (story, spoken) = (story_of(placing), &heard[&placing.row]);
        if let Some(known) = known.get_mut(&story) {
            if reaches(known.rung, Some(known.first), spoken.tier, spoken.at).is_some() {
                *settle.entry(story).or_insert(false) |= placing.tell;
            }
            continue;
        }
        // The first of a new story cannot have crossed; the next ones may.
        let rung = spoken.tier.filter(|tier| *tier != Tier::Own);
        known.insert(story, Known { rung, first: spoken.at });
        new.push(Born { story, post: placing.row, at: spoken.at, rung, source: spoken.source });
    }
    begin(write, &new, now).await?;
    let lines: Vec<(i64, i64, &Placing, &Spoken)> =
        placed.iter().map(|p| (p.row, story_of(p), *p, &heard[&p.row])).collect();
    write_rows(
        write.conn(),
        "INSERT INTO story_posts (post, story, at, source, tier, tone, copy_of, because) ",
        " ON CONFLICT (post) DO NOTHING",
        &lines,
        |row, (post, story, placing, spoken)| {
            row.push_bind(*post)
                .push_bind(*story)
                .push_bind(spoken.at.0)
                .push_bind(spoken.source)
                .push_bind(spoken.tier.map(Tier::as_str))
                .push_bind(spoken.tone.clone())
                .push_bind(placing.copy_of)
                .push_bind(serde_json::to_string(&placing.because).unwrap_or_default());
        },
    )
    .await?;
    let watched: BTreeSet<(i64, i64)> =
        lines.iter().map(|(_, story, placing, _)| (placing.watch.0, *story)).collect();
    let watched: Vec<(i64, i64)> = watched.into_iter().collect();
    write_rows(
        write.conn(),
        "INSERT INTO story_watches (watch, story) ",
        " ON CONFLICT DO NOTHING",
        &watched,
        |row, (watch, story)| {
            row.push_bind(*watch).push_bind(*story);
        },
    )
    .await?;
    let awake: Vec<i64> = stories.into_iter().collect();
    let head = "UPDATE stories SET state = 'growing' WHERE state = 'asleep' AND id";
    rows_of(write.conn(), head, "", &awake).await?;
    Ok(())
}

/// A story's first post.
struct Born {
    story: i64,
    post: i64,
    at: Time,
    rung: Option<Tier>,
    source: i64,
}

async fn begin(write: &mut Write, new: &[Born], now: Time) -> Result<()> {
    write_rows(
        write.conn(),
        "INSERT INTO stories (id, state, first, last, rung, headline) ",
        "",
        new,
        |row, born| {
            row.push_bind(born.story)
                .push_bind("growing")
                .push_bind(born.at.0)
                .push_bind(born.at.0)
                .push_bind(born.rung.map(Tier::as_str))
                .push_bind(born.post);
        },
    )
    .await?;
    let rungs: Vec<(&Born, Tier)> =
        new.iter().filter_map(|born| Some((born, born.rung?))).collect();
    write_rows(
        write.conn(),
        "INSERT INTO crossings (story, tier, at, after, post, source, told) ",
        "",
        &rungs,
        |row, (born, tier)| {
            row.push_bind(born.story)
                .push_bind(tier.as_str())
                .push_bind(born.at.0)
                .push_bind(0)
                .push_bind(born.post)
                .push_bind(born.source)
                .push_bind(now.0);
        },
    )
    .await?;
    Ok(())
}

/// What a mention says of its post.
struct Spoken {
    at: Time,
    source: i64,
    tier: Option<Tier>,
    tone: Option<String>,
}

/// Posts that are still mentioned; of several mentions a negative one speaks.
async fn mentioned(write: &mut Write, placed: &[Placing]) -> Result<HashMap<i64, Spoken>> {
    let posts: BTreeSet<i64> = placed.iter().map(|placing| placing.row).collect();
    let posts: Vec<i64> = posts.into_iter().collect();
    let head = "SELECT post, published, source, tier, tone FROM mentions WHERE post";
    let mut heard: HashMap<i64, Spoken> = HashMap::with_capacity(posts.len());
    for row in rows_of(write.conn(), head, "", &posts).await? {
        let tone: Option<String> = row.try_get("tone")?;
        let negative = tone.as_deref() == Some("negative");
        let post = row.try_get("post")?;
        if !heard.contains_key(&post) || negative {
            let spoken = Spoken {
                at: Time(row.try_get("published")?),
                source: row.try_get("source")?,
                tier: named_or_none(&row, "tier", Tier::named)?,
                tone,
            };
            heard.insert(post, spoken);
        }
    }
    Ok(heard)
}

/// Where the posts of merged stories go.
async fn targets(
    write: &mut Write,
    stories: impl Iterator<Item = StoryId>,
) -> Result<HashMap<i64, i64>> {
    let stories: BTreeSet<i64> = stories.map(|story| story.0).collect();
    let stories: Vec<i64> = stories.into_iter().collect();
    let head = "SELECT id, merged_into FROM stories WHERE merged_into IS NOT NULL AND id";
    let rows = rows_of(write.conn(), head, "", &stories).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn known(write: &mut Write, stories: &[i64]) -> Result<HashMap<i64, Known>> {
    let head = "SELECT id, rung, first FROM stories WHERE id";
    let rows = rows_of(write.conn(), head, "", stories).await?;
    let read = |row: &SqliteRow| {
        let rung = named_or_none(row, "rung", Tier::named)?;
        Ok((row.try_get("id")?, Known { rung, first: Time(row.try_get("first")?) }))
    };
    rows.iter().map(read).collect()
}

/// Makes two stories one: posts, watches, crossings and what people said go to the one that stays.
pub(super) async fn merge(write: &mut Write, merged: Merged) -> Result<()> {
    let (from, into) = (merged.from.0, merged.into.0);
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM stories WHERE id IN (?1, ?2)")
        .bind(from)
        .bind(into)
        .fetch_one(write.conn())
        .await?;
    // A story that began and was joined with one post was never stored: there is nothing to move.
    if from == into || known < 2 {
        return Ok(());
    }
    for sql in [
        "UPDATE story_posts SET story = ?2 WHERE story = ?1",
        "INSERT OR IGNORE INTO story_watches (watch, story) \
         SELECT watch, ?2 FROM story_watches WHERE story = ?1",
        "DELETE FROM story_watches WHERE story = ?1 AND ?2 > 0",
        "INSERT OR IGNORE INTO crossings (story, tier, at, after, post, source, told) \
         SELECT ?2, tier, at, after, post, source, told FROM crossings WHERE story = ?1",
        "DELETE FROM crossings WHERE story = ?1 AND ?2 > 0",
        "UPDATE stories SET merged_into = ?2 WHERE merged_into = ?1",
        "UPDATE stories SET title = COALESCE(title, (SELECT title FROM stories WHERE id = ?1)), \
         first = min(first, (SELECT first FROM stories WHERE id = ?1)) WHERE id = ?2",
        // The graver of two verdicts stays.
        "UPDATE stories SET (severity_said, severity_by, severity_at, severity_note) = \
         (SELECT severity_said, severity_by, severity_at, severity_note FROM stories WHERE id = ?1) \
         WHERE id = ?2 AND EXISTS (SELECT 1 FROM stories f WHERE f.id = ?1 AND f.severity_said > \
         COALESCE(stories.severity_said, 0))",
        "UPDATE stories SET state = 'merged', merged_into = ?2 WHERE id = ?1",
    ] {
        sqlx::query(sql).bind(from).bind(into).execute(write.conn()).await?;
    }
    Ok(())
}

async fn name(write: &mut Write, all: &[Named]) -> Result<()> {
    write_rows(
        write.conn(),
        "WITH fresh (id, headline, phrase) AS (",
        ") UPDATE stories SET headline = COALESCE(fresh.headline, stories.headline), \
         phrase = COALESCE(fresh.phrase, stories.phrase) FROM fresh WHERE stories.id = fresh.id",
        all,
        |row, named| {
            row.push_bind(named.story.0).push_bind(named.headline).push_bind(&named.phrase);
        },
    )
    .await?;
    Ok(())
}

async fn sleep(write: &mut Write, stories: &[StoryId]) -> Result<()> {
    let stories: Vec<i64> = stories.iter().map(|story| story.0).collect();
    let head = "UPDATE stories SET state = 'asleep' WHERE state = 'growing' AND id";
    rows_of(write.conn(), head, "", &stories).await?;
    Ok(())
}

/// Works out anew on which rungs a story appeared first, and which alerts that calls for.
pub(super) async fn path(
    write: &mut Write,
    story: i64,
    tell: bool,
    now: Time,
) -> Result<Vec<Raising>> {
    let rows = sqlx::query(
        "SELECT tier, min(at) AS at, post, source FROM story_posts \
         WHERE story = ? AND tier IS NOT NULL AND tier <> 'own' GROUP BY tier",
    )
    .bind(story)
    .fetch_all(write.conn())
    .await?;
    let mut appeared: Vec<(Time, Tier, i64, i64)> = Vec::new();
    for row in &rows {
        let tier = named(row, "tier", Tier::named)?;
        appeared.push((
            Time(row.try_get("at")?),
            tier,
            row.try_get("post")?,
            row.try_get("source")?,
        ));
    }
    // Of two at one moment the lower rung was first.
    appeared.sort_unstable();
    let (first, oldest): (Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT min(CASE WHEN tier IS 'own' THEN NULL ELSE at END), min(at) FROM story_posts \
         WHERE story = ?",
    )
    .bind(story)
    .fetch_one(write.conn())
    .await?;
    let first = first.map(Time);
    let had: Vec<(String, i64)> =
        sqlx::query_as("SELECT tier, after FROM crossings WHERE story = ?")
            .bind(story)
            .fetch_all(write.conn())
            .await?;
    let mut highest = None;
    let mut kept = Vec::new();
    let mut alerts = Vec::new();
    for (at, tier, post, source) in appeared {
        let Some(reached) = reaches(highest, first, Some(tier), at) else { continue };
        highest = Some(tier);
        kept.push(tier.as_str());
        let after = match reached {
            Reached::Began => 0,
            Reached::Crossed { after } => after,
        };
        sqlx::query(
            "INSERT INTO crossings (story, tier, at, after, post, source, told) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (story, tier) DO UPDATE SET \
             at = excluded.at, after = excluded.after, post = excluded.post, source = excluded.source",
        )
        .bind(story)
        .bind(tier.as_str())
        .bind(at.0)
        .bind(after)
        .bind(post)
        .bind(source)
        .bind(now.0)
        .execute(write.conn())
        .await?;
        let known = had.iter().any(|(name, after)| name == tier.as_str() && *after > 0);
        if tier == Tier::Leading && after > 0 && tell && !known {
            alerts = crossing_alerts(write, story, post, now).await?;
        }
    }
    for (name, _) in had.iter().filter(|(name, _)| !kept.contains(&name.as_str())) {
        sqlx::query("DELETE FROM crossings WHERE story = ? AND tier = ?")
            .bind(story)
            .bind(name)
            .execute(write.conn())
            .await?;
    }
    sqlx::query("UPDATE stories SET rung = ?2, first = COALESCE(?3, first) WHERE id = ?1")
        .bind(story)
        .bind(highest.map(Tier::as_str))
        .bind(oldest)
        .execute(write.conn())
        .await?;
    Ok(alerts)
}

/// One alert for each watch whose mentions are in the story and that wants to know.
async fn crossing_alerts(
    write: &mut Write,
    story: i64,
    post: i64,
    now: Time,
) -> Result<Vec<Raising>> {
    let hash: Vec<u8> = sqlx::query_scalar("SELECT hash FROM posts WHERE id = ?")
        .bind(post)
        .fetch_one(write.conn())
        .await?;
    let id = PostId(bytes16(&hash)?);
    let watches: Vec<i64> = sqlx::query_scalar(
        "SELECT w.id FROM story_watches s JOIN watches w ON w.id = s.watch \
         WHERE s.story = ? AND w.tell_crossing AND NOT w.paused ORDER BY w.id",
    )
    .bind(story)
    .fetch_all(write.conn())
    .await?;
    let alert = |watch: i64| Raising {
        alert: NewAlert {
            id: AlertId::of(WatchId(watch), AlertReason::Crossing, &story.to_string()),
            watch: WatchId(watch),
            reason: AlertReason::Crossing,
            post: Some(id),
            rise: None,
            story: Some(StoryId(story)),
            raised: now,
        },
        post: Some(post),
    };
    Ok(watches.into_iter().map(alert).collect())
}
