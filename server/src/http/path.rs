//! Paths: which of them are vendor passthru, and the forms that Ironic also accepts (a trailing slash, doubled
//! slashes, `/v1` left out).

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use crate::dispatch::CallTarget;

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
        let rest = rest.strip_prefix("/vendor_passthru")?;
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
        if segments.next()? != "vendor_passthru" {
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
    percent_decode_str(segment).decode_utf8_lossy()
}

/// Whether the path is the API's root.
pub(crate) fn is_root(path: &str) -> bool {
    path.bytes().all(|byte| byte == b'/')
}

/// The version since which no path is told to be JSON any more.
pub(crate) const JSON_SUFFIX_ENDED: u16 = 91;

/// Takes `.json` off a path, unless it ends with what may be a node's name, which is looked up as it is first.
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
    if (segments.next(), segments.count()) != (Some("nodes"), 1) {
        let path = path.to_owned();
        set_path(uri, path);
    }
}

/// Brings a path to the form that the routes are written in.
pub(crate) fn normalise(uri: &mut Uri) {
    let path = uri.path();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    let mut normal = String::with_capacity(path.len() + 3);
    if segments
        .peek()
        .is_some_and(|first| matches!(*first, "nodes" | "drivers" | "conductors" | "tasks" | "locks"))
    {
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
        ] {
            let mut uri: Uri = from.parse().unwrap();
            strip_json_suffix(&mut uri);
            assert_eq!(uri.to_string(), to, "{from}");
        }
    }
}
