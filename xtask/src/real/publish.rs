//! People who speak: through the PDS, through the Mastodon server, through a feed file.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Speaks on Bluesky.
#[derive(Clone)]
pub struct Anna {
    client: reqwest::Client,
    pds: String,
    did: String,
    token: String,
}

impl Anna {
    /// Makes an account on the PDS.
    pub async fn join(pds: &str) -> anyhow::Result<Anna> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let account = json!({
            "handle": "anna.test", "email": "anna@mail.test", "password": "a pass phrase",
        });
        let url = format!("{pds}/xrpc/com.atproto.server.createAccount");
        let made = answer(client.post(url).json(&account)).await?;
        let member = |name: &str| made[name].as_str().map(str::to_owned);
        Ok(Anna {
            client,
            pds: pds.to_owned(),
            did: member("did").context("no DID")?,
            token: member("accessJwt").context("no token")?,
        })
    }

    /// Posts; returns the record's address (`at://…`).
    pub async fn post(&self, text: &str, lang: &str) -> anyhow::Result<String> {
        let record = json!({
            "repo": self.did,
            "collection": "app.bsky.feed.post",
            "record": {
                "$type": "app.bsky.feed.post",
                "text": text,
                "langs": [lang],
                "createdAt": now(),
            },
        });
        let made = self.call("createRecord", &record).await?;
        made["uri"].as_str().map(str::to_owned).context("no address")
    }

    /// Takes a post back.
    pub async fn delete(&self, uri: &str) -> anyhow::Result<()> {
        let rkey = uri.rsplit('/').next().unwrap_or_default();
        let which = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey});
        self.call("deleteRecord", &which).await.map(|_| ())
    }

    async fn call(&self, method: &str, body: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/xrpc/com.atproto.repo.{method}", self.pds);
        answer(self.client.post(url).bearer_auth(&self.token).json(body)).await
    }
}

/// Toots as Ben.
pub async fn toot(port: u16, text: &str, lang: &str) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{port}/api/v1/statuses");
    let status = json!({"status": text, "language": lang, "visibility": "public"});
    answer(client.post(url).bearer_auth("ben-token").json(&status)).await.map(|_| ())
}

async fn answer(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{url} answered {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("{url} answered no JSON: {text}"))
}

/// A paper whose feed is a file.
pub struct Paper {
    path: PathBuf,
    items: Vec<String>,
}

impl Paper {
    /// A feed with one older piece.
    pub fn found(folder: &std::path::Path) -> anyhow::Result<Paper> {
        std::fs::create_dir_all(folder)?;
        let mut paper = Paper { path: folder.join("feed.xml"), items: Vec::new() };
        paper.print("Brücke wird saniert", "Die alte Brücke bekommt ein neues Geländer.")?;
        Ok(paper)
    }

    /// Prints one more piece. The file changes at once, as a good publisher's does.
    pub fn print(&mut self, title: &str, text: &str) -> anyhow::Result<()> {
        let number = self.items.len() + 1;
        let address = format!("https://beispielblatt.example/{number}");
        self.items.insert(
            0,
            format!(
                "<item><title>{title}</title><link>{address}</link><guid>{address}</guid>\
                 <description>{text}</description><pubDate>{}</pubDate></item>",
                now_rfc2822()?
            ),
        );
        let feed = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel>\
             <title>Beispielblatt</title><link>https://beispielblatt.example/</link>\
             <description>Nachrichten</description><language>de</language>{}</channel></rss>",
            self.items.concat()
        );
        let fresh = self.path.with_extension("new");
        std::fs::write(&fresh, feed)?;
        std::fs::rename(fresh, &self.path)?;
        Ok(())
    }
}

fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

fn now_rfc2822() -> anyhow::Result<String> {
    Ok(jiff::fmt::rfc2822::to_string(&jiff::ZonedDateTime::now())?)
}
