//! Which script a text is written in.

/// What can be said from the letters of a text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Cyrillic letters.
    Cyrillic,
    /// Arabic letters.
    Arabic,
    /// A script that one language alone (nearly) uses: its ISO 639-1 code.
    Of(&'static str),
}

/// The letters of a text by script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    /// The script of most letters.
    pub script: Script,
    /// How many letters are of it.
    pub letters: usize,
    /// Their share of all letters, above 0, at most 1.
    pub share: f32,
}

/// The script of most letters of `text`; `None` when it has none. Japanese is told from Chinese
/// by its kana: with them, Han letters count as Japanese.
#[must_use]
pub fn of(text: &str) -> Option<Mix> {
    if text.is_ascii() {
        let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
        return (letters > 0).then_some(Mix { script: Script::Latin, letters, share: 1.0 });
    }
    let mut counts: Vec<(Script, usize)> = Vec::new();
    let mut all = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        all += 1;
        let Some(script) = of_letter(c) else { continue };
        match counts.iter_mut().find(|(s, _)| *s == script) {
            Some((_, n)) => *n += 1,
            None => counts.push((script, 1)),
        }
    }
    let count = |script| counts.iter().find(|(s, _)| *s == script).map_or(0, |c| c.1);
    let (kana, han) = (count(Script::Of("ja")), count(Script::Of("zh")));
    if kana > 0 && kana * 10 >= han {
        counts.retain(|(s, _)| *s != Script::Of("zh"));
        counts.iter_mut().filter(|(s, _)| *s == Script::Of("ja")).for_each(|c| c.1 += han);
    }
    let (script, letters) = counts.into_iter().rev().max_by_key(|(_, n)| *n)?;
    Some(Mix { script, letters, share: letters as f32 / all as f32 })
}

fn of_letter(c: char) -> Option<Script> {
    use Script::*;
    Some(match u32::from(c) {
        0x41..=0x24f | 0x1e00..=0x1eff => Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Of("el"),
        0x400..=0x52f | 0x1c80..=0x1c8f => Cyrillic,
        0x530..=0x58f => Of("hy"),
        0x590..=0x5ff | 0xfb1d..=0xfb4f => Of("he"),
        0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfefc => Arabic,
        0x780..=0x7bf => Of("dv"),
        0x900..=0x97f | 0xa8e0..=0xa8ff => Of("hi"),
        0x980..=0x9ff => Of("bn"),
        0xa00..=0xa7f => Of("pa"),
        0xa80..=0xaff => Of("gu"),
        0xb00..=0xb7f => Of("or"),
        0xb80..=0xbff => Of("ta"),
        0xc00..=0xc7f => Of("te"),
        0xc80..=0xcff => Of("kn"),
        0xd00..=0xd7f => Of("ml"),
        0xd80..=0xdff => Of("si"),
        0xe00..=0xe7f => Of("th"),
        0xe80..=0xeff => Of("lo"),
        0xf00..=0xfff => Of("bo"),
        0x1000..=0x109f => Of("my"),
        0x10a0..=0x10ff | 0x1c90..=0x1cbf | 0x2d00..=0x2d2f => Of("ka"),
        0x1200..=0x139f => Of("am"),
        0x1780..=0x17ff => Of("km"),
        0x3040..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f => Of("ja"),
        0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => Of("ko"),
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3134f => Of("zh"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_letters_decide() {
        let check = |text: &str, expect: Option<Script>| {
            assert_eq!(of(text).map(|m| m.script), expect, "{text:?}");
        };
        check("", None);
        check("123 😀 !", None);
        check("Grüße", Some(Script::Latin));
        check("Привет", Some(Script::Cyrillic));
        check("مرحبا", Some(Script::Arabic));
        check("שלום", Some(Script::Of("he")));
        check("日本語を話す", Some(Script::Of("ja")));
        check("我们说中文", Some(Script::Of("zh")));
        check("καλημέρα ok", Some(Script::Of("el")));
        check("สวัสดี", Some(Script::Of("th")));
    }

    #[test]
    fn the_share_is_of_all_letters() {
        let mix = of("ab вг").unwrap();
        assert_eq!((mix.letters, mix.share), (2, 0.5));
        assert_eq!(mix.script, Script::Latin);
    }
}
