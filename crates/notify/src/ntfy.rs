//! ntfy: push to phones and desktops, by ntfy.sh or a server in the house.

use async_trait::async_trait;
use domain::{AlertReason, Field, FieldKind, Message, PartInfo};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::http::Target;
use crate::settings::Settings;
use crate::text::{HEADLINE, cut, link_labels};
use crate::{Notifier, NotifyError, NotifyOptions, one_line, render};

/// Longer messages arrive as an attached file, which nobody opens on a phone.
const MAX_MESSAGE: usize = 4_000;

pub(crate) const INFO: PartInfo = PartInfo {
    name: "ntfy",
    title: "ntfy",
    about: [
        "Pushes alerts to phones and desktops through ntfy.sh or a server of yours.",
        "Schickt Meldungen über ntfy.sh oder einen eigenen Server auf Telefone und Rechner.",
    ],
    keyless: true,
    on_by_default: false,
    fields: &[
        Field {
            name: "server",
            kind: FieldKind::Url,
            default: "https://ntfy.sh",
            required: false,
            label: ["Server", "Server"],
        },
        Field {
            name: "topic",
            kind: FieldKind::Text,
            default: "",
            required: true,
            label: [
                "Topic (whoever knows it can read along)",
                "Thema (wer es kennt, kann mitlesen)",
            ],
        },
        Field {
            name: "token",
            kind: FieldKind::Secret,
            default: "",
            required: false,
            label: ["Access token", "Zugriffstoken"],
        },
    ],
    docs: "https://docs.ntfy.sh/publish/",
};

struct Ntfy {
    target: Target,
    topic: String,
    headers: HeaderMap,
    lang: String,
}

pub(crate) fn build(
    settings: &Value,
    options: &NotifyOptions,
) -> Result<Box<dyn Notifier>, NotifyError> {
    let settings = Settings(settings);
    let server = Some(settings.text("server")).filter(|server| !server.is_empty());
    let mut target =
        Target::new("server", server.as_deref().unwrap_or("https://ntfy.sh"), options)?;
    if !target.url.path().ends_with('/') {
        let path = format!("{}/", target.url.path());
        target.url.set_path(&path);
    }
    let topic = settings.required("topic")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if topic.len() > 64 || !topic.chars().all(plain) {
        let rule = "1 to 64 letters, digits, - and _ are allowed";
        return Err(NotifyError::Setting("topic", rule.into()));
    }
    let mut headers = HeaderMap::new();
    let token = settings.text("token");
    if !token.is_empty() {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| NotifyError::Setting("token", "holds impossible characters".into()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(Box::new(Ntfy { target, topic, headers, lang: settings.lang() }))
}

#[async_trait]
impl Notifier for Ntfy {
    async fn send(&self, message: &Message) -> Result<String, NotifyError> {
        let body = serde_json::to_vec(&self.body(message))
            .map_err(|error| NotifyError::Refused(format!("no JSON: {error}")))?;
        let (status, answer) =
            self.target.post(self.target.url.clone(), self.headers.clone(), body).await?;
        let id = serde_json::from_slice::<Value>(&answer)
            .ok()
            .and_then(|answer| answer.get("id")?.as_str().map(|id| one_line(id, 64)));
        let place = self.target.place();
        Ok(match id {
            Some(id) => format!("{place} took it as {id}"),
            None => format!("{place} answered {status}"),
        })
    }

    async fn probe(&self) -> Result<String, NotifyError> {
        let broken = |_| NotifyError::Setting("server", "no path can be added to it".into());
        let url = self.target.url.join("v1/health").map_err(broken)?;
        let (_, answer) = self.target.get(url).await?;
        let place = self.target.place();
        let healthy = serde_json::from_slice::<Value>(&answer)
            .is_ok_and(|answer| answer.get("healthy") == Some(&Value::Bool(true)));
        if !healthy {
            let reason = format!("{place} answers, but not as a healthy ntfy server does");
            return Err(NotifyError::Later { reason, after: None });
        }
        Ok(format!("{place} is healthy"))
    }
}

impl Ntfy {
    fn body(&self, message: &Message) -> Value {
        let (priority, tag) = match message.reason {
            AlertReason::Crossing => (5, "newspaper"),
            AlertReason::Rise => (5, "chart_with_upwards_trend"),
            AlertReason::Dip => (3, "chart_with_downwards_trend"),
            AlertReason::Negative => (4, "warning"),
            AlertReason::Mention => (3, "speech_balloon"),
        };
        let text = render(message, &self.lang);
        // The title already says the first line.
        let rest = text.split_once("\n\n").map_or(text.as_str(), |(_, rest)| rest);
        let [post, horch] = link_labels(&self.lang);
        let links = [(post, &message.post_url), (horch, &message.horch_url)];
        let actions: Vec<Value> = links
            .iter()
            .filter(|(_, url)| is_link(url))
            .map(|(label, url)| json!({"action": "view", "label": label, "url": url}))
            .collect();
        let mut body = json!({
            "topic": self.topic,
            "title": one_line(&message.headline, HEADLINE),
            "message": cut(rest, MAX_MESSAGE).trim_end(),
            "priority": priority,
            "tags": [tag],
            "actions": actions,
            "sequence_id": message.alert,
        });
        let click = [&message.horch_url, &message.post_url].into_iter().find(|url| is_link(url));
        if let (Some(url), Some(object)) = (click, body.as_object_mut()) {
            object.insert("click".into(), url.as_str().into());
        }
        body
    }
}

/// A phone opens these with a tap: nothing but web addresses.
fn is_link(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
