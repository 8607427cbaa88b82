//! Posts and sources as they lie in the file.

use domain::{
    Channel, Engagement, Media, Platform, Post, PostId, Relation, Source, SourceId, Tier, Time,
};
use serde::{Deserialize, Serialize};
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection};

use crate::rows::{damaged, to_i64, to_u64};
use crate::{Result, Store};

/// The columns that [`post_from`] reads, from `posts p JOIN sources s`.
pub(crate) const POST_COLUMNS: &str = "p.platform, p.native_id, p.url, p.channel, p.author, \
    p.title, p.lead, p.body, p.lang, p.published, p.received, p.extra, p.likes, p.reposts, \
    p.replies, p.views, s.key AS source_key, s.name AS source_name, s.handle AS source_handle, \
    s.url AS source_url, s.tier AS source_tier, s.followers, s.country, s.verified, s.bot";

/// What few posts have all of: kept together as JSON.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Extra {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashtags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media: Vec<Media>,
}

/// A post's `extra` column.
pub(crate) fn extra_of(post: &Post) -> Option<String> {
    let extra = Extra {
        links: post.links.clone(),
        hashtags: post.hashtags.clone(),
        mentions: post.mentions.clone(),
        relation: post.relation.clone(),
        media: post.media.clone(),
    };
    if extra == Extra::default() { None } else { serde_json::to_string(&extra).ok() }
}

/// The counts as columns `likes, reposts, replies, views`.
pub(crate) fn counts_of(engagement: &Engagement) -> [Option<i64>; 4] {
    [engagement.likes, engagement.reposts, engagement.replies, engagement.views].map(to_i64)
}

pub(crate) fn post_from(row: &SqliteRow) -> Result<Post> {
    let post = (
        row.try_get("platform")?,
        row.try_get("native_id")?,
        row.try_get("url")?,
        row.try_get("channel")?,
        row.try_get("author")?,
        row.try_get("title")?,
        row.try_get("lead")?,
        row.try_get("body")?,
        row.try_get("lang")?,
        row.try_get("published")?,
        row.try_get("received")?,
        row.try_get("extra")?,
        row.try_get("likes")?,
        row.try_get("reposts")?,
        row.try_get("replies")?,
        row.try_get("views")?,
    );
    post_told(post, source_columns(row)?)
}

/// A post and its source as [`told`](crate::rows::told) reads them.
pub(crate) const POST_TOLD: &str = "json_array(p.platform, p.native_id, p.url, p.channel, \
    p.author, p.title, p.lead, p.body, p.lang, p.published, p.received, p.extra, p.likes, \
    p.reposts, p.replies, p.views), json_array(s.key, s.name, s.handle, s.url, s.tier, \
    s.followers, s.country, s.verified, s.bot)";

/// The first part of [`POST_TOLD`].
#[rustfmt::skip]
pub(crate) type PostTold = (
    String, String, String, String, Option<String>, String, String, String, Option<String>, i64,
    i64, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<i64>,
);

/// The second part.
#[rustfmt::skip]
pub(crate) type SourceTold = (
    String, String, String, String, Option<String>, Option<i64>, Option<String>, Option<i64>,
    Option<i64>,
);

pub(crate) fn post_told(post: PostTold, source: SourceTold) -> Result<Post> {
    let (platform, native_id, url, channel, author, title, lead, body, lang, published, ..) = post;
    let (.., received, extra, likes, reposts, replies, views) = post;
    let extra = match extra {
        None => Extra::default(),
        Some(json) => serde_json::from_str(&json).map_err(|_| damaged("a post", &json))?,
    };
    Ok(Post {
        platform: Platform::named(&platform),
        native_id,
        url,
        channel: Channel::named(&channel).ok_or_else(|| damaged("channel", &channel))?,
        source: source_told(source)?,
        author,
        title,
        lead,
        body,
        lang,
        published: Time(published),
        received: Time(received),
        links: extra.links,
        hashtags: extra.hashtags,
        mentions: extra.mentions,
        relation: extra.relation,
        engagement: Engagement {
            likes: to_u64(likes),
            reposts: to_u64(reposts),
            replies: to_u64(replies),
            views: to_u64(views),
        },
        media: extra.media,
    })
}

pub(crate) fn source_told(source: SourceTold) -> Result<Source> {
    let (key, name, handle, url, tier, followers, country, verified, bot) = source;
    let tier = tier.map(|tier| Tier::named(&tier).ok_or_else(|| damaged("source_tier", &tier)));
    Ok(Source {
        key,
        name,
        handle,
        url,
        tier: tier.transpose()?,
        followers: to_u64(followers),
        country,
        verified: verified.map(|said| said != 0),
        bot: bot.map(|said| said != 0),
    })
}

/// Reads the `source_…` columns.
pub(crate) fn source_from(row: &SqliteRow) -> Result<Source> {
    source_told(source_columns(row)?)
}

fn source_columns(row: &SqliteRow) -> Result<SourceTold> {
    Ok((
        row.try_get("source_key")?,
        row.try_get("source_name")?,
        row.try_get("source_handle")?,
        row.try_get("source_url")?,
        row.try_get("source_tier")?,
        row.try_get("followers")?,
        row.try_get("country")?,
        row.try_get::<Option<bool>, _>("verified")?.map(i64::from),
        row.try_get::<Option<bool>, _>("bot")?.map(i64::from),
    ))
}

/// Reads a name that the domain knows.
pub(crate) fn named<T>(
    row: &SqliteRow,
    column: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let name: &str = row.try_get(column)?;
    read(name).ok_or_else(|| damaged(column, name))
}

/// Reads a name that the domain knows, or NULL.
pub(crate) fn named_or_none<T>(
    row: &SqliteRow,
    column: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    let name: Option<&str> = row.try_get(column)?;
    name.map(|name| read(name).ok_or_else(|| damaged(column, name))).transpose()
}

/// What is newly known wins; what is unknown changes nothing.
pub(crate) fn merge(old: &Source, new: &Source) -> Source {
    let text = |old: &String, new: &String| if new.is_empty() { old.clone() } else { new.clone() };
    Source {
        key: old.key.clone(),
        name: text(&old.name, &new.name),
        handle: text(&old.handle, &new.handle),
        url: text(&old.url, &new.url),
        tier: new.tier.or(old.tier),
        followers: new.followers.or(old.followers),
        country: new.country.clone().or_else(|| old.country.clone()),
        verified: new.verified.or(old.verified),
        bot: new.bot.or(old.bot),
    }
}

/// A stored post with its row and the time its latest version was heard.
pub(crate) async fn load_post(
    conn: &mut SqliteConnection,
    id: PostId,
) -> Result<Option<(i64, Time, Post)>> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT p.id, p.heard, ");
    sql.push(POST_COLUMNS)
        .push(" FROM posts p JOIN sources s ON s.id = p.source WHERE p.hash = ")
        .push_bind(id.0.to_vec());
    let Some(row) = sql.build().fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some((row.try_get("id")?, Time(row.try_get("heard")?), post_from(&row)?)))
}

impl Store {
    /// One post in its latest version.
    pub async fn post(&self, id: PostId) -> Result<Option<Post>> {
        let mut conn = self.readers().acquire().await?;
        Ok(load_post(&mut conn, id).await?.map(|(_, _, post)| post))
    }

    /// All kept versions of a post, oldest first, with the time each was heard.
    pub async fn post_versions(&self, id: PostId) -> Result<Vec<(Time, Post)>> {
        let mut conn = self.readers().acquire().await?;
        // One statement, so that an edit in between cannot show a version twice or not at all.
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT v.version, v.heard AS version_heard, v.content, p.heard, ",
        );
        sql.push(POST_COLUMNS)
            .push(
                " FROM posts p JOIN sources s ON s.id = p.source \
                 LEFT JOIN post_versions v ON v.post = p.id WHERE p.hash = ",
            )
            .push_bind(id.0.to_vec())
            .push(" ORDER BY v.version");
        let rows = sql.build().fetch_all(&mut *conn).await?;
        let Some(last) = rows.last() else { return Ok(Vec::new()) };
        let latest = (Time(last.try_get("heard")?), post_from(last)?);
        let mut versions = Vec::new();
        for row in &rows {
            if let Some(content) = row.try_get::<Option<&str>, _>("content")? {
                let post = serde_json::from_str(content)
                    .map_err(|_| damaged("an old version of a post", content))?;
                versions.push((Time(row.try_get("version_heard")?), post));
            }
        }
        versions.push(latest);
        Ok(versions)
    }

    /// Posts received before `before` (exclusive; `None` = newest), newest first, at most `limit`.
    pub async fn recent_posts(
        &self,
        before: Option<(Time, PostId)>,
        limit: u32,
    ) -> Result<Vec<Post>> {
        // 17 bytes lie beyond every identity of 16.
        let (received, hash) = match before {
            Some((time, id)) => (time.0, id.0.to_vec()),
            None => (i64::MAX, vec![0xff; 17]),
        };
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(POST_COLUMNS).push(
            " FROM (SELECT * FROM (SELECT id, received, hash FROM posts \
                    WHERE mentioned = 0 AND (received, hash) < (?1, ?2) \
                    ORDER BY received DESC, hash DESC LIMIT ?3) \
                  UNION ALL SELECT * FROM (SELECT id, received, hash FROM posts \
                    WHERE mentioned = 1 AND (received, hash) < (?1, ?2) \
                    ORDER BY received DESC, hash DESC LIMIT ?3) \
                  ORDER BY received DESC, hash DESC LIMIT ?3) n \
             CROSS JOIN posts p ON p.id = n.id CROSS JOIN sources s ON s.id = p.source \
             ORDER BY n.received DESC, n.hash DESC",
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.into_string()))
            .bind(received)
            .bind(hash)
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(post_from).collect()
    }
}

/// A source's identity as its column.
pub(crate) fn source_hash(platform: &Platform, key: &str) -> [u8; 16] {
    SourceId::of(platform, key).0
}
