//! What came in an address or a form: pairs in their order, names may repeat.

use url::form_urlencoded;

/// The pairs of a query string or a form body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`; what is no UTF-8 is replaced, at most 1,000 pairs are read.
    pub fn parse(text: &[u8]) -> Pairs {
        Pairs(form_urlencoded::parse(text).into_owned().take(1_000).collect())
    }

    /// The first value of a name, trimmed; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The first value as it was sent: passwords may begin with a space.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// Whether the name is there with anything in it (a ticked box).
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// All values of a name that are not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, v)| v.trim())
            .filter(|v| !v.is_empty())
    }

    /// Written as a query string without a leading `?`.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.0.iter().map(|(n, v)| (n.as_str(), v.as_str())))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_go_round() {
        let pairs = Pairs::parse(b"watch=1&watch=2&words=a%26b+c&empty=");
        assert_eq!(pairs.all("watch").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(pairs.get("words"), "a&b c");
        assert!(!pairs.has("empty"));
        assert_eq!(Pairs::parse(pairs.encode().as_bytes()), pairs);
    }
}
