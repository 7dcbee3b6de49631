//! Where a message goes: a URL that was understood, with everything in it that could mean two things refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::reach::Reach;
use crate::limits::WEBHOOK_URL_BYTES;

const NAME_BYTES: usize = 253;
const LABEL_BYTES: usize = 63;
/// Ports below this one belong to services of the system: of those, only the two of HTTP.
const FIRST_FREE_PORT: u16 = 1024;

/// A receiver's address: scheme, host, port and path, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Whether TLS is spoken.
    pub secure: bool,
    /// With whom.
    pub host: Host,
    /// At which port.
    pub port: u16,
    /// The path with its query; begins with a slash.
    pub path: String,
    /// What the `Host` header says.
    pub authority: String,
}

/// Who receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name that has to be resolved, in small letters.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Destination {
    /// Where `url` leads. Refuses, in words, what is no address of a receiver, and what can be told to be out of reach without
    /// resolving a name. What a name resolves to is for the courier to check, each time.
    pub fn parse(url: &str, reach: Reach) -> Result<Self, String> {
        if url.len() > WEBHOOK_URL_BYTES {
            return Err(format!("must be at most {WEBHOOK_URL_BYTES} bytes"));
        }
        let (secure, rest) = match url.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) if reach.admits_plain() => (false, rest),
            _ => return Err("must begin with https://".to_owned()),
        };
        if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
            let says = "must hold nothing but what a URL may; a host of other letters is written as xn--…";
            return Err(says.to_owned());
        }
        if rest.contains('#') {
            return Err("must have no fragment".to_owned());
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err("must hold no user name and no password".to_owned());
        }
        let (host, port) = host_and_port(authority, if secure { 443 } else { 80 })?;
        if port < FIRST_FREE_PORT && port != 443 && (port != 80 || secure) {
            return Err(format!("must have port 443, or one from {FIRST_FREE_PORT} on"));
        }
        match &host {
            Host::Address(address) => {
                reach.admits(*address, secure).map_err(|what| format!("leads to {what}"))?
            }
            Host::Name(name) if is_this_machine(name) && reach == Reach::Public => {
                return Err("leads to this machine itself".to_owned());
            }
            Host::Name(_) => {}
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { secure, host, port, path, authority: authority.to_ascii_lowercase() })
    }
}

fn host_and_port(authority: &str, default: u16) -> Result<(Host, u16), String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or("has a host in brackets that do not end")?;
            let address: Ipv6Addr =
                address.parse().map_err(|_| "has a host in brackets that is no IPv6 address")?;
            let port = match after {
                "" => None,
                after => {
                    Some(after.strip_prefix(':').ok_or("has something behind the host that is no port")?)
                }
            };
            (Host::Address(IpAddr::V6(address)), port)
        }
        None => {
            let (host, port) =
                authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
            (name_or_v4(host)?, port)
        }
    };
    let port = match port {
        None => default,
        Some(text) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            text.parse().ok().filter(|_| plain).ok_or("has a port that is none")?
        }
    };
    Ok((host, port))
}

/// A name in letters, digits and hyphens; or an address of IPv4 in its one usual form. Resolvers read `127.1`, `0x7f000001` and
/// `2130706433` as addresses, too: whatever ends in a number must be such an address as a whole.
fn name_or_v4(host: &str) -> Result<Host, String> {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(Host::Address(IpAddr::V4(address)));
    }
    let is_label = |label: &str| {
        (1..=LABEL_BYTES).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > NAME_BYTES || !host.split('.').all(is_label) {
        return Err("must have a host: a name of letters, digits and hyphens, or an address".to_owned());
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
        return Err("has a host that ends in a number and is no address in its usual form".to_owned());
    }
    Ok(Host::Name(host.to_ascii_lowercase()))
}

fn is_this_machine(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_a_host_a_port_and_a_path() {
        let parsed = |url: &str| {
            let to = Destination::parse(url, Reach::Anywhere).unwrap();
            let host = match &to.host {
                Host::Name(name) => name.clone(),
                Host::Address(address) => address.to_string(),
            };
            format!("{} {host} {} {} {}", to.secure, to.port, to.path, to.authority)
        };
        assert_eq!(parsed("https://Hooks.Example/a?b=c"), "true hooks.example 443 /a?b=c hooks.example");
        assert_eq!(parsed("https://a.example"), "true a.example 443 / a.example");
        assert_eq!(parsed("https://a.example?b"), "true a.example 443 /?b a.example");
        assert_eq!(parsed("http://localhost:9000/x/"), "false localhost 9000 /x/ localhost:9000");
        assert_eq!(parsed("https://[2A00::1]:8443/"), "true 2a00::1 8443 / [2a00::1]:8443");
        assert_eq!(parsed("http://10.0.0.7/%0d%0a"), "false 10.0.0.7 80 /%0d%0a 10.0.0.7");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let hostile = [
            "",
            "https://",
            "https:///x",
            "https:/a.example",
            "//a.example",
            "a.example",
            "HTTPS://a.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "gopher://a.example",
            "http+unix://a.example/",
            "https://user@a.example/",
            "https://user:pass@a.example/",
            "https://a.example@169.254.169.254/",
            "https://a.example#@b.example/",
            "https://a.example/#x",
            "https://a.example\\@b.example/",
            "https://a.example\\.b.example/",
            "https://a b.example/",
            "https://a.example/ x",
            "https://a.example/\r\nHost: b",
            "https://a.example/\u{e9}",
            "https://b\u{fc}cher.example/",
            "https://a.example:0/",
            "https://a.example:/",
            "https://a.example:65536/",
            "https://a.example:080/",
            "https://a.example:+443/",
            "https://a.example:443:443/",
            "https://a.example:22/",
            "https://a.example:25/",
            "https://a.example:80/",
            "https://a.example:1023/",
            "http://10.0.0.1:443x/",
            "https://a..example/",
            "https://.a.example/",
            "https://a.example./",
            "https://-a.example/",
            "https://a-.example/",
            "https://%61.example/",
            "https://a,b.example/",
            "https://*.example/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://2130706433/",
            "https://017700000001/",
            "https://0177.0.0.1/",
            "https://127.0.0.1.5/",
            "https://127.0.0.1./",
            "https://127.0.0.01/",
            "https://256.1.1.1/",
            "https://a.0x1/",
            "https://a.1/",
            "https://[::1/",
            "https://[::1]x/",
            "https://[::1%25eth0]/",
            "https://[fe80::1%eth0]/",
            "https://[a.example]/",
            "https://[::ffff:127.1]/",
            "https://::1/",
            "https://[]/",
        ];
        for url in hostile {
            for reach in [Reach::Public, Reach::AndThisMachine, Reach::Anywhere] {
                assert!(
                    Destination::parse(url, reach).is_err(),
                    "{url}: {:?}",
                    Destination::parse(url, reach)
                );
            }
        }
        let long = |bytes: usize| format!("https://a.example/{}", "x".repeat(bytes - 18));
        assert!(Destination::parse(&long(WEBHOOK_URL_BYTES), Reach::Public).is_ok());
        assert!(Destination::parse(&long(WEBHOOK_URL_BYTES + 1), Reach::Public).is_err());
        let labels = vec!["a".repeat(LABEL_BYTES); 4].join(".");
        assert!(Destination::parse(&format!("https://{labels}/"), Reach::Public).is_err());
        assert!(Destination::parse(&format!("https://{}.example/", "a".repeat(64)), Reach::Public).is_err());
    }

    /// LO-7: what is private on the face of it is refused when it is named.
    #[test]
    fn lo_7_what_is_out_of_reach_on_the_face_of_it_is_not_taken() {
        let private = [
            "http://a.example/",
            "https://localhost/",
            "https://LOCALHOST:8443/",
            "https://x.localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data/",
            "http://169.254.169.254/",
            "https://10.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://0.0.0.0/",
            "https://[::]/",
        ];
        for url in private {
            assert!(Destination::parse(url, Reach::Public).is_err(), "{url}");
        }
        assert!(Destination::parse("http://localhost:9000/", Reach::AndThisMachine).is_ok());
        assert!(Destination::parse("https://10.0.0.1/", Reach::AndThisMachine).is_err());
        assert!(
            Destination::parse("http://1.1.1.1/", Reach::Anywhere).is_err(),
            "in the clear through the world"
        );
        assert!(Destination::parse("https://10.0.0.1/", Reach::Anywhere).is_ok());
    }
}
