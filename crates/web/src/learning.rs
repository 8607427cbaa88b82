//! Which of the things learnt is in use.

use std::collections::HashMap;

use store::{Choice, HeadRow, Subject};
use text::head::Check;

/// The version that judges, for the house and for each watch that has one of its own, tone and each
/// kind apart: the
/// one a person chose, or else the newest if it judges better than what was before it.
#[must_use]
pub fn in_use(rows: &[HeadRow], choices: &[(Subject, Choice)]) -> HashMap<Subject, i64> {
    let mut newest: HashMap<Subject, &HeadRow> = HashMap::new();
    for row in rows {
        let known = newest.entry(row.subject).or_insert(row);
        if row.id > known.id {
            *known = row;
        }
    }
    let chosen: HashMap<Subject, Choice> = choices.iter().copied().collect();
    let judging = |(subject, newest): (Subject, &HeadRow)| {
        let id = match chosen.get(&subject) {
            Some(Choice::None) => None,
            Some(Choice::Version(id)) => Some(*id),
            Some(Choice::Newest) | None => check_of(newest)?.better.then_some(newest.id),
        };
        id.map(|id| (subject, id))
    };
    newest.into_iter().filter_map(judging).collect()
}

/// What a version brought; `None` where that cannot be read.
#[must_use]
pub fn check_of(row: &HeadRow) -> Option<Check> {
    serde_json::from_str(&row.check).ok()
}

/// What a person means by `newest`, `none` or the number of a version.
#[must_use]
pub fn choice(name: &str) -> Option<Choice> {
    match name {
        "newest" => Some(Choice::Newest),
        "none" => Some(Choice::None),
        number => number.parse().ok().map(Choice::Version),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Time, WatchId};
    use text::head::Score;

    use super::*;

    const HOUSE: Subject = Subject::tone(None);

    fn row(id: i64, watch: Option<i64>, better: bool) -> HeadRow {
        let score = Score { right: 0.5, recall: 0.5, loss: 1.0 };
        let check = Check {
            lessons: 20,
            tones: [10, 0, 10],
            confirmed: 5,
            before: score,
            after: score,
            points: vec![],
            better,
        };
        let check = serde_json::to_string(&check).unwrap();
        HeadRow {
            id,
            subject: Subject::tone(watch.map(WatchId)),
            made: Time(0),
            revision: id,
            check,
        }
    }

    #[test]
    fn the_newest_judges_where_it_is_better_and_nobody_chose() {
        let check = |rows: &[HeadRow], choices: &[(Subject, Choice)], house| {
            assert_eq!(in_use(rows, choices).get(&HOUSE).copied(), house);
        };
        let rows = [row(1, None, true), row(3, None, false), row(2, Some(7), true)];
        check(&rows, &[], None);
        check(&rows[..1], &[], Some(1));
        check(&rows, &[(HOUSE, Choice::Version(1))], Some(1));
        check(&rows, &[(HOUSE, Choice::Version(3))], Some(3));
        check(&rows[..1], &[(HOUSE, Choice::None)], None);
        check(&[], &[(HOUSE, Choice::Version(1))], None);
        assert_eq!(in_use(&rows, &[(HOUSE, Choice::None)])[&Subject::tone(Some(WatchId(7)))], 2);
    }
}
