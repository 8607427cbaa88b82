//! The servers, each a process of its own that ends with its handle.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use super::tools;
use crate::figures::root;

/// As long as a server may take to start.
const START: Duration = Duration::from_secs(90);

/// A running server; killed when dropped.
pub struct Server {
    name: &'static str,
    child: Child,
}

impl Server {
    /// Starts a program; what it says goes to `target/real/NAME.log`.
    pub fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Server> {
        let folder = root().join("target/real");
        std::fs::create_dir_all(&folder)?;
        let log = File::create(folder.join(format!("{name}.log")))?;
        let child = command
            .stdin(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Server { name, child })
    }

    /// Waits until the port takes connections.
    pub fn wait(&mut self, port: u16) -> anyhow::Result<()> {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended ({status}), see target/real/{0}.log", self.name);
            }
            if start.elapsed() > START {
                bail!("{} does not answer, see target/real/{0}.log", self.name);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// What it prints.
    pub fn output(&mut self) -> anyhow::Result<BufReader<ChildStdout>> {
        let output = self.child.stdout.take().context("its output is not ours")?;
        Ok(BufReader::new(output))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked first: some of them have children or sockets to clean up.
        drop(self.child.stdin.take());
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        for _ in 0..40 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Addresses of the Bluesky network.
pub struct Bluesky {
    /// Posts are made here.
    pub pds: String,
    /// Its stream in Jetstream's form.
    pub jetstream: String,
    /// Answers who is who.
    pub api: String,
    _server: Server,
}

/// Starts the Bluesky network.
pub fn bluesky() -> anyhow::Result<Bluesky> {
    let mut command = Command::new("node");
    command.arg("bluesky.mjs").current_dir(tools::folder()).stdout(Stdio::piped());
    let mut server = Server::start("bluesky", &mut command)?;
    let mut output = server.output()?;
    let ready = loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            bail!("bluesky did not start, see target/real/bluesky.log");
        }
        if let Ok(ready @ Value::Object(_)) = serde_json::from_str::<Value>(&line)
            && ready.get("jetstream").is_some()
        {
            break ready;
        }
    };
    // Nobody reads on: a full pipe must not stop it.
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let address = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
    let (pds, jetstream, api) = (address("pds"), address("jetstream"), address("api"));
    Ok(Bluesky { pds, jetstream, api, _server: server })
}

/// Starts a Mastodon server with one account whose token is `ben-token`.
pub fn mastodon(folder: &Path) -> anyhow::Result<(u16, Server)> {
    let config = folder.join("mastodon.toml");
    let settings = "[[seed.accounts]]\nusername = \"ben\"\ndisplay_name = \"Ben Beispiel\"\n\
                    access_token = \"ben-token\"\n";
    std::fs::write(&config, settings)?;
    let port = free_port()?;
    let mut command = Command::new(tools::python());
    command.args(["-m", "mastodon_mock", "serve", "--in-memory", "--log-level", "warning"]);
    command.args(["--port", &port.to_string(), "--config"]).arg(config).current_dir(folder);
    let mut server = Server::start("mastodon", command.stdout(Stdio::null()))?;
    server.wait(port)?;
    Ok((port, server))
}

/// Starts nginx over a folder of files.
pub fn nginx(folder: &Path, files: &Path) -> anyhow::Result<(u16, Server)> {
    let port = free_port()?;
    let own = folder.join("nginx");
    std::fs::create_dir_all(&own)?;
    let (own, files) = (own.display(), files.display());
    // The folder is only readable for whoever runs the tests: nginx stays that user.
    let config = format!(
        "daemon off; master_process off; pid {own}/pid; error_log stderr;\n\
         events {{}}\n\
         http {{\n\
           access_log off; types {{ application/rss+xml xml; }}\n\
           client_body_temp_path {own}/body; proxy_temp_path {own}/proxy;\n\
           fastcgi_temp_path {own}/fastcgi; uwsgi_temp_path {own}/uwsgi;\n\
           scgi_temp_path {own}/scgi;\n\
           server {{ listen 127.0.0.1:{port}; root {files}; }}\n\
         }}\n"
    );
    let path = folder.join("nginx.conf");
    std::fs::write(&path, config)?;
    let mut command = Command::new("nginx");
    command.arg("-e").arg("stderr").arg("-c").arg(path).stdout(Stdio::null());
    let mut server = Server::start("nginx", &mut command)?;
    server.wait(port)?;
    Ok((port, server))
}

/// Starts a mail server that keeps everything in a Maildir.
pub fn mail(folder: &Path) -> anyhow::Result<(u16, PathBuf, Server)> {
    let port = free_port()?;
    let maildir = folder.join("mail");
    let mut command = Command::new(tools::python());
    command.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
    command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(&maildir);
    let mut server = Server::start("mail", command.stdout(Stdio::null()))?;
    server.wait(port)?;
    Ok((port, maildir, server))
}
