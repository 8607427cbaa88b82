//! Stories behind a real store.

use channels::Clock;
use domain::story::StoryId;
use domain::{
    AlertReason, AlertRules, HOUR, Kind, Kinds, MINUTE, NewMention, Platform, Post, Sentiment,
    Source, Tier, Tone, WatchId,
};
use store::{Ingest, JudgedMention, JudgedPost, Page, StoryFilter, StoryOrder};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;

const TRAIN: [&str; 4] = [
    "Signal failure at Lindau station: 40 trains cancelled this morning",
    "40 trains cancelled after signal failure at Lindau station",
    "Commuters stranded in Lindau as signal failure stops 40 trains",
    "Lindau station signal failure: 40 trains cancelled, commuters stranded",
];
const COFFEE: [&str; 3] = [
    "New espresso machine by Falkenrot wins the kitchen award",
    "Kitchen award for the Falkenrot espresso machine",
    "Falkenrot espresso machine wins kitchen award in Milan",
];

struct Rig {
    _folder: TempDir,
    house: House,
    watch: WatchId,
    now: Time,
}

impl Rig {
    async fn new() -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let clock = Clock::wall();
        let now = clock.now();
        let rules = AlertRules::default();
        let watch = store.add_watch("all", "station OR falkenrot", rules, now.plus(-99 * HOUR));
        let watch = watch.await.unwrap().id;
        let house = House { store, clock, stop: CancellationToken::new() };
        Rig { _folder: folder, house, watch, now }
    }

    /// A post that the watch found, so many minutes ago, by a source on that tier.
    async fn hear(&self, text: &str, minutes: i64, tier: Tier) {
        let post = Post {
            platform: Platform::WEB,
            native_id: text.to_owned(),
            url: format!("https://a.example/{}", text.replace(' ', "-")),
            source: Source {
                key: text.to_owned(),
                name: text.to_owned(),
                tier: Some(tier),
                ..Source::default()
            },
            title: text.to_owned(),
            lang: Some("en".to_owned()),
            published: self.now.plus(-minutes * MINUTE),
            received: self.now,
            ..crate::flow::tests::post(0, "a.example", "")
        };
        let mention = NewMention {
            watch: self.watch,
            watch_version: 1,
            spans: vec![],
            why: String::new(),
            sentiment: Some(Sentiment { tone: Tone::Negative, confidence: 0.9 }),
            kinds: Kinds::from_iter([Kind::Complaint]),
            quick: false,
            matched: self.now,
        };
        let mentions = vec![JudgedMention { mention, alert: None }];
        let posts = vec![JudgedPost { post, mentions }];
        self.house.store.ingest(&Ingest { posts, ..Ingest::default() }, self.now).await.unwrap();
    }

    async fn grow(&self, follower: &mut Follower) -> usize {
        let telling = Telling::Younger(24 * HOUR);
        follower.grow(&self.house.store, self.now, telling).await.unwrap()
    }

    /// Stories with two posts and more: number and posts, the biggest first.
    async fn stories(&self) -> Vec<(StoryId, u64)> {
        let all = StoryFilter::default();
        let rows = self.house.store.stories(&all, StoryOrder::Biggest, 0, 99).await.unwrap();
        rows.iter().map(|row| (row.id, row.posts)).collect()
    }
}

#[tokio::test]
async fn mentions_become_stories_and_a_restart_goes_on_where_it_was() {
    let rig = Rig::new().await;
    let mut follower = Follower::begin(&rig.house.store).await.unwrap();
    for (i, text) in TRAIN[..3].iter().enumerate() {
        rig.hear(text, 60 - i as i64, Tier::Private).await;
    }
    for text in &COFFEE[..2] {
        rig.hear(text, 50, Tier::Private).await;
    }
    assert_eq!(rig.grow(&mut follower).await, 5);
    assert_eq!(rig.grow(&mut follower).await, 0);
    let before = rig.stories().await;
    assert_eq!(before.iter().map(|(_, posts)| *posts).collect::<Vec<_>>(), [3, 2]);

    let mut again = Follower::begin(&rig.house.store).await.unwrap();
    assert_eq!(rig.grow(&mut again).await, 0);
    rig.hear(TRAIN[3], 40, Tier::Private).await;
    rig.hear(COFFEE[2], 40, Tier::Private).await;
    rig.hear("Police station in Oslo gets a new roof", 30, Tier::Private).await;
    assert_eq!(rig.grow(&mut again).await, 3);
    assert_eq!(rig.stories().await, [(before[0].0, 4), (before[1].0, 3)]);
}

#[tokio::test]
async fn a_crossing_is_told_and_an_assessment_says_why() {
    let rig = Rig::new().await;
    let mut follower = Follower::begin(&rig.house.store).await.unwrap();
    for (i, text) in TRAIN.iter().enumerate() {
        let tier = if i == 3 { Tier::Leading } else { Tier::Private };
        rig.hear(text, 60 - 10 * i as i64, tier).await;
    }
    rig.grow(&mut follower).await;
    let alerts = rig.house.store.alerts(true, Page::Newest, 9).await.unwrap();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].reason, AlertReason::Crossing);
    let story = alerts[0].story.unwrap();
    follower.look_ahead(&rig.house).await.unwrap();
    let row = rig.house.store.story(story).await.unwrap().unwrap();
    let told = row.assessment.unwrap();
    assert!(told.severity >= 3, "{told:?}");
    use domain::assessment::Reason;
    let rung = Reason::Rung { tier: Tier::Leading };
    assert!(told.reasons.iter().any(|(reason, _)| *reason == rung), "{told:?}");
    let message = crate::flow::message::message(&alerts[0], "en", "http://h/", rig.now).unwrap();
    assert_eq!(message.horch_url, format!("http://h/stories/{}", story.0));
    assert!(message.headline.starts_with("all has reached leading media"), "{}", message.headline);
}

/// A mail server for one mail: its port, and the mail.
async fn mailbox() -> (u16, tokio::task::JoinHandle<String>) {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut socket = BufReader::new(socket);
        socket.write_all(b"220 sink\r\n").await.unwrap();
        let (mut mail, mut data) = (String::new(), false);
        loop {
            let mut line = String::new();
            socket.read_line(&mut line).await.unwrap();
            let answer = match (data, line.trim_end()) {
                (true, ".") => "250 kept\r\n",
                (true, _) => {
                    mail.push_str(&line);
                    continue;
                }
                (false, "DATA") => "354 go on\r\n",
                (false, _) => "250 fine\r\n",
            };
            socket.write_all(answer.as_bytes()).await.unwrap();
            if data {
                return mail;
            }
            data = line.trim_end() == "DATA";
        }
    });
    (port, taken)
}

#[tokio::test]
async fn a_crossing_goes_out_as_a_mail_with_its_ladder() {
    use crate::flow::{State, tell};
    let rig = Rig::new().await;
    let (port, taken) = mailbox().await;
    let settings = format!(
        "{{\"host\": \"127.0.0.1\", \"port\": {port}, \"security\": \"none\", \
         \"from\": \"horch@h.example\", \"to\": \"ann@h.example\"}}"
    );
    let way = domain::Way {
        id: 0,
        notifier: "email".to_owned(),
        name: "Ann".to_owned(),
        settings,
        watches: vec![],
        lang: "de".to_owned(),
        paused: false,
    };
    rig.house.store.add_way(&way).await.unwrap();
    let mut follower = Follower::begin(&rig.house.store).await.unwrap();
    for (i, text) in TRAIN.iter().enumerate() {
        let tier = if i == 3 { Tier::Leading } else { Tier::Private };
        rig.hear(text, 60 - 10 * i as i64, tier).await;
    }
    rig.grow(&mut follower).await;
    let options = notify::NotifyOptions { allow_private: true, ..Default::default() };
    let telling = tell::Telling {
        public_url: "http://h/".to_owned(),
        options,
        state: Arc::new(State::new(Default::default())),
        painting: Arc::new(tokio::sync::Semaphore::new(1)),
    };
    let outbox = tokio::spawn(tell::run(rig.house.clone(), telling));
    let mail = tokio::time::timeout(std::time::Duration::from_secs(60), taken).await;
    let mail = mail.unwrap().unwrap();
    rig.house.stop.cancel();
    outbox.await.unwrap();
    for part in ["multipart/alternative", "text/plain", "multipart/related", "image/png"] {
        assert!(mail.contains(part), "{part} is missing in {mail}");
    }
    // A PNG's beginning, in base64.
    assert!(mail.contains("\r\niVBORw0KGgo"), "{mail}");
    let plain = mail.replace("=\r\n", "");
    assert!(plain.contains("Leiter des Themas") && plain.contains("4 Beitr=C3=A4ge"), "{plain}");
    let story = rig.stories().await[0].0.0;
    assert!(plain.contains(&format!("http://h/stories/{story}")), "{plain}");
}

#[tokio::test]
async fn what_people_mended_holds() {
    let rig = Rig::new().await;
    let store = &rig.house.store;
    let mut follower = Follower::begin(store).await.unwrap();
    for text in &TRAIN[..2] {
        rig.hear(text, 60, Tier::Private).await;
    }
    for text in &COFFEE[..2] {
        rig.hear(text, 60, Tier::Private).await;
    }
    rig.grow(&mut follower).await;
    let both = rig.stories().await;
    assert_eq!(both.len(), 2);
    let one = store.merge_stories(both[0].0, both[1].0, "ann", rig.now).await.unwrap();
    rig.hear(TRAIN[2], 50, Tier::Private).await;
    rig.hear(COFFEE[2], 50, Tier::Private).await;
    rig.grow(&mut follower).await;
    assert_eq!(rig.stories().await, [(one, 6)]);

    // Taken apart again: the new story has the number that the store gave, and grows.
    let dots = store.dots(one, 99).await.unwrap();
    let coffee: Vec<i64> =
        dots.iter().filter(|dot| dot.name.contains("espresso")).map(|dot| dot.row).collect();
    assert_eq!(coffee.len(), 3);
    let new = store.move_posts(one, &coffee, None, "ann", rig.now).await.unwrap();
    rig.hear("Award: Falkenrot espresso machine wins kitchen award", 5, Tier::Private).await;
    rig.grow(&mut follower).await;
    assert_eq!(rig.stories().await, [(new, 4), (one, 3)]);

    // What it taught is there after a restart.
    let taught = |follower: &Follower| follower.mind.as_ref().unwrap().grower.lessons().clone();
    let again = Follower::begin(store).await.unwrap();
    assert_eq!(taught(&again), taught(&follower));
    assert!(!taught(&again).0.is_empty());

    // Closed: it takes nothing more, whoever asks.
    store.close_story(new, true, "ann", rig.now).await.unwrap();
    rig.hear("Kitchen award: Falkenrot espresso machine wins", 4, Tier::Private).await;
    rig.grow(&mut follower).await;
    let mut again = Follower::begin(store).await.unwrap();
    rig.hear("Falkenrot espresso machine wins the kitchen award again", 3, Tier::Private).await;
    rig.grow(&mut again).await;
    let posts = store.story(new).await.unwrap().unwrap().posts;
    assert_eq!(posts, 4);
}

#[tokio::test]
async fn the_future_of_a_story_is_foretold_at_its_marks_and_held_against_what_came() {
    let rig = Rig::new().await;
    let mut follower = Follower::begin(&rig.house.store).await.unwrap();
    for i in 0..12 {
        let text = format!("Signal failure at Lindau station: 40 trains cancelled, says voice {i}");
        rig.hear(&text, 62 - 5 * i, Tier::Private).await;
    }
    rig.grow(&mut follower).await;
    let story = rig.stories().await[0].0;
    follower.foresight.look_now(&rig.house, rig.now).await.unwrap();
    let told = rig.house.store.foretold(Some(story), 9).await.unwrap();
    assert_eq!(
        told.iter().map(|t| (t.mark, t.horizon)).collect::<Vec<_>>(),
        [(60, 60), (60, 360), (60, 1_440), (60, 10_080),]
    );
    assert!(told[0].low >= 12.0 && told[0].expected <= told[1].expected);
    follower.foresight.look_now(&rig.house, rig.now.plus(2 * HOUR)).await.unwrap();
    let came = rig.house.store.foretold(None, 9).await.unwrap();
    assert_eq!(came.len(), 1);
    assert_eq!((came[0].came, came[0].crossed), (Some(12), Some(false)));
    let outcomes = super::foresee::outcomes(&came);
    assert_eq!((outcomes[0].horizon, outcomes[0].came), (0, 12));
}
