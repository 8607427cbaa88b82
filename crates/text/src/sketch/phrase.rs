//! The words by which a story is called.

use std::collections::BTreeMap;

use super::{bare, hash, root, stop};
use crate::words::{Kind, Words};

/// A phrase has at most so many words.
const LONGEST: usize = 6;
/// So many texts are read.
const TEXTS: usize = 50;
/// What each word costs, so that none is there for nothing.
const PRICE: f32 = 0.05;

/// The phrase of these texts that tells most: words in a row of one sentence, at most six, with
/// most of the weight of `terms` ([`domain::story::Grower::terms`]) and in as many texts as
/// possible; as it is written where it was found first. `None` where no text has any of the terms.
/// `lang` is the texts' language (ISO 639-1); of more than 50 texts the first are read.
#[must_use]
pub fn phrase(texts: &[&str], lang: &str, terms: &[(u32, f32)]) -> Option<String> {
    let weights: BTreeMap<u32, f32> = terms.iter().copied().collect();
    // By keys in a row: where it stands first, what it weighs, in how many texts it is.
    let mut found: BTreeMap<Vec<u32>, (&str, f32, usize)> = BTreeMap::new();
    for text in texts.iter().take(TEXTS) {
        let mut here: BTreeMap<Vec<u32>, (&str, f32)> = BTreeMap::new();
        windows(text, lang, &weights, &mut here);
        for (keys, (written, weight)) in here {
            found.entry(keys).or_insert((written, weight, 0)).2 += 1;
        }
    }
    let worth = |(_, weight, texts): &(&str, f32, usize)| weight * (1.0 + *texts as f32).ln();
    let best = found.into_iter().max_by(|a, b| worth(&a.1).total_cmp(&worth(&b.1)))?;
    Some(best.1.0.to_owned())
}

/// All phrases of a text that begin and end with a term of weight.
fn windows<'t>(
    text: &'t str,
    lang: &str,
    weights: &BTreeMap<u32, f32>,
    found: &mut BTreeMap<Vec<u32>, (&'t str, f32)>,
) {
    let mut words = Words::for_text(text.len());
    words.push(text);
    let tokens = words.tokens();
    let keyed: Vec<(u32, f32)> = tokens
        .iter()
        .map(|token| {
            let flat = bare(words.plain(token));
            let number = flat.bytes().any(|byte| byte.is_ascii_digit());
            let key = match token.kind {
                Kind::Url | Kind::Emoji => 0,
                Kind::Word if !number => hash(&root(words.word(token), lang)),
                _ => hash(flat),
            };
            let tells = !stop::is_stop(flat) && token.kind != Kind::Url;
            (key, if tells { weights.get(&key).copied().unwrap_or_default() } else { 0.0 })
        })
        .collect();
    for start in (0..tokens.len()).filter(|i| keyed[*i].1 > 0.0) {
        let (mut weight, mut keys) = (0.0, Vec::new());
        for i in start..tokens.len().min(start + LONGEST) {
            if tokens[i].sentence != tokens[start].sentence {
                break;
            }
            let (key, more) = keyed[i];
            weight += if keys.contains(&key) { 0.0 } else { more } - PRICE;
            keys.push(key);
            if more > 0.0
                && let Some(written) =
                    text.get(tokens[start].start as usize..tokens[i].end as usize)
            {
                found.entry(keys.clone()).or_insert((written, weight));
            }
        }
    }
}
