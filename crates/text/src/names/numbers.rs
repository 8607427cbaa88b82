//! Numbers with units: `3,5 Mio. Euro` is `3500000 EUR`.

use std::ops::Range;

/// Words of size, in German and English, and how many noughts they stand for. A German `Billion`
/// has twelve, and a capital.
const SIZES: &[(&str, u32)] = &[
    ("Millionen", 6),
    ("millions", 6),
    ("Million", 6),
    ("million", 6),
    ("Mio.", 6),
    ("Mio", 6),
    ("mio", 6),
    ("Milliarden", 9),
    ("Milliarde", 9),
    ("Mrd.", 9),
    ("Mrd", 9),
    ("billions", 9),
    ("billion", 9),
    ("bn", 9),
    ("Billionen", 12),
    ("Billion", 12),
    ("trillion", 12),
    ("Tausend", 3),
    ("tausend", 3),
    ("thousand", 3),
    ("Tsd.", 3),
    ("k", 3),
    ("m", 6),
];

/// Units: how they are told, and how they are written. Longer forms come first where one begins
/// with another.
const UNITS: &[(&str, &[&str])] = &[
    ("EUR", &["Euros", "Euro", "euros", "euro", "EUR", "€"]),
    (
        "USD",
        &["US-Dollars", "US-Dollar", "Dollars", "Dollar", "dollars", "dollar", "USD", "US$", "$"],
    ),
    ("GBP", &["GBP", "£", "pounds", "Pfund"]),
    ("CHF", &["Schweizer Franken", "Franken", "CHF"]),
    ("percentage points", &["Prozentpunkten", "Prozentpunkte", "percentage points"]),
    ("%", &["%", "Prozent", "percent", "per cent", "pct"]),
    ("km/h", &["km/h", "kmh", "Stundenkilometern", "Stundenkilometer", "kph"]),
    ("mph", &["mph"]),
    ("kWh", &["kWh", "Kilowattstunden"]),
    ("MWh", &["MWh", "Megawattstunden"]),
    ("GWh", &["GWh", "Gigawattstunden"]),
    ("kW", &["kW", "Kilowatt"]),
    ("MW", &["MW", "Megawatt", "megawatts"]),
    ("GW", &["GW", "Gigawatt", "gigawatts"]),
    ("km", &["km", "Kilometern", "Kilometer", "kilometres", "kilometers"]),
    ("cm", &["cm", "Zentimetern", "Zentimeter"]),
    ("mm", &["mm", "Millimetern", "Millimeter"]),
    ("m", &["Metern", "Meter", "metres", "meters", "metre", "meter", "m"]),
    ("miles", &["miles", "mile", "Meilen"]),
    ("feet", &["feet", "foot", "ft"]),
    ("kg", &["kg", "Kilogramm", "Kilos", "Kilo", "kilograms", "kilos"]),
    ("g", &["Gramm", "grams", "g"]),
    ("t", &["Tonnen", "Tonne", "tonnes", "tons", "ton", "t"]),
    ("l", &["Litern", "Liter", "litres", "liters", "l"]),
    ("°C", &["°C", "Grad Celsius", "degrees Celsius", "Grad", "degrees", "°"]),
    ("h", &["Stunden", "Stunde", "Std.", "hours", "hour", "hrs", "h"]),
    ("min", &["Minuten", "Minute", "Min.", "minutes", "minute", "mins", "min"]),
    ("s", &["Sekunden", "Sekunde", "seconds", "second", "s"]),
    ("days", &["Tagen", "Tage", "Tag", "days", "day"]),
    ("weeks", &["Wochen", "Woche", "weeks", "week"]),
    ("months", &["Monaten", "Monate", "Monat", "months", "month"]),
    ("years", &["Jahren", "Jahre", "Jahr", "years", "year"]),
    ("GB", &["GB", "Gigabyte", "gigabytes"]),
    ("TB", &["TB", "Terabyte"]),
    ("MB", &["MB", "Megabyte", "megabytes"]),
    ("Mbit/s", &["Mbit/s", "Mbps"]),
];

/// Money that stands before its number.
const BEFORE: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("EUR", "EUR"),
    ("US$", "USD"),
    ("$", "USD"),
    ("USD", "USD"),
    ("£", "GBP"),
    ("GBP", "GBP"),
    ("CHF", "CHF"),
];

/// Longer numbers are none that people read.
const MOST_DIGITS: usize = 15;

/// The number that begins at a byte, with its unit, as bytes and in normal form; `None` when it
/// has neither unit nor size.
pub(super) fn number_at(text: &str, start: usize, lang: &str) -> Option<(Range<usize>, String)> {
    let digits = digits_at(&text[start..])?;
    let (value, places) = value(digits, lang)?;
    let mut end = start + digits.len();
    let before = BEFORE.iter().find_map(|(sign, unit)| {
        let head = text[..start].trim_end_matches([' ', '\u{a0}']);
        let rest = head.strip_suffix(sign)?;
        let apart =
            !rest.ends_with(char::is_alphanumeric) || !sign.starts_with(char::is_alphabetic);
        (apart && start - head.len() <= 2).then_some((rest.len(), *unit))
    });
    let mut power = None;
    if let Some(((gap, form), noughts)) = word_at(&text[end..], SIZES.iter().copied()) {
        // One letter is a size only of money: `€3.5m`, `10k Euro`.
        let behind = end + gap + form.len();
        let money = before.is_some() || unit_at(&text[behind..]).is_some_and(|u| u.1.len() == 3);
        if form.len() > 1 || (gap == 0 && money) {
            power = Some(noughts);
            end = behind;
        }
    }
    let unit = match before {
        Some((_, unit)) => Some(unit),
        None => unit_at(&text[end..]).map(|(length, unit)| {
            end += length;
            unit
        }),
    };
    if unit.is_none() && power.is_none() {
        return None;
    }
    let begin = before.map_or(start, |(begin, _)| begin);
    let plain = plain(value, places, power.unwrap_or(0));
    Some((begin..end, unit.map_or_else(|| plain.clone(), |unit| format!("{plain} {unit}"))))
}

/// Digits, and points or commas between them.
fn digits_at(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let between = matches!(bytes[end], b'.' | b',')
            && end > 0
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !between {
            break;
        }
        end += 1;
    }
    (end > 0).then(|| &text[..end])
}

/// The digits as one number, and how many of them stand behind the point.
fn value(digits: &str, lang: &str) -> Option<(u128, u32)> {
    let bare: String = digits.chars().filter(char::is_ascii_digit).collect();
    if bare.len() > MOST_DIGITS {
        return None;
    }
    let value = bare.parse().ok()?;
    let Some(last) = digits.rfind(['.', ',']) else { return Some((value, 0)) };
    let sign = &digits[last..=last];
    let behind = digits.len() - last - 1;
    let others = digits[..last].contains(['.', ',']);
    let same = digits[..last].contains(sign);
    // One sign with three digits behind it parts thousands, if it does so in this language.
    let thousands = match (others, same) {
        (_, true) => true,
        (true, false) => false,
        (false, _) => behind == 3 && (sign == ",") == (lang == "en") && !digits.starts_with('0'),
    };
    Some(if thousands { (value, 0) } else { (value, behind as u32) })
}

/// A value with so many places behind the point and so many noughts more, without separators.
fn plain(value: u128, places: u32, noughts: u32) -> String {
    if noughts >= places {
        return (value * 10_u128.pow(noughts - places)).to_string();
    }
    let places = (places - noughts) as usize;
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, behind) = digits.split_at(digits.len() - places);
    let behind = behind.trim_end_matches('0');
    if behind.is_empty() { whole.to_owned() } else { format!("{whole}.{behind}") }
}

fn unit_at(text: &str) -> Option<(usize, &'static str)> {
    let forms = UNITS.iter().flat_map(|(unit, forms)| forms.iter().map(move |form| (*form, *unit)));
    let ((gap, form), unit) = word_at(text, forms)?;
    // A letter that stands apart is no unit: `5 m`, but not `5 s`.
    let letter = form.len() == 1 && form.is_ascii() && !"%$".contains(form);
    (!letter || gap == 0 || matches!(form, "m" | "g" | "t" | "l" | "h"))
        .then_some((gap + form.len(), unit))
}

/// A word of a list that a text begins with, after a space or hyphen: the longest.
fn word_at<'f, T: Copy>(
    text: &str,
    forms: impl Iterator<Item = (&'f str, T)>,
) -> Option<((usize, &'f str), T)> {
    let rest = text.strip_prefix([' ', '\u{a0}', '\u{202f}', '-']).unwrap_or(text);
    let gap = text.len() - rest.len();
    let stands = |form: &str| {
        rest.strip_prefix(form).is_some_and(|behind| {
            let word = form.ends_with(char::is_alphanumeric);
            !word || !behind.starts_with(char::is_alphanumeric)
        })
    };
    let found = forms.filter(|(form, _)| stands(form)).max_by_key(|(form, _)| form.len())?;
    Some(((gap, found.0), found.1))
}

#[cfg(test)]
mod tests {
    use super::number_at;

    #[test]
    fn numbers_with_units() {
        let check = |text: &str, lang: &str, expect: &str| {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
            let found = number_at(text, start, lang);
            let found = found.map(|(range, normal)| format!("{}={normal}", &text[range]));
            assert_eq!(found.unwrap_or_default(), expect, "{text:?}");
        };
        check("3,5 Mio. Euro", "de", "3,5 Mio. Euro=3500000 EUR");
        check("12 %", "de", "12 %=12 %");
        check("40 km/h schnell", "de", "40 km/h=40 km/h");
        check("ein 40-Meter-Kran", "de", "40-Meter=40 m");
        check("kostet 1.299,50 Euro", "de", "1.299,50 Euro=1299.5 EUR");
        check("1.200 Tonnen", "de", "1.200 Tonnen=1200 t");
        check("2 Billionen Dollar", "de", "2 Billionen Dollar=2000000000000 USD");
        check("a $3.5 million deal", "en", "$3.5 million=3500000 USD");
        check("€3.5m", "en", "€3.5m=3500000 EUR");
        check("1,200 tons", "en", "1,200 tons=1200 t");
        check("EUR 20", "en", "EUR 20=20 EUR");
        check("3 billion people", "en", "3 billion=3000000000");
        check("0.3 percent.", "en", "0.3 percent=0.3 %");
        check("5 men", "en", "");
        check("in 2024", "en", "");
        check("9999999999999999999999 km", "en", "");
    }
}
