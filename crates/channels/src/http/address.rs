//! Which addresses belong to private networks. Nothing fetched by address may reach them: a feed
//! address typed by a stranger, a redirect or a DNS answer could otherwise read a router, a cloud
//! machine's metadata service or a neighbour's database.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Everything in IANA's special-purpose registry for IPv4 that is not plainly public: network,
/// prefix length.
const V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by carriers (CGNAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments, metadata of some clouds
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, abandoned
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// Whether an address is not plainly public: loopback, private, link-local, carrier-shared,
/// documentation, multicast, reserved, or an IPv6 address that stands for such an IPv4 one.
///
/// ```
/// use channels::http::address::is_private;
///
/// assert!(is_private("169.254.169.254".parse().unwrap()));
/// assert!(is_private("::ffff:10.0.0.1".parse().unwrap()));
/// assert!(!is_private("93.184.216.34".parse().unwrap()));
/// ```
#[must_use]
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

/// The IP address that an address's host spells out, brackets allowed; `None` for a name.
/// Hosts must come from [`url::Url`], which unfolds spellings such as `0x7f.1` or `2130706433`.
#[must_use]
pub fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    V4.iter().any(|&(net, length)| (ip.to_bits() ^ net.to_bits()) >> (32 - length) == 0)
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = inner_v4(ip) {
        return is_private_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    // Global unicast is 2000::/3; all else (loopback, fc00::/7, fe80::/10, ff00::/8, ::, the
    // translation prefix for local use 64:ff9b:1::/48 …) is no place for a public server.
    first & 0xe000 != 0x2000
        || (first == 0x2001 && second < 0x0200) // protocol assignments, Teredo, ORCHID
        || (first == 0x2001 && second == 0x0db8) // documentation
        || (first == 0x3fff && second < 0x1000) // documentation
}

/// The IPv4 address that an IPv6 one stands for: v4-mapped, NAT64 (64:ff9b::/96, the only way to
/// public IPv4 servers in some networks) and 6to4.
fn inner_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let (high, low) = match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &[&str], private: bool) {
        for address in addresses {
            let ip: IpAddr = address.parse().unwrap();
            assert_eq!(is_private(ip), private, "{address}");
        }
    }

    #[test]
    fn private_networks_are_known() {
        check(
            &[
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.7",
                "192.88.99.1",
                "192.168.0.1",
                "192.168.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
            ],
            true,
        );
        check(
            &[
                "::",
                "::1",
                "::7f00:1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a00:1",
                "64:ff9b:1::808:808",
                "100::1",
                "2001::1",
                "2001:10::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "3fff:0fff::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "4000::1",
            ],
            true,
        );
    }

    #[test]
    fn public_networks_are_left_alone() {
        check(
            &[
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.1",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
            ],
            false,
        );
        check(
            &[
                "2001:4860:4860::8888",
                "2606:4700::1111",
                "2a02:8108::1",
                "2003:e7::1",
                "2001:200::1",
                "::ffff:8.8.8.8",
                "64:ff9b::808:808",
                "2002:808:808::1",
            ],
            false,
        );
    }

    #[test]
    fn hosts_that_spell_an_address() {
        assert_eq!(literal("[::1]"), Some(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        assert_eq!(literal("127.0.0.1"), Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        assert_eq!(literal("localhost"), None);
        for tricky in
            ["http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/"]
        {
            let url = url::Url::parse(tricky).unwrap();
            assert_eq!(url.host_str().and_then(literal), Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        }
    }
}
