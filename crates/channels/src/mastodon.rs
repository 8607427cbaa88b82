//! Servers that speak Mastodon's [API](https://docs.joinmastodon.org/client/public/): Mastodon
//! itself, Pleroma, Akkoma, GoToSocial and others.
//!
//! Each server is heard on its own: one that refuses or fails leaves the others alone. Without a
//! token its public timeline is asked for every few seconds, from the cursor on, oldest first;
//! with one it is streamed, and caught up with after every reconnection before anything live is
//! taken. Hashtags that watches name are asked for besides, from all servers the server knows.
//!
//! A post's identity is its ActivityPub address, so a post seen on two servers is one post.
//! Edits and deletions: the stream tells them; besides, the newest statuses of the public
//! timeline are read again every two minutes, and what is missing among them is asked for by
//! number. Deletions of older statuses that were not heard by this process are not found.

mod known;
mod live;
mod server;
mod status;
mod tags;
mod timeline;
#[cfg(test)]
mod trials;

use async_trait::async_trait;
use domain::{Field, FieldKind, PartInfo};
use futures_util::future::join_all;
use serde_json::Value;

use crate::connector::{Connector, ConnectorError, Context};
use crate::http::Http;
use crate::settings;
use crate::table::Entry;
use server::Server;

/// The connector's name; streams are `mastodon/<server>` and `mastodon/<server>/tag/<tag>`.
pub const NAME: &str = "mastodon";

/// Large servers that show their public timeline to everybody.
const SERVERS: &str = "mastodon.social\nmastodon.online\nmstdn.social\nmas.to\ntroet.cafe\n\
                       norden.social\nnrw.social\nfosstodon.org";

/// The line of the table of connectors.
pub const ENTRY: Entry = Entry {
    info: PartInfo {
        name: NAME,
        title: "Mastodon",
        about: [
            "Hears the public posts of Mastodon servers and of hashtags you watch; a token makes it instant.",
            "Hört öffentliche Beiträge auf Mastodon-Servern und beobachtete Hashtags; mit Token sofort.",
        ],
        keyless: true,
        on_by_default: true,
        fields: &[
            Field {
                name: "servers",
                kind: FieldKind::Lines,
                default: SERVERS,
                required: false,
                label: ["Servers, one a line", "Server, einer pro Zeile"],
            },
            Field {
                name: "tokens",
                kind: FieldKind::Secret,
                default: "",
                required: false,
                label: [
                    "Access tokens, one a line: server token",
                    "Zugangstokens, eins pro Zeile: Server Token",
                ],
            },
            Field {
                name: "interval",
                kind: FieldKind::Number { min: 5, max: 3_600 },
                default: "20",
                required: false,
                label: ["Seconds between two visits", "Sekunden zwischen zwei Besuchen"],
            },
            Field {
                name: "local_only",
                kind: FieldKind::Switch,
                default: "true",
                required: false,
                label: [
                    "Only posts of these servers' own accounts (hashtags aside)",
                    "Nur Beiträge eigener Konten dieser Server (außer bei Hashtags)",
                ],
            },
        ],
        docs: "https://docs.joinmastodon.org/client/public/",
    },
    build: |settings| Ok(Box::new(Mastodon::new(settings)?)),
};

/// The connector.
#[derive(Debug)]
pub struct Mastodon {
    servers: Vec<Server>,
}

impl Mastodon {
    /// Builds it from its settings.
    ///
    /// # Errors
    /// `servers` names no server or something that is none, `tokens` a line without a token, or
    /// `interval` is out of range.
    pub fn new(settings: &Value) -> Result<Mastodon, ConnectorError> {
        let interval = settings::number(settings, "interval", 5..=3_600, 20)?;
        let local_only = settings::switch(settings, "local_only", true);
        let tokens = tokens(settings)?;
        let mut servers: Vec<Server> = Vec::new();
        for line in settings::lines(settings, "servers", SERVERS) {
            let mut server = Server::named(line)?;
            server.interval = std::time::Duration::from_secs(interval.unsigned_abs());
            server.local_only = local_only;
            let token = tokens.iter().find(|(name, _)| *name == server.name);
            server.token = token.map(|(_, token)| token.clone());
            if servers.iter().all(|other| other.name != server.name) {
                servers.push(server);
            }
        }
        if servers.is_empty() {
            let reason = "at least one server is needed".to_owned();
            return Err(ConnectorError::Setting { field: "servers", reason });
        }
        Ok(Mastodon { servers })
    }
}

fn tokens(settings: &Value) -> Result<Vec<(String, String)>, ConnectorError> {
    let wrong = || ConnectorError::Setting {
        field: "tokens",
        reason: "every line needs a server and its token, parted by a space".to_owned(),
    };
    let line = |line: &str| {
        let (server, token) = line.split_once(char::is_whitespace).ok_or_else(wrong)?;
        let token = token.trim();
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong());
        }
        Ok((Server::named(server).map_err(|_| wrong())?.name, token.to_owned()))
    };
    settings::lines(settings, "tokens", "").into_iter().map(line).collect()
}

#[async_trait]
impl Connector for Mastodon {
    async fn run(&self, context: Context) -> Result<(), ConnectorError> {
        let heard = self.servers.iter().map(|server| server.listen(&context));
        tokio::select! {
            _ = join_all(heard) => {}
            () = context.stopped() => {}
        }
        Ok(())
    }

    async fn probe(&self, http: &Http) -> Result<String, ConnectorError> {
        let answers = join_all(self.servers.iter().map(|server| server.probe(http))).await;
        let well = answers.iter().filter(|answer| answer.is_ok()).count();
        let words: Vec<String> =
            answers.into_iter().map(|answer| answer.unwrap_or_else(|words| words)).collect();
        let words = words.join("; ");
        if well == 0 { Err(ConnectorError::Unreachable(words)) } else { Ok(words) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_read() {
        let mastodon = Mastodon::new(&json!({
            "servers": "one.example\nhttp://127.0.0.1:3000\n# no\nhttps://ONE.example/\n@two.example",
            "tokens": "127.0.0.1:3000 abc\ntwo.example  def ",
            "interval": 5,
            "local_only": false,
        }))
        .unwrap();
        let seen: Vec<(&str, &str, Option<&str>)> = mastodon
            .servers
            .iter()
            .map(|s| (s.name.as_str(), s.base.as_str(), s.token.as_deref()))
            .collect();
        assert_eq!(
            seen,
            [
                ("one.example", "https://one.example/", None),
                ("127.0.0.1:3000", "http://127.0.0.1:3000/", Some("abc")),
                ("two.example", "https://two.example/", Some("def")),
            ]
        );
        assert!(!mastodon.servers[0].local_only);
        assert_eq!(Mastodon::new(&json!({})).unwrap().servers.len(), SERVERS.lines().count());
    }

    #[test]
    fn wrong_settings_are_refused_without_showing_secrets() {
        for settings in [
            json!({"servers": "ftp://one.example"}),
            json!({"servers": "not a host"}),
            json!({"servers": "#"}),
            json!({"interval": 4}),
            json!({"tokens": "geheim"}),
            json!({"tokens": "one.example geheim geheim"}),
        ] {
            let error = Mastodon::new(&settings).unwrap_err().to_string();
            assert!(!error.contains("geheim"), "{error}");
        }
    }
}
