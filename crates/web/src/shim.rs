#![allow(missing_docs, dead_code)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Native,
    Brandwatch,
    Talkwalker,
    Meltwater,
    Lucene,
    X,
    Manticore,
}
impl Dialect {
    pub const ALL: [Dialect; 7] = [
        Dialect::Native,
        Dialect::Brandwatch,
        Dialect::Talkwalker,
        Dialect::Meltwater,
        Dialect::Lucene,
        Dialect::X,
        Dialect::Manticore,
    ];
    pub fn as_str(self) -> &'static str {
        ["native", "brandwatch", "talkwalker", "meltwater", "lucene", "x", "manticore"]
            [self as usize]
    }
    pub fn named(n: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|d| d.as_str() == n)
    }
}
pub struct Note {
    pub at: std::ops::Range<usize>,
    pub text: String,
    pub lost: bool,
}
pub struct Imported {
    pub query: query::Query,
    pub notes: Vec<Note>,
}
pub fn import(_: Dialect, text: &str) -> std::result::Result<Imported, query::QueryError> {
    query::parse(text).map(|query| Imported { query, notes: vec![] })
}
