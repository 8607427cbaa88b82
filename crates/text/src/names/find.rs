//! Finding names in rows of capitals.

use crate::compound;
use crate::words::{Kind as Token, fold};

use super::lists::{self, Listed, is_given, is_no_name, listed};
use super::numbers::number_at;
use super::tokens::{Unit, Units};
use super::{Kind, MOST_NAMES, Name};

/// Words of a listed name at most.
const LONGEST_LISTED: usize = 4;
/// Words of a row at most.
const LONGEST_ROW: usize = 10;
/// Small words inside names.
const PARTICLES: &[&str] = &[
    "von", "van", "der", "den", "de", "la", "del", "du", "al", "bin", "zu", "of", "für", "the",
    "am",
];
/// Go with the name of a product.
const EDITIONS: &[&str] =
    &["Pro", "Max", "Plus", "Ultra", "Mini", "Air", "Series", "XL", "SE", "II", "III", "IV"];

/// All names, in no order; some may overlap.
pub(super) fn find(text: &str, lang: &str) -> Vec<Name> {
    let units = Units::of(text);
    let mut finder = Finder { text, lang, units: &units.all, found: Vec::new() };
    for &(kind, start, end) in &units.signed {
        let kind = if kind == Token::Mention { Kind::Account } else { Kind::Topic };
        let normal = text[start..end].to_owned();
        finder.found.push(Name { range: start..end, kind, normal, sure: true });
    }
    let mut at = 0;
    while at < units.all.len() && finder.found.len() < MOST_NAMES {
        at = finder.step(at);
    }
    finder.found
}

struct Finder<'t> {
    text: &'t str,
    lang: &'t str,
    units: &'t [Unit<'t>],
    found: Vec<Name>,
}

/// How the words of a sentence are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    /// Nearly every word has a capital: a headline, or shouted.
    Capitals,
}

impl<'t> Finder<'t> {
    /// Finds what begins at a unit; where to go on.
    fn step(&mut self, at: usize) -> usize {
        let unit = self.units[at];
        if unit.number() {
            return self.number(at);
        }
        if !unit.capital() {
            return match listed(unit.text) {
                Some(listed) if !listed.doubtful => self.push(at, at + 1, listed.kind, true),
                _ => at + 1,
            };
        }
        let end = self.row_end(at);
        let style = self.style(unit.sentence, at);
        let mut from = at;
        while from < end {
            from = self.part(from, end, style).max(from + 1);
        }
        end
    }

    fn number(&mut self, at: usize) -> usize {
        let unit = self.units[at];
        // Digits behind letters are of a name (`Windows 11` is read there), not of a number.
        let Some((range, normal)) = number_at(self.text, unit.start, self.lang) else {
            return at + 1;
        };
        let end = range.end;
        self.found.push(Name { range, kind: Kind::Number, normal, sure: true });
        let behind = self.units[at..].iter().take_while(|unit| unit.start < end).count();
        at + behind.max(1)
    }

    /// The end of a row of units that may be parts of names.
    fn row_end(&self, at: usize) -> usize {
        let mut end = at + 1;
        while end < self.units.len() && end - at < LONGEST_ROW {
            let joined = |i: usize| {
                let (before, unit) = (&self.units[i - 1], &self.units[i]);
                let spaced = matches!(unit.link, " " | "\u{a0}" | " & ")
                    || (before.initial() && unit.link == ". ")
                    || (before.text.eq_ignore_ascii_case("dr") && unit.link == ". ");
                spaced && unit.sentence == self.units[at].sentence
            };
            let unit = &self.units[end];
            if !joined(end) {
                break;
            }
            let particle = PARTICLES.contains(&unit.text);
            let two = particle
                && self.units.get(end + 1).is_some_and(|next| PARTICLES.contains(&next.text));
            let next = end + 1 + usize::from(two);
            if unit.capital()
                || (unit.number() && number_at(self.text, unit.start, self.lang).is_none())
            {
                end += 1;
            } else if particle
                && next < self.units.len()
                && (end + 1..=next).all(joined)
                && self.units[next].capital()
            {
                end = next + 1;
            } else {
                break;
            }
        }
        end
    }

    fn style(&self, sentence: u32, at: usize) -> Style {
        let from = self.units[..at].iter().rev().take(30).take_while(|u| u.sentence == sentence);
        let to = self.units[at..].iter().take(30).take_while(|u| u.sentence == sentence);
        let letters = |unit: &&Unit| unit.text.starts_with(char::is_alphabetic);
        let (mut all, mut capitals, mut shouted) = (0, 0, 0);
        for unit in from.chain(to).filter(letters) {
            all += 1;
            capitals += usize::from(unit.capital());
            shouted += usize::from(unit.text.chars().all(char::is_uppercase));
        }
        let headline = all >= 5 && capitals * 10 >= all * 7 && self.lang != "de";
        let loud = all >= 3 && shouted * 10 >= all * 7;
        if headline || loud { Style::Capitals } else { Style::Plain }
    }

    /// Finds what begins at `at` in a row that ends at `end`; where to go on.
    fn part(&mut self, at: usize, end: usize, style: Style) -> usize {
        let unit = self.units[at];
        if let Some(behind) = self.company(at, end) {
            return self.push(at, behind, Kind::Organisation, true);
        }
        if let Some(behind) = self.product(at, end) {
            return self.push(at, behind, Kind::Product, true);
        }
        if let Some((behind, listed)) = self.listed_at(at, end) {
            // `Los Angeles Police Department`
            if let Some(longer) = self.organisation(at, end).filter(|longer| *longer > behind) {
                return self.push(at, longer, Kind::Organisation, false);
            }
            return self.push(at, behind, listed.kind, true);
        }
        if let Some(behind) = self.person(at, end, style) {
            let sure = behind - at > 1;
            return self.push(at, behind, Kind::Person, sure);
        }
        if let Some(behind) = self.organisation(at, end) {
            return self.push(at, behind, Kind::Organisation, false);
        }
        if style == Style::Capitals || is_no_name(&unit.lower()) || unit.number() || unit.model() {
            return at + 1;
        }
        if unit.acronym() {
            return self.push(at, at + 1, Kind::Organisation, false);
        }
        self.guess(at, end)
    }

    /// The longest listed name.
    fn listed_at(&self, at: usize, end: usize) -> Option<(usize, Listed)> {
        (at + 1..=end.min(at + LONGEST_LISTED)).rev().find_map(|behind| {
            let form = &self.text[self.units[at].start..self.units[behind - 1].end];
            let found = listed(form).or_else(|| match self.lang {
                "de" => form.strip_suffix('s').filter(|form| form.len() > 3).and_then(listed),
                _ => None,
            })?;
            (!found.doubtful || self.behind_preposition(at)).then_some((behind, found))
        })
    }

    fn behind_preposition(&self, at: usize) -> bool {
        self.before(at).is_some_and(|unit| {
            let lower = unit.lower();
            lists::PLACE_BEFORE.contains(&&*lower) && !(lower == "from" && self.lang == "de")
        })
    }

    /// The unit before, in the same sentence.
    fn before(&self, at: usize) -> Option<&Unit<'t>> {
        let unit = self.units.get(at.checked_sub(1)?)?;
        (unit.sentence == self.units[at].sentence).then_some(unit)
    }

    /// A row up to `AG` or `Inc`.
    fn company(&self, at: usize, end: usize) -> Option<usize> {
        let form = (at + 1..end.min(at + 5))
            .rfind(|&i| lists::COMPANY_FORMS.contains(&self.units[i].text))?;
        let named = !is_no_name(&self.units[at].lower())
            || self.units[at].acronym()
            || self.listed_at(at, end).is_some();
        let single = (at..form).all(|i| !PARTICLES.contains(&self.units[i].text));
        (named && single).then_some(form + 1)
    }

    /// A listed product and what goes with it, a firm and a model, or capitals with digits.
    fn product(&self, at: usize, end: usize) -> Option<usize> {
        let unit = &self.units[at];
        let goes_with = |i: usize| {
            let unit = &self.units[i];
            unit.number() || unit.model() || EDITIONS.contains(&unit.text)
        };
        let extend = |from: usize| (from..end).find(|&i| !goes_with(i)).unwrap_or(end);
        let known = self.listed_at(at, end);
        match known {
            Some((behind, listed)) if listed.kind == Kind::Product => return Some(extend(behind)),
            Some((_, listed)) if listed.kind == Kind::Place => return None,
            _ => {}
        }
        // A model's number behind a name: `Boeing 737`, `Thermomix TM6`; no year.
        let year = |unit: &Unit| unit.text.len() == 4 && unit.text.starts_with(['1', '2']);
        let behind = known.map_or(at + 1, |(behind, _)| behind);
        let numbered = (behind..end).contains(&behind)
            && !self.is_common(unit)
            && !is_no_name(&unit.lower())
            && !lists::ORGANISATION_HEADS.contains(&unit.text)
            && !self.is_title(unit)
            && (self.units[behind].model() || known.is_none() || self.units[behind].number())
            && goes_with(behind)
            && !year(&self.units[behind])
            && unit.text.starts_with(char::is_alphabetic)
            && !(unit.acronym() && known.is_none());
        if numbered {
            return Some(extend(behind));
        }
        (unit.model() && !self.is_road(unit)).then(|| extend(at + 1))
    }

    /// `A7`, `RE1`, `U6`, `G20`, `Q4`: roads, lines, meetings, quarters.
    fn is_road(&self, unit: &Unit) -> bool {
        let short = if self.lang == "de" { 4 } else { 2 };
        unit.text.len() <= short || unit.text.starts_with("COVID") || unit.text == "G20"
    }

    /// A given name and what follows, or what follows a title.
    fn person(&self, at: usize, end: usize, style: Style) -> Option<usize> {
        let unit = &self.units[at];
        let titled = style == Style::Plain
            && self.before(at).is_some_and(|before| self.is_title(before))
            && (unit.link == " " || unit.link == ". ");
        if titled && self.may_be_surname(at) && !self.is_title(unit) {
            return Some(self.surname_end(at, end));
        }
        if !is_given(unit.text) {
            return None;
        }
        let mut last = at + 1;
        while last < end && (is_given(self.units[last].text) || self.units[last].initial()) {
            last += 1;
        }
        let surname = last < end
            && (PARTICLES.contains(&self.units[last].text) && self.units[last].text != "of"
                || self.may_be_surname(last));
        match surname {
            true => Some(self.surname_end(last, end)),
            false if last > at + 1 && self.units[last - 1].text.len() > 1 => Some(last),
            false if lists::GIVEN_WORDS.contains(&unit.text) => None,
            false => Some(at + 1),
        }
    }

    fn is_title(&self, unit: &Unit) -> bool {
        let lower = unit.lower();
        lists::TITLES.iter().any(|title| {
            lower == *title || (self.lang == "de" && title.len() > 4 && lower.ends_with(title))
        })
    }

    fn may_be_surname(&self, at: usize) -> bool {
        let unit = &self.units[at];
        unit.text.starts_with(char::is_uppercase)
            && unit.text.chars().count() > 1
            && !unit.model()
            && !is_no_name(&unit.lower())
            && !lists::COMPANY_FORMS.contains(&unit.text)
            && listed(unit.text).is_none_or(|listed| listed.kind != Kind::Place || !unit.first)
    }

    /// Behind a surname: particles, one word, and a second one that is no noun.
    fn surname_end(&self, at: usize, end: usize) -> usize {
        let mut last = at;
        while last < end && PARTICLES.contains(&self.units[last].text) {
            last += 1;
        }
        // Of title and name both names are taken.
        if last < end && is_given(self.units[last].text) {
            last += 1;
            while last < end && PARTICLES.contains(&self.units[last].text) {
                last += 1;
            }
            if last == end || !self.may_be_surname(last) {
                return last;
            }
        }
        (last + 1).min(end)
    }

    /// `University of …`, `Universität …`, `… Police`.
    fn organisation(&self, at: usize, end: usize) -> Option<usize> {
        let unit = &self.units[at];
        let text = |i: usize| self.units.get(i).map_or("", |unit| unit.text);
        if lists::ORGANISATION_HEADS.contains(&unit.text) && at + 1 < end {
            if matches!(text(at + 1), "of" | "für" | "am") && at + 2 < end {
                let article = usize::from(matches!(text(at + 2), "the"));
                return Some((at + 3 + article).min(end));
            }
            let of_english = self.lang == "en" && !unit.acronym() && unit.text != "FC";
            return (!of_english && !PARTICLES.contains(&text(at + 1))).then_some(at + 2);
        }
        let begins = self.lang != "de" && !is_no_name(&unit.lower());
        let last = (at + 1..end.min(at + 4))
            .rfind(|&i| lists::ORGANISATION_ENDS.contains(&self.units[i].text))?;
        let whole = (at..last).all(|i| !PARTICLES.contains(&self.units[i].text));
        (begins && whole).then_some(last + 1)
    }

    /// Capitals of which no list knows.
    fn guess(&mut self, at: usize, end: usize) -> usize {
        let free = |i: usize| {
            let unit = &self.units[i];
            unit.text.starts_with(char::is_alphabetic)
                && unit.capital()
                && !unit.initial()
                && !is_no_name(&unit.lower())
                && !self.is_title(unit)
                && !self.is_common(unit)
                && (i == at || (self.listed_at(i, end).is_none() && !is_given(unit.text)))
        };
        let mut behind = at;
        while behind < end && free(behind) && (behind == at || !self.units[behind].acronym()) {
            behind += 1;
        }
        let (unit, count) = (self.units[at], behind - at);
        if count == 0 || (unit.first && count == 1 && !unit.inner_capital()) {
            return at + 1;
        }
        let known = matches!(self.lang, "de" | "en");
        let kind = match count {
            _ if !known => Kind::Unknown,
            _ if self.behind_preposition(at) => Kind::Place,
            2 if !unit.first && !unit.inner_capital() => Kind::Person,
            1 if unit.inner_capital() => Kind::Organisation,
            _ => Kind::Unknown,
        };
        self.push(at, behind, kind, false)
    }

    /// A German noun, which has a capital anyway.
    fn is_common(&self, unit: &Unit) -> bool {
        if self.lang != "de" {
            return false;
        }
        let word = fold(unit.text);
        let adverb = ["lich", "mals", "weise", "isch", "bar"].iter().any(|end| word.ends_with(end));
        adverb || unit.text.contains('-') || compound::is_noun(&word)
    }

    fn push(&mut self, at: usize, behind: usize, kind: Kind, sure: bool) -> usize {
        let range = self.units[at].start..self.units[behind - 1].end;
        let form = &self.text[range.clone()];
        let genitive = || form.strip_suffix('s').and_then(listed);
        let normal = match listed(form).or_else(genitive) {
            Some(listed) if listed.kind == kind => listed.normal.to_owned(),
            _ => form.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let sure = sure && (matches!(self.lang, "de" | "en") || listed(form).is_some());
        self.found.push(Name { range, kind, normal, sure });
        behind
    }
}
