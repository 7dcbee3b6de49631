//! Addresses under which clients and browsers reach this server, and how much of one may be given.

/// Refuses what clients cannot be sent to: `key` must be https, or http on this machine, with nothing behind the host but a
/// path without a trailing slash.
pub fn check(key: &str, url: &str) -> Result<(), String> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = host.ok_or(format!("{key}: must begin with https:// (or http:// on this machine)"))?;
    if host.is_empty() || host.ends_with('/') || host.contains(['?', '#', '@', ' ']) {
        return Err(format!("{key}: must be an address without a trailing slash, query or fragment"));
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let name = name.map_or(host, |(name, _)| name);
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
    if url.starts_with("http://") && !local {
        return Err(format!("{key}: must be https, because tokens travel over it"));
    }
    Ok(())
}

/// The same for an origin, as browsers say it: scheme, host and port.
pub fn check_origin(key: &str, url: &str) -> Result<(), String> {
    check(key, url)?;
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    if host.contains('/') || host.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(format!(
            "{key}: must be scheme, host and port in small letters, with no path behind them"
        ));
    }
    Ok(())
}
