//! What the text options accept: names, paths, addresses, URLs, database connections.

use std::net::IpAddr;

use super::kind::Misfit;

/// A name that goes into reservations, log fields and Ironic's own messages.
pub(super) fn name(text: &str) -> Result<(), Misfit> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(Misfit::new(format!("{c:?} cannot be part of it"))),
        None if text.len() > 255 => Err(Misfit::new("at most 255 characters")),
        None => Ok(()),
    }
}

/// A path; nothing in it is expanded, so a `~` would become a directory of that name.
pub(super) fn path(text: &str) -> Result<(), Misfit> {
    if text.contains('\0') {
        Err(Misfit::new("a path cannot hold a NUL character"))
    } else if text.starts_with('~') || text.contains('$') {
        Err(Misfit::new("~ and $ are not expanded here").help("write the whole path"))
    } else {
        Ok(())
    }
}

/// An IP address. Names are refused: which address a name means may change between the check of
/// loopback and the listener.
pub(super) fn address(text: &str) -> Result<IpAddr, Misfit> {
    text.parse().map_err(|_| match text {
        "localhost" => Misfit::new("a name is not an address").help("use 127.0.0.1 or ::1"),
        "" | "*" => Misfit::new("not an address").help("use 0.0.0.0 or :: for every address"),
        _ => Misfit::new("not an IPv4 or IPv6 address"),
    })
}

/// An HTTP URL to which paths are appended; the slash at its end goes.
pub(super) fn endpoint(text: &str) -> Result<Option<String>, Misfit> {
    if text.is_empty() {
        return Ok(None);
    }
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return Err(Misfit::new("does not start with http:// or https://"));
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        Err(Misfit::new("has no host"))
    } else if host.contains('@') {
        Err(Misfit::new("a user or password would be shown to every client"))
    } else if let Some(c) = rest
        .chars()
        .find(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '"' | '<' | '>'))
    {
        Err(Misfit::new(format!("{c:?} cannot be part of it")))
    } else {
        Ok(Some(text.trim_end_matches('/').to_owned()))
    }
}

/// The path of an SQLite file; both `sqlite:///path` and SQLAlchemy's `sqlite:////path` mean
/// `/path`.
pub(super) fn sqlite_path(text: &str) -> Result<Option<String>, Misfit> {
    if text.is_empty() {
        return Ok(None);
    }
    let scheme = text
        .split(':')
        .next()
        .unwrap_or_default()
        .split('+')
        .next()
        .unwrap_or_default();
    if matches!(scheme, "postgresql" | "postgres") {
        return Err(Misfit::new("PostgreSQL is not built into this version").help("use sqlite:///, or leave it out"));
    }
    let Some(path) = text.strip_prefix("sqlite:///") else {
        return Err(Misfit::new("does not start with sqlite:///"));
    };
    match path.trim_start_matches('/') {
        "" => Err(Misfit::new("has no path")),
        ":memory:" => Err(Misfit::new("what is acknowledged must be on disk")),
        _ if path.contains('?') => Err(Misfit::new("parameters are not known here")),
        path => {
            self::path(path)?;
            Ok(Some(format!("/{path}")))
        }
    }
}
