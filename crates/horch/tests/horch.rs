//! The binary as people and scripts use it: every test starts real processes over a folder of its
//! own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Watches of the recorded posts: name and query.
const WATCHES: [(&str, &str); 3] = [
    ("Aero", "aero OR @aero"),
    ("Late", "\"two hours\" NEAR/6 late*"),
    ("Bags", "bag* NOT (lost AND found)"),
];
/// Recorded posts of the crash test.
const POSTS: usize = 14_640;
/// Kills of the crash test.
const KILLS: usize = 20;

fn horch(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_horch"));
    command.args(args).arg("--data").arg(folder).args(["--log", "error"]).env_remove("HORCH_DATA");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    horch(folder, args).output().expect("horch starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Standard output of a command that must end well.
fn said(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn last_json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

/// Small numbers that look random and are the same in every run.
fn dice(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

fn recording(folder: &Path, posts: usize) -> PathBuf {
    const WORDS: [&str; 20] = [
        "aero", "late", "lateness", "two", "hours", "bag", "bags", "lost", "found", "awful",
        "terrible", "thanks", "great", "love", "hate", "worst", "flight", "crew", "ümlaut", "😡",
    ];
    let path = folder.join("recorded.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("file"));
    let mut seed = 7;
    for n in 0..posts {
        let length = 4 + dice(&mut seed) as usize % 12;
        let words: Vec<&str> =
            (0..length).map(|_| WORDS[dice(&mut seed) as usize % WORDS.len()]).collect();
        let line = json!({
            "id": n, "platform": "twitter", "author": format!("voice{}", n % 700),
            "published": format!("2015-02-{:02}T{:02}:{:02}:00Z", 16 + n % 9, n % 24, n % 60),
            "text": words.join(" "),
        });
        writeln!(file, "{line}").expect("written");
    }
    file.flush().expect("written");
    path
}

/// What a plain evaluation of every post says, without flow, matcher and store.
fn expected(path: &Path) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> =
        WATCHES.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
    let queries: Vec<_> =
        WATCHES.iter().map(|(name, text)| (*name, query::parse(text).expect("parses"))).collect();
    let now = domain::Time(1_900_000_000_000);
    let posts = horch::recorded::Recording::open(path, &Default::default(), now).expect("opens");
    for item in posts {
        let post = item.post.expect("a post");
        let document = query::Document::of(&post);
        for (name, query) in &queries {
            if query::matches_one(query, &document).is_some() {
                *counts.get_mut(*name).expect("a watch") += 1;
            }
        }
    }
    counts
}

fn add_watches(folder: &Path) {
    for (name, query) in WATCHES {
        said(folder, &["watch", "add", name, query]);
    }
}

#[test]
fn twenty_kills_lose_and_double_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, data) = (recording(folder.path(), POSTS), folder.path().join("data"));
    let file = path.to_str().expect("UTF-8");
    add_watches(&data);
    let mut seed = 11;
    let mut killed = 0;
    for _ in 0..KILLS {
        let mut child = horch(&data, &["replay", file, "--tell", "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("horch starts");
        std::thread::sleep(Duration::from_millis(30 + dice(&mut seed) % 700));
        // `kill` is SIGKILL: nothing can be tidied up.
        child.kill().expect("killed");
        killed += u32::from(!child.wait().expect("ended").success());
    }
    assert!(killed >= 10, "only {killed} of {KILLS} kills struck a running replay");

    let outcome = last_json(&said(&data, &["replay", file, "--tell", "--json"]));
    let counts = expected(&path);
    assert_eq!(outcome["read"], POSTS, "{outcome}");
    assert_eq!(
        outcome["new"].as_u64().expect("new") + outcome["known"].as_u64().expect("known"),
        POSTS as u64,
        "{outcome}"
    );
    assert_eq!(outcome["mentions"], json!(counts));

    let again = last_json(&said(&data, &["replay", file, "--json"]));
    assert_eq!((&again["new"], &again["known"]), (&json!(0), &json!(POSTS)));
    assert_eq!(again["mentions"], json!(counts));

    for (name, count) in counts {
        let rows = json_lines(&said(&data, &["mentions", "--watch", &name, "--json"]));
        let mut ids: Vec<&str> = rows.iter().filter_map(|row| row["native_id"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((rows.len() as u64, ids.len() as u64), (count, count), "{name}");
        let numbers: Vec<i64> = rows.iter().filter_map(|row| row["number"].as_i64()).collect();
        assert!(numbers.is_sorted_by(|a, b| a > b), "newest first");
    }
    alerts_are_whole(&data);
}

/// One alert for every negative mention, none twice.
fn alerts_are_whole(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(async {
        let store = store::Store::open(data).await.expect("opens");
        let rows = json_lines(&said(data, &["mentions", "--json"]));
        let told = f64::from(domain::alert::NEGATIVE_FROM);
        let negative = rows
            .iter()
            .filter(|row| row["tone"] == "negative" && row["confidence"].as_f64() >= Some(told))
            .count() as u64;
        let mut alerts = Vec::new();
        let mut page = store::Page::Newest;
        loop {
            let rows = store.alerts(false, page, 500).await.expect("alerts");
            let Some(last) = rows.last() else { break };
            page = store::Page::Before(last.number);
            alerts.extend(rows.into_iter().map(|row| row.id));
        }
        let all = alerts.len() as u64;
        alerts.sort();
        alerts.dedup();
        assert!(negative > 0, "the recording holds negative mentions");
        assert_eq!((all, alerts.len() as u64), (negative, negative));
    });
}

#[test]
fn watches_from_the_command_line() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let path = folder.path().join("p.csv");
    std::fs::write(
        &path,
        "id,author,text,date\n1,ann,the lamp broke,2026-01-01\nx,,,\n2,bob,fine,2026-01-02\n",
    )
    .expect("file");
    let file = path.to_str().expect("UTF-8");

    let outcome = last_json(&said(&data, &["replay", file, "--json"]));
    assert_eq!(
        (&outcome["read"], &outcome["new"], &outcome["broken"]),
        (&json!(3), &json!(2), &json!(1))
    );
    // A watch made afterwards is filled from the posts kept.
    assert!(said(&data, &["watch", "add", "Lamp", "lamp"]).contains("1 mention"));
    let rows = json_lines(&said(&data, &["mentions", "--watch", "lamp", "--json"]));
    assert_eq!((&rows[0]["source"], &rows[0]["watch"]), (&json!("ann"), &json!("Lamp")));

    let listed = json_lines(&said(&data, &["watch", "list", "--json"]));
    assert_eq!((&listed[0]["name"], &listed[0]["mentions"]), (&json!("Lamp"), &json!(1)));
    let tested = json_lines(&said(&data, &["watch", "test", "fine OR lamp", "--json"]));
    assert_eq!(tested.len(), 2);

    let broken = run(&data, &["watch", "add", "Bad", "(lamp AND"]);
    assert!(!broken.status.success());
    assert!(text(&broken.stderr).contains("(lamp AND\n"), "{}", text(&broken.stderr));
    assert!(text(&broken.stderr).contains('^'));

    said(&data, &["watch", "remove", "Lamp"]);
    let gone = run(&data, &["mentions", "--watch", "Lamp"]);
    assert!(text(&gone.stderr).contains("there is no watch"), "{}", text(&gone.stderr));
}

#[test]
fn queries_from_the_command_line() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let parsed = last_json(&said(&data, &["query", "parse", "a OR b", "--json"]));
    assert_eq!((&parsed["ok"], &parsed["native"]), (&json!(true), &json!("a OR b")));
    assert_eq!(said(&data, &["query", "print", "a OR b"]).trim(), "a OR b");
    assert!(said(&data, &["query", "explain", "a OR b"]).contains("one of"));
    let broken = run(&data, &["query", "parse", "(lamp AND"]);
    let told = text(&broken.stderr);
    assert!(
        !broken.status.success() && told.contains("(lamp AND\n") && told.contains('^'),
        "{told}"
    );

    let file = folder.path().join("foreign.txt");
    std::fs::write(&file, "lamp NEAR/3 (fire OR burns)").expect("file");
    let file = file.to_str().expect("UTF-8");
    let one = ["query", "import", "--dialect", "talkwalker", file, "--json"];
    let read = last_json(&said(&data, &one));
    assert!(read["native"].as_str().expect("native").contains("NEAR/2"), "{read}");
    std::fs::write(file, "Lamp\tlamp\nBad\t(lamp\n").expect("file");
    let lines = run(&data, &["query", "import", "--dialect", "lucene", "--lines", file]);
    assert!(!lines.status.success(), "a query that cannot be read ends it with an error");
    assert!(text(&lines.stderr).contains("line 2"), "{}", text(&lines.stderr));
    let added = run(&data, &["watch", "import", file]);
    assert!(text(&added.stdout).contains("1 added, 1 refused"), "{}", text(&added.stdout));

    said(&data, &["list", "set", "Press", "press.example", "paper.example"]);
    said(&data, &["list", "save", "Lamps", "lamp OR list:\"Press\""]);
    let shown = json_lines(&said(&data, &["list", "show", "--json"]));
    assert_eq!((&shown[0]["name"], &shown[0]["used_by"]), (&json!("Press"), &json!(["Lamps"])));
    let circle = run(&data, &["list", "save", "Lamps", "a OR query:\"Lamps\""]);
    assert!(!circle.status.success(), "a circle is an error");
    said(&data, &["list", "forget", "Lamps"]);
    assert!(!run(&data, &["list", "remove", "Nothing"]).status.success());
}

#[test]
fn the_archive_from_the_command_line() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, data) = (recording(folder.path(), 300), folder.path().join("data"));
    said(&data, &["replay", path.to_str().expect("UTF-8"), "--json"]);
    let status = last_json(&said(&data, &["archive", "status", "--json"]));
    assert_eq!((&status["posts"], &status["behind"]), (&json!(300), &json!(0)));
    let all = ["query", "search", "crew OR bags", "--limit", "1000", "--json"];
    let found = json_lines(&said(&data, &all));
    assert!(!found.is_empty() && found.len() < 300);
    let times: Vec<&str> = found.iter().filter_map(|post| post["published"].as_str()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
    let file = folder.path().join("found.parquet");
    said(&data, &["archive", "export", "crew OR bags", file.to_str().expect("UTF-8")]);
    assert!(std::fs::read(&file).expect("file").ends_with(b"PAR1"));
    let csv = said(&data, &["archive", "export", "crew OR bags", "-", "--format", "csv"]);
    assert_eq!(csv.matches("\r\n").count(), found.len() + 1);
    let tested = last_json(&said(&data, &["query", "test", "crew AND bags", "--json"]));
    assert!(tested["posts"].is_u64() && tested["near"].is_array(), "{tested}");
    let id = found[0]["id"].as_str().expect("id");
    let why = ["query", "why-not", "crew AND nothinglikeit", "--post", id, "--json"];
    let why = last_json(&said(&data, &why));
    assert_eq!(why["matches"], json!(false));
    assert!(why["failed"].to_string().contains("nothinglikeit"), "{why}");
    let diff = ["query", "diff", "crew", "crew OR bags", "--json"];
    assert_eq!(last_json(&said(&data, &diff))["lost"], json!([]));
    assert!(said(&data, &["archive", "rebuild"]).contains("300 posts"));
    let unknown = run(&data, &["query", "explain", "a", "--post", "https://nowhere.example/"]);
    assert!(text(&unknown.stderr).contains("what to do"), "{}", text(&unknown.stderr));
}

#[test]
fn the_doctor_says_what_it_finds() {
    let folder = tempfile::tempdir().expect("folder");
    let report = said(&folder.path().join("data"), &["doctor", "--offline"]);
    for what in ["data folder", "database", "port"] {
        assert!(report.contains(what), "{report}");
    }
    let file = folder.path().join("a file");
    std::fs::write(&file, "").expect("file");
    let sick = run(&file, &["doctor", "--offline"]);
    assert!(!sick.status.success());
    assert!(text(&sick.stdout).contains('→'), "{}", text(&sick.stdout));
}

/// A process that is ended with the test, whatever happens.
struct Server {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(folder: &Path, args: &[&str]) -> Server {
        let mut child = horch(folder, args)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("horch starts");
        let lines = BufReader::new(child.stdout.take().expect("output"));
        Server { child, lines }
    }

    /// Reads lines until one holds `part`.
    fn line_with(&mut self, part: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("output");
            assert!(read > 0, "no line with {part:?} in {seen:?}");
            if line.contains(part) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    /// Ctrl-C, and whether it ended cleanly in time.
    fn interrupt(mut self) -> bool {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().expect("kill is there");
        assert!(sent.success());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(15) {
            if let Some(status) = self.child.try_wait().expect("waits") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port in the first http address of a line.
fn port_in(line: &str) -> u16 {
    let rest = line.split("http://localhost:").nth(1).expect(line);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a port")
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connects");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answer");
    text(&answer)
}

#[test]
fn serving_prints_a_set_up_link_and_ends_cleanly() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let mut server = Server::start(&data, &["serve"]);
    let port = port_in(&server.line_with("Screens"));
    let link = server.line_with("Set up here");
    let path = link.split(&format!("localhost:{port}")).nth(1).expect(&link).trim().to_owned();
    assert!(get(port, "/health").starts_with("HTTP/1.1 200"));
    // The token moves from the address into a cookie at once.
    let opened = get(port, &path);
    assert!(opened.starts_with("HTTP/1.1 303") && opened.contains("horch-setup"), "{opened}");
    assert!(get(port, "/set-up/guessed").starts_with("HTTP/1.1 403"));
    assert!(!get(port, "/mentions").starts_with("HTTP/1.1 200"), "nobody is signed in");

    let second = run(&data, &["serve", "--port", "0"]);
    assert!(text(&second.stderr).contains("another Horch"), "{}", text(&second.stderr));
    assert!(server.interrupt(), "Ctrl-C ends cleanly");
}

#[test]
fn listening_asks_nothing_and_serves_the_screens() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let mut server = Server::start(&data, &["listen", "your brand"]);
    let line = server.line_with("Listening for \"your brand\"");
    assert!(get(port_in(&line), "/mentions").starts_with("HTTP/1.1 200"), "open on this machine");
    assert!(server.interrupt());
    assert!(said(&data, &["watch", "list"]).contains("your brand"));
}

#[test]
fn the_demo_tells_its_story_through_real_connectors() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let output = run(&data, &["demo", "--speed", "4000", "--seconds", "50", "--port", "0"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = json_lines(&said(&data, &["mentions", "--json"]));
    let count = |name: &str, value: &str| rows.iter().filter(|row| row[name] == value).count();
    assert!(rows.len() > 100, "{} mentions", rows.len());
    for platform in ["web", "bluesky", "mastodon", "hackernews"] {
        assert!(count("platform", platform) > 0, "nothing on {platform}");
    }
    assert!(count("lang", "de") > 20 && count("lang", "en") > 20);
    assert!(count("tier", "leading") > 0, "the story reaches the evening news");
    assert!(count("tone", "negative") > 10);
}
