//! Keeps notifiers out of private networks: an address that somebody typed into a form must not
//! become a way to reach a router, a database or a cloud's metadata service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::{NotifyError, NotifyOptions};

/// Whether an address lies in the public internet. Addresses that carry an IPv4 address inside
/// (mapped, NAT64, 6to4) are judged by it.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 127, ..)                   // this network, loopback
            | (100, 64..=127, _)        // carrier NAT
            | (192, 0, 0 | 2)           // protocol assignments, documentation
            | (192, 88, 99)             // retired 6to4 relays
            | (198, 18 | 19, _)         // benchmarking
            | (198, 51, 100)            // documentation
            | (203, 0, 113)             // documentation
            | (224..=255, ..) // multicast, reserved, broadcast
    );
    !(special || ip.is_private() || ip.is_link_local())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let tail = |at: usize| {
        let [a, b] = s[at].to_be_bytes();
        let [c, d] = s[at + 1].to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, ..] => tail(6),
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => tail(6),
        [0x2002, ..] => tail(1),
        // Teredo, ORCHID and other protocol assignments; documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Everything routed today begins with the bits 001.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

impl NotifyOptions {
    /// Whether `host:port` may be reached even where it is private.
    pub(crate) fn opens(&self, host: &str, port: u16) -> bool {
        let target = format!("{}:{port}", bare(host));
        self.allow_private
            || self
                .allow_hosts
                .iter()
                .any(|allowed| bare_target(allowed).eq_ignore_ascii_case(&target))
    }

    /// Refuses a host that is written as a private address or names this machine; what DNS says
    /// of other names is only known when sending.
    pub(crate) fn check_host(
        &self,
        setting: &'static str,
        host: &str,
        port: u16,
    ) -> Result<(), NotifyError> {
        let name = bare(host).trim_end_matches('.').to_ascii_lowercase();
        let private = match name.parse::<IpAddr>() {
            Ok(ip) => !is_public(ip),
            Err(_) => name == "localhost" || name.ends_with(".localhost"),
        };
        if private && !self.opens(host, port) {
            return Err(NotifyError::Setting(setting, private_words(&name)));
        }
        Ok(())
    }
}

/// Looks a name up and keeps what may be reached.
pub(crate) async fn resolve(host: &str, port: u16, open: bool) -> Result<Vec<SocketAddr>, Blocked> {
    let found = tokio::net::lookup_host((bare(host), port))
        .await
        .map_err(|_| Blocked::Unknown(bare(host).to_owned()))?;
    let (kept, private): (Vec<_>, Vec<_>) = found.partition(|addr| open || is_public(addr.ip()));
    match (kept.is_empty(), private.is_empty()) {
        (false, _) => Ok(kept),
        (true, false) => Err(Blocked::Private(bare(host).to_owned())),
        (true, true) => Err(Blocked::Unknown(bare(host).to_owned())),
    }
}

/// Why no address was found for a name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Blocked {
    /// Every address is private.
    #[error("{}", private_words(.0))]
    Private(String),
    /// DNS knows no address.
    #[error("no address is known for {0}")]
    Unknown(String),
}

impl From<Blocked> for NotifyError {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            // The operator may allow it, or DNS may be mended: neither is a lasting no, but
            // trying for hours against a rule of the house is pointless.
            Blocked::Private(_) => NotifyError::Refused(blocked.to_string()),
            Blocked::Unknown(_) => NotifyError::Later { reason: blocked.to_string(), after: None },
        }
    }
}

fn private_words(host: &str) -> String {
    format!("{host} lies in a private network, which this installation does not allow")
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host)
}

fn bare_target(target: &str) -> String {
    target.replace(['[', ']'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ip: &str, expect: bool) {
        assert_eq!(is_public(ip.parse().unwrap()), expect, "{ip}");
    }

    #[test]
    fn only_the_public_internet_is_public() {
        for ip in
            ["9.9.9.9", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1", "198.20.0.1"]
        {
            check(ip, true);
        }
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.5",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
            "64:ff9b:1::1",
            "3fff::1",
        ] {
            check(ip, false);
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_address_counts() {
        check("::ffff:127.0.0.1", false);
        check("::ffff:9.9.9.9", true);
        check("64:ff9b::10.0.0.1", false);
        check("64:ff9b::9.9.9.9", true);
        check("2002:0a00:0001::1", false);
        check("2002:0909:0909::1", true);
    }

    #[test]
    fn exceptions_name_host_and_port() {
        let options = NotifyOptions {
            allow_hosts: vec!["127.0.0.1:25".into(), "[::1]:25".into(), "Mail.home:25".into()],
            ..NotifyOptions::default()
        };
        for (host, port, expect) in [
            ("127.0.0.1", 25, true),
            ("127.0.0.1", 26, false),
            ("[::1]", 25, true),
            ("mail.home", 25, true),
            ("localhost", 25, false),
        ] {
            assert_eq!(options.opens(host, port), expect, "{host}:{port}");
        }
        assert!(options.check_host("url", "LocalHost.", 80).is_err());
        assert!(options.check_host("url", "a.localhost", 80).is_err());
        assert!(options.check_host("url", "[::ffff:10.0.0.1]", 80).is_err());
        assert!(options.check_host("url", "127.0.0.1", 25).is_ok());
    }
}
