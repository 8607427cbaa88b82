//! What stands around every page: head, navigation, banner, foot.

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};

use crate::app::App;
use crate::assets;
use crate::fail::Fail;
use crate::form::Pairs;
use crate::lang::Words;
use crate::visit::Visit;

/// What stands around a page. Templates call it `f`.
#[derive(Clone)]
pub struct Frame {
    /// The reader's words.
    pub w: Words,
    /// The page's title.
    pub title: String,
    /// The navigation's current entry; empty without navigation.
    pub active: &'static str,
    /// The proof for forms.
    pub proof: String,
    /// The name of the person who is signed in.
    pub user: Option<String>,
    /// The demo's banner.
    pub demo: Option<String>,
    /// Now, in milliseconds, and how fast it runs: the script keeps ages fresh with it.
    pub now: i64,
    /// How many times faster than the wall.
    pub speed: f64,
    /// Alerts nobody acknowledged.
    pub open_alerts: u64,
    /// What was just done, in words.
    pub done: Option<String>,
    /// The event stream this page follows; empty for none.
    pub events: String,
}

impl Frame {
    /// The frame of a page inside; `query` may hold `done=KEY`.
    pub async fn inside(
        app: &App,
        visit: &Visit,
        active: &'static str,
        query: &Pairs,
    ) -> Result<Frame, Fail> {
        let mut frame = Frame::bare(app, visit, &format!("title-{active}"));
        frame.active = active;
        frame.open_alerts = app.store().open_alerts().await?;
        let done = query.get("done");
        let known = !done.is_empty() && visit.words().or("done", done) != done;
        frame.done = known.then(|| visit.words().say(&format!("done-{done}")).into_owned());
        Ok(frame)
    }

    /// The frame of a page outside.
    pub fn bare(app: &App, visit: &Visit, title: &str) -> Frame {
        let w = visit.words();
        let speed = app.0.options.demo;
        Frame {
            w,
            title: w.say(title).into_owned(),
            active: "",
            proof: app.0.prover.prove(&visit.cookie).unwrap_or_default(),
            user: visit.user.as_ref().map(|u| u.name.clone()),
            demo: speed.map(|s| w.name("demo-banner", &w.decimal_or_whole(s)).into_owned()),
            now: app.now().0,
            speed: speed.unwrap_or(1.0),
            open_alerts: 0,
            done: None,
            events: String::new(),
        }
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Whether this is the navigation's current entry.
    pub fn is(&self, name: &str) -> bool {
        self.active == name
    }

    /// Whether the count of open alerts stands beside this entry.
    pub fn counts(&self, name: &str) -> bool {
        name == "now"
    }

    /// The drawing of a navigation entry, for phones.
    pub fn icon(&self, name: &str) -> &'static str {
        match name {
            "now" => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 3",
            "stories" => "M4 20h4v-5H4M10 20h4V9h-4M16 20h4V4h-4",
            "mentions" => "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5",
            "search" => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21",
            "watches" => {
                "M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7-10-7-10-7M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6"
            }
            "channels" => "M5 19v-6M10 19V9M15 19v-8M20 19V5",
            _ => "M4 7h9M17 7h3M4 17h3M11 17h9M13 5v4M9 15v4",
        }
    }

    /// What the navigation lists: name, address.
    pub fn places(&self) -> [(&'static str, &'static str); 7] {
        [
            ("now", "/"),
            ("stories", "/stories"),
            ("mentions", "/mentions"),
            ("search", "/search"),
            ("watches", "/watches"),
            ("channels", "/channels"),
            ("settings", "/settings"),
        ]
    }
}

/// A page as an answer.
pub fn page(template: &impl Template) -> Result<Response, Fail> {
    let mut response = Response::new(Body::from(template.render()?));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    Ok(response)
}
