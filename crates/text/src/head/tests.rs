use super::*;
use crate::sentiment::{self, Care};

const RUDE: [&str; 4] = ["{} ist der Brüller", "ganz großes Kino, {}", "{} wieder", "na toll, {}"];
const KIND: [&str; 4] = ["{} fährt", "läuft bei {}", "{} heute", "ich mag {}"];

/// Texts that this house calls negative and positive, as nobody else would.
fn texts(n: usize) -> Vec<(String, Tone)> {
    let names = ["der Bus", "die Bahn", "das Amt", "der Laden", "die App"];
    (0..n)
        .map(|i| {
            let (list, tone) =
                if i % 2 == 0 { (RUDE, Tone::Negative) } else { (KIND, Tone::Positive) };
            let text = list[i / 2 % 4].replace("{}", names[i / 8 % 5]);
            (format!("{text} {}", "!".repeat(i % 3)), tone)
        })
        .collect()
}

fn shares(head: &Head, text: &str) -> Option<[f32; 3]> {
    let [quick, close] =
        [Care::Quick, Care::Close].map(|care| sentiment::shares_by(care, Some(head), text, "de"));
    let tone = |shares: Option<[f32; 3]>| shares.map(|shares| sentiment::top(&shares).tone);
    assert_eq!(tone(quick), tone(close), "{text:?}");
    close
}

fn lessons(texts: &[(String, Tone)]) -> Vec<Lesson<'_>> {
    texts.iter().map(|(text, tone)| Lesson { text, lang: "de", tone: *tone }).collect()
}

#[test]
fn a_house_teaches_its_own_judgement() {
    let texts = texts(80);
    let learnt = learn(&lessons(&texts), &[]).unwrap();
    let check = &learnt.check;
    assert!(check.better && check.after.right > 0.9, "{check:?}");
    assert_eq!((check.lessons, check.tones), (80, [40, 0, 40]));
    assert_eq!(check.points.iter().map(|p| p.lessons).collect::<Vec<_>>(), [50]);
    let judged = sentiment::top(&shares(&learnt.head, "ganz großes Kino, der Zug").unwrap());
    assert_eq!(judged.tone, Tone::Negative);
}

#[test]
fn a_watch_learns_from_others_what_its_own_lessons_do_not_deny() {
    // The rest of the house says the opposite.
    let own = texts(60);
    let others: Vec<(String, Tone)> = texts(80)
        .into_iter()
        .map(|(text, tone)| {
            (text, if tone == Tone::Negative { Tone::Positive } else { Tone::Negative })
        })
        .collect();
    let learnt = learn(&lessons(&own), &lessons(&others)).unwrap();
    assert!(learnt.check.better, "{:?}", learnt.check);
    assert!(learnt.check.after.right > learnt.check.before.right + 0.2);
    let judged = sentiment::top(&shares(&learnt.head, "ganz großes Kino, der Zug").unwrap());
    assert_eq!(judged.tone, Tone::Negative);
    // Where nothing of one's own is said, others decide.
    let silent = learn(&lessons(&texts(20)), &lessons(&own)).unwrap();
    let judged = sentiment::top(&shares(&silent.head, "ganz großes Kino, die App").unwrap());
    assert_eq!(judged.tone, Tone::Negative);
}

#[test]
fn too_little_teaches_nothing() {
    let some = texts(LEAST_LESSONS - 1);
    assert!(learn(&lessons(&some), &[]).is_none());
    let many = texts(60);
    let mut same = lessons(&many);
    same.retain(|lesson| lesson.tone == Tone::Negative);
    assert!(learn(&same, &[]).is_none(), "all of one tone");
    let empty = vec![Lesson { text: " ", lang: "de", tone: Tone::Negative }; 50];
    assert!(learn(&empty, &[]).is_none());
}

#[test]
fn lessons_without_sense_are_not_better() {
    let mut texts = texts(80);
    // Each text with either tone in turn: nothing can be learnt from that.
    texts.iter_mut().enumerate().for_each(|(i, text)| {
        text.0 = format!("Text {}", i / 2);
    });
    let learnt = learn(&lessons(&texts), &[]).unwrap();
    assert!(learnt.check.after.right < 0.6, "{:?}", learnt.check);
}

#[test]
fn the_same_lessons_give_the_same_head() {
    let texts = texts(40);
    let [one, two] = [(); 2].map(|()| learn(&lessons(&texts), &[]).unwrap());
    assert_eq!(one.head.to_bytes(), two.head.to_bytes());
    assert_eq!(one.check, two.check);
}

#[test]
fn heads_are_written_and_read() {
    let texts = texts(40);
    let house = learn(&lessons(&texts), &[]).unwrap().head;
    let read = Head::from_bytes(&house.to_bytes()).unwrap();
    for text in ["ganz großes Kino", "ich mag die Bahn", "x", "😀"] {
        assert_eq!(shares(&read, text), shares(&house, text), "{text:?}");
        let shares = shares(&house, text).unwrap();
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 0.003);
    }
    assert_eq!(shares(&read, " "), None);
    let mut bytes = house.to_bytes();
    let check = |bytes: &[u8], expect| {
        assert_eq!(Head::from_bytes(bytes).err(), Some(expect));
    };
    check(&bytes[..20], Broken::Length);
    check(&[0; 100], Broken::Magic);
    check(&bytes[..bytes.len() - 1], Broken::Length);
    check(&[&bytes[..], &[0]].concat(), Broken::Length);
    bytes[12..16].copy_from_slice(&f32::NAN.to_le_bytes());
    check(&bytes, Broken::Header);
    check(sentiment::WEIGHTS, Broken::Magic);
}

#[test]
fn a_house_teaches_what_is_a_complaint_to_it() {
    // Nothing in these posts is a complaint to anybody else.
    let texts: Vec<(String, bool)> = (0..60)
        .map(|i| {
            let list = if i % 2 == 0 { &RUDE } else { &KIND };
            (format!("{} {i}", list[i / 2 % 4].replace("{}", "der Zug")), i % 2 == 0)
        })
        .collect();
    let complaint = Kinds::NONE.with(Kind::Complaint);
    let lessons: Vec<KindLesson<'_>> = texts
        .iter()
        .map(|(text, is)| KindLesson {
            text,
            lang: "de",
            kinds: if *is { complaint } else { Kinds::NONE },
        })
        .collect();
    let learnt = learn_kind(Kind::Complaint, &lessons, &[]).unwrap();
    assert!(learnt.check.better, "{:?}", learnt.check);
    let says = |text: &str| {
        let reading = sentiment::read(Care::Close, text, "de");
        let heads = |kind| (kind == Kind::Complaint).then_some(&learnt.head);
        crate::kinds::by(&heads, text, "de", reading.as_ref()).has(Kind::Complaint)
    };
    assert!(says("ganz großes Kino, der Bus"));
    assert!(!says("läuft bei der Bahn"));
    // Of a kind that nobody spoke of nothing is learnt.
    assert!(learn_kind(Kind::Abuse, &lessons, &[]).is_none());
}
