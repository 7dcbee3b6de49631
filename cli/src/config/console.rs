//! Where the console listens, and what its links begin with.

use std::net::SocketAddr;

use super::urls;

/// The word that turns it off.
const OFF: &str = "none";

/// Where the console is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsolePlace {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its links begin with; where nothing is said, this machine and the port.
    pub url: Option<String>,
}

/// Reads `console_listen` and `console_url`; nothing where the console is turned off.
///
/// Refuses one that others can reach and that nobody gave an https address: an admin's cookies would travel in the clear.
pub fn place(listen: &str, url: Option<&str>) -> Result<Option<ConsolePlace>, String> {
    if let Some(url) = url {
        urls::check_origin("console_url", url)?;
    }
    if listen == OFF {
        return Ok(None);
    }
    let address: SocketAddr = listen
        .parse()
        .map_err(|_| format!("console_listen: must be an address such as 127.0.0.1:7801, or {OFF}"))?;
    if !address.ip().is_loopback() && !url.is_some_and(|url| url.starts_with("https://")) {
        return Err(format!(
            "console_url: must be given, and be https, where console_listen ({address}) is not this machine's own"
        ));
    }
    Ok(Some(ConsolePlace { address, url: url.map(str::to_owned) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_of_this_machine_needs_no_address_and_any_other_an_https_one() {
        let at =
            |listen: &str, url: Option<&str>| place(listen, url).map(|place| place.map(|place| place.url));
        assert_eq!(at("none", None), Ok(None));
        assert_eq!(at("127.0.0.1:7801", None), Ok(Some(None)));
        assert_eq!(
            at("[::1]:0", Some("http://localhost:7900")),
            Ok(Some(Some("http://localhost:7900".into())))
        );
        let proxied = Some("https://console.example.com");
        assert_eq!(at("0.0.0.0:7801", proxied), Ok(Some(proxied.map(str::to_owned))));
        for (listen, url) in [
            ("", None),
            ("off", None),
            ("127.0.0.1", None),
            ("0.0.0.0:7801", None),
            ("10.0.0.1:7801", Some("http://localhost:7801")),
            ("127.0.0.1:7801", Some("http://console.example.com")),
            ("127.0.0.1:7801", Some("https://example.com/console")),
            ("127.0.0.1:7801", Some("https://Example.com")),
            ("127.0.0.1:7801", Some("https://example.com/")),
            ("none", Some("console")),
        ] {
            let refused = place(listen, url).err();
            assert!(refused.is_some_and(|says| says.starts_with("console_")), "{listen:?} {url:?}");
        }
    }
}
