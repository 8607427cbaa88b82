//! Asks before something is removed.

use askama::Template;

use crate::frame::Frame;

/// The page that asks.
#[derive(Template)]
#[template(path = "remove.html")]
pub struct RemovePage {
    /// What stands around it; the title names what goes.
    pub f: Frame,
    /// What goes with it.
    pub text: String,
    /// Where "yes" leads.
    pub action: String,
    /// Where "no" leads.
    pub back: String,
}
