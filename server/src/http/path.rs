//! Paths: which of them are vendor passthru, and the forms that Ironic also accepts (a trailing slash, doubled
//! slashes, `/v1` left out).

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use crate::dispatch::CallTarget;

/// What all methods are below.
pub(crate) const VENDOR_PASSTHRU: &str = "vendor_passthru";

/// `/v1/nodes/<ident>/vendor_passthru[/<method>]`, or the same under `drivers`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Passthru<'p> {
    on_node: bool,
    ident: Cow<'p, str>,
    /// The last segment, if there is one.
    pub(crate) method: Option<Cow<'p, str>>,
}

impl<'p> Passthru<'p> {
    /// Takes a path apart; `None` if it leads elsewhere.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        Self::of_plain(path).or_else(|| Self::of_any(path))
    }

    /// The form that nearly all clients send, without a look at each character.
    fn of_plain(path: &'p str) -> Option<Self> {
        let (on_node, path) = match path.strip_prefix("/v1/nodes/") {
            Some(rest) => (true, rest),
            None => (false, path.strip_prefix("/v1/drivers/")?),
        };
        let end = path.bytes().position(|byte| matches!(byte, b'/' | b'%'))?;
        let (ident, rest) = path.split_at(end);
        let rest = rest.strip_prefix('/')?.strip_prefix(VENDOR_PASSTHRU)?;
        let method = if rest.is_empty() {
            None
        } else {
            let method = rest.strip_prefix('/')?;
            let is_plain = !method.is_empty() && !method.bytes().any(|byte| matches!(byte, b'/' | b'%'));
            Some(is_plain.then_some(method)?)
        };
        (!ident.is_empty()).then(|| Self {
            on_node,
            ident: Cow::Borrowed(ident),
            method: method.map(Cow::Borrowed),
        })
    }

    fn of_any(path: &'p str) -> Option<Self> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let mut first = segments.next()?;
        if first == "v1" {
            first = segments.next()?;
        }
        let on_node = match first {
            "nodes" => true,
            "drivers" => false,
            _ => return None,
        };
        let ident = segments.next()?;
        if segments.next()? != VENDOR_PASSTHRU {
            return None;
        }
        let method = segments.next();
        if segments.next().is_some() {
            return None;
        }
        Some(Self {
            on_node,
            ident: decode(ident),
            method: method.map(decode),
        })
    }

    /// What is called.
    pub(crate) fn target(&self) -> CallTarget<'_> {
        if self.on_node {
            CallTarget::Node(&self.ident)
        } else {
            CallTarget::Driver(&self.ident)
        }
    }
}

/// Undoes percent-encoding. Bytes that are no UTF-8 are replaced: no name has them.
pub(crate) fn decode(segment: &str) -> Cow<'_, str> {
    if !segment.as_bytes().contains(&b'%') {
        return Cow::Borrowed(segment);
    }
    percent_decode_str(segment).decode_utf8_lossy()
}

/// Whether the path is the API's root.
pub(crate) fn is_root(path: &str) -> bool {
    path.bytes().all(|byte| byte == b'/')
}

/// Whether the path, brought to its one form, is that of a document which clients discover the API by.
pub(crate) fn is_discovery(path: &str) -> bool {
    matches!(path, "/" | "/v1")
}

/// The version since which no path is told to be JSON any more.
pub(crate) const JSON_SUFFIX_ENDED: u16 = 91;

/// Undoes the percent-encoding of characters that need none: they mean the same either way (RFC 3986, 6.2.2.2).
pub(crate) fn decode_unreserved(uri: &mut Uri) {
    let path = uri.path();
    if !path.as_bytes().contains(&b'%') {
        return;
    }
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let encoded = rest
            .get(at + 1..at + 3)
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = encoded.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let needs_none = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        match byte.filter(|byte| needs_none(*byte)) {
            Some(byte) => {
                plain.push(byte.into());
                rest = &rest[at + 3..];
            }
            None => {
                plain.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    plain.push_str(rest);
    if plain != path {
        set_path(uri, plain);
    }
}

/// Takes `.json` off a path, unless it ends with what may be a node's name, which is looked up with it and without.
pub(crate) fn strip_json_suffix(uri: &mut Uri) {
    let Some(path) = uri.path().trim_end_matches('/').strip_suffix(".json") else {
        return;
    };
    let mut segments = path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != "v1");
    // The one document whose name ends so.
    if path.trim_start_matches('/') == "openapi" {
        return;
    }
    let is_node = segments.next() == Some("nodes") && segments.next().is_some_and(|ident| ident != "detail");
    if !(is_node && segments.next().is_none()) {
        let path = path.to_owned();
        set_path(uri, path);
    }
}

/// Brings a path to the form that the routes are written in.
pub(crate) fn normalise(uri: &mut Uri) {
    let path = uri.path();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    let mut normal = String::with_capacity(path.len() + 3);
    if segments.peek().is_some_and(|first| {
        matches!(
            *first,
            "chassis" | "conductors" | "drivers" | "locks" | "nodes" | "ports" | "tasks"
        )
    }) {
        normal.push_str("/v1");
    }
    for segment in segments {
        normal.push('/');
        normal.push_str(segment);
    }
    if normal.is_empty() {
        normal.push('/');
    }
    if normal != path {
        set_path(uri, normal);
    }
}

/// Another path with the same query.
fn set_path(uri: &mut Uri, mut path: String) {
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    if let Ok(path) = PathAndQuery::try_from(path) {
        let mut parts = std::mem::take(uri).into_parts();
        parts.path_and_query = Some(path);
        *uri = Uri::from_parts(parts).unwrap_or_default();
    }
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// Whether it is called on a node, whose name that is, the method.
    pub fn passthru(path: &str) -> Option<(bool, String, Option<String>)> {
        Passthru::of(path).map(Passthru::into_parts)
    }

    /// The same without the short way for plain paths.
    pub fn passthru_of_any(path: &str) -> Option<(bool, String, Option<String>)> {
        Passthru::of_any(path).map(Passthru::into_parts)
    }

    /// The URI in the form that the routes are written in.
    pub fn normalised(mut uri: Uri) -> Uri {
        normalise(&mut uri);
        uri
    }

    /// The URI as versions before [`JSON_SUFFIX_ENDED`] read it.
    pub fn without_json_suffix(mut uri: Uri) -> Uri {
        strip_json_suffix(&mut uri);
        uri
    }
}

#[cfg(feature = "fuzzing")]
impl Passthru<'_> {
    fn into_parts(self) -> (bool, String, Option<String>) {
        (self.on_node, self.ident.into(), self.method.map(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passthru(path: &str) -> Option<(bool, String, Option<String>)> {
        Passthru::of(path).map(|p| (p.on_node, p.ident.into(), p.method.map(Into::into)))
    }

    #[test]
    fn both_forms_and_both_levels_are_passthru() {
        let node = |method: Option<&str>| Some((true, "n-1".to_owned(), method.map(Into::into)));
        assert_eq!(passthru("/v1/nodes/n-1/vendor_passthru"), node(None));
        assert_eq!(passthru("/v1/nodes/n-1/vendor_passthru/"), node(None));
        assert_eq!(passthru("/nodes/n-1/vendor_passthru/echo"), node(Some("echo")));
        assert_eq!(
            passthru("//v1//nodes/n%2D1/vendor_passthru//e%63ho/"),
            node(Some("echo"))
        );
        assert_eq!(
            passthru("/v1/drivers/d/vendor_passthru/m"),
            Some((false, "d".into(), Some("m".into())))
        );
        for other in [
            "/v1/nodes/n",
            "/v1/ports/n/vendor_passthru/m",
            "/v1/nodes/n/vendor_passthru/m/x",
            "/",
            "/v2/nodes/n/vendor_passthru",
        ] {
            assert_eq!(passthru(other), None, "{other}");
        }
    }

    #[test]
    fn paths_are_brought_to_one_form() {
        for (from, to) in [
            ("/", "/"),
            ("//", "/"),
            ("/v1/", "/v1"),
            ("/nodes?limit=1", "/v1/nodes?limit=1"),
            ("/v1//drivers//fake/?x=/a/", "/v1/drivers/fake?x=/a/"),
            ("/other/", "/other"),
        ] {
            let mut uri: Uri = from.parse().unwrap();
            normalise(&mut uri);
            assert_eq!(uri.to_string(), to, "{from}");
        }
    }

    #[test]
    fn what_needs_no_encoding_is_decoded_and_nothing_else() {
        for (from, to) in [
            ("/v1/%6eodes/%6D0?x=%61", "/v1/nodes/m0?x=%61"),
            (
                "/v1/nodes/m0/vendor%5fpassthru/a%2Db",
                "/v1/nodes/m0/vendor_passthru/a-b",
            ),
            ("/v1%2fnodes/a%20b%C3%A4", "/v1%2fnodes/a%20b%C3%A4"),
            ("/a%2561%", "/a%2561%"),
            ("/%7e%2E%30%5A", "/~.0Z"),
        ] {
            let mut uri: Uri = from.parse().unwrap();
            decode_unreserved(&mut uri);
            assert_eq!(uri.to_string(), to, "{from}");
        }
    }

    #[test]
    fn a_path_is_json_anyway_but_a_nodes_name_may_end_so() {
        for (from, to) in [
            ("/v1/drivers/fake.json?x=1", "/v1/drivers/fake?x=1"),
            ("/v1/nodes.json/", "/v1/nodes"),
            ("/nodes/n.json", "/nodes/n.json"),
            ("/v1/nodes/n.json/", "/v1/nodes/n.json/"),
            ("/v1/nodes/n.json/states.json", "/v1/nodes/n.json/states"),
            (
                "/v1/nodes/n/vendor_passthru/methods.json",
                "/v1/nodes/n/vendor_passthru/methods",
            ),
            ("/v1/nodes?x=.json", "/v1/nodes?x=.json"),
            ("/v1/nodes/detail.json?limit=1", "/v1/nodes/detail?limit=1"),
        ] {
            let mut uri: Uri = from.parse().unwrap();
            strip_json_suffix(&mut uri);
            assert_eq!(uri.to_string(), to, "{from}");
        }
    }
}
