//! Who is tried: every connector, Mastodon twice (with and without a token).

use serde_json::{Value, json};
use world::{FakeInternet, Format, JETSTREAM_HOST, MASTODON_HOSTS, MASTODON_TOKEN, Place, Site};

/// A connector under trial and what may be expected of its platform.
pub struct Subject {
    /// Name of the trial.
    pub name: &'static str,
    /// Name in the table of connectors.
    pub connector: &'static str,
    /// How fast its clock runs, so that polling does not mean waiting.
    pub speed: f64,
    /// It waits for `Retry-After` on the wall's clock, not on its own.
    pub waits_by_wall: bool,
    /// It holds a stream open.
    pub streams: bool,
    /// The platform tells deletions.
    pub deletes: bool,
    /// The platform tells edits.
    pub edits: bool,
}

pub const SUBJECTS: &[Subject] = &[
    Subject {
        name: "web",
        connector: "web",
        speed: 200.0,
        waits_by_wall: false,
        streams: false,
        deletes: false,
        edits: true,
    },
    Subject {
        name: "bluesky",
        connector: "bluesky",
        speed: 1.0,
        waits_by_wall: true,
        streams: true,
        deletes: true,
        edits: true,
    },
    Subject {
        name: "mastodon",
        connector: "mastodon",
        speed: 20.0,
        waits_by_wall: true,
        streams: false,
        deletes: false,
        edits: false,
    },
    Subject {
        name: "mastodon streaming",
        connector: "mastodon",
        speed: 20.0,
        waits_by_wall: true,
        streams: true,
        deletes: true,
        edits: true,
    },
    Subject {
        name: "hackernews",
        connector: "hackernews",
        speed: 20.0,
        waits_by_wall: true,
        streams: false,
        deletes: true,
        edits: true,
    },
];

impl Subject {
    /// Where its posts are published.
    pub fn places(&self) -> Vec<Place> {
        match self.connector {
            "web" => ["rss.example", "atom.example", "json.example"].map(Place::feed).to_vec(),
            "bluesky" => vec![Place::Bluesky],
            "mastodon" => vec![Place::mastodon(MASTODON_HOSTS[0])],
            _ => vec![Place::HackerNews],
        }
    }

    /// Adds its sites and says its settings.
    pub fn settings(&self, internet: &FakeInternet) -> Value {
        for (host, format) in [
            ("rss.example", Format::Rss),
            ("atom.example", Format::Atom),
            ("json.example", Format::Json),
        ] {
            internet.add_site(Site::blog(host).in_format(format));
        }
        let settings = internet.connector_settings();
        let found = settings.into_iter().find(|(name, _)| *name == self.connector);
        let mut settings = found.unwrap().1;
        if self.connector == "mastodon" {
            settings["servers"] = json!(format!("http://{}", MASTODON_HOSTS[0]));
            if self.streams {
                settings["tokens"] = json!(format!("{} {MASTODON_TOKEN}", MASTODON_HOSTS[0]));
            }
        }
        settings
    }

    /// Whether a request was made by it.
    pub fn asked(&self, host: &str) -> bool {
        self.places().iter().any(|place| match place {
            Place::Feed(own) | Place::Mastodon(own) => own == host,
            Place::Bluesky => host == JETSTREAM_HOST,
            Place::HackerNews => host == world::HACKERNEWS_HOST,
        })
    }
}
