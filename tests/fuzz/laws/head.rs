//! The headers of a request: which version it asks for, and whether it takes JSON. The input is a header a line, its first
//! character the name.

use bessemer_server::fuzzing::Parts;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use http::{HeaderMap, Request};

const OWN: HeaderName = HeaderName::from_static("x-openstack-ironic-api-version");
const COMMON: HeaderName = HeaderName::from_static("openstack-api-version");
const OTHER: HeaderName = HeaderName::from_static("x-other-api-version");
const MAX: u16 = 115;

pub(crate) fn hold(data: &[u8]) {
    let mut request = Request::new(());
    for line in data.split(|byte| *byte == b'\n').take(20) {
        let Some((name, value)) = line.split_first() else {
            continue;
        };
        let name = match name {
            b'o' => OWN,
            b'c' => COMMON,
            b'a' => ACCEPT,
            _ => OTHER,
        };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request.headers_mut().append(name, value);
        }
    }
    let (parts, ()) = request.into_parts();
    let expected = version(&parts.headers);
    assert_eq!(Parts::version(&parts), [expected, expected], "{:?}", parts.headers);

    let [short, long] = Parts::takes_json(&parts.headers);
    assert_eq!(short, long, "{:?}", parts.headers);
    assert_eq!(short, takes_json(&parts.headers), "{:?}", parts.headers);
}

fn version(headers: &HeaderMap) -> Result<Option<u16>, ()> {
    let texts = |name| headers.get_all(name).into_iter().map(|value| value.to_str().ok());
    let entries = texts(COMMON).flatten().flat_map(|list| list.split(','));
    let common = entries.filter_map(|entry| entry.trim().split_once(|c: char| c.is_ascii_whitespace()));
    let mut common = common.filter(|(service, _)| service.eq_ignore_ascii_case("baremetal"));
    // Of several the last counts.
    let asked = match (common.next_back(), texts(OWN).next_back()) {
        (Some((_, version)), _) => version,
        (None, Some(own)) => own.ok_or(())?.rsplit(',').next().unwrap_or(""),
        (None, None) => return Ok(None),
    };
    let asked = asked.trim().to_ascii_lowercase();
    if asked.is_empty() {
        return Ok(None);
    }
    if asked == "latest" {
        return Ok(Some(MAX));
    }
    let (major, minor) = asked.split_once('.').ok_or(())?;
    let is_one = major
        .strip_suffix('1')
        .is_some_and(|zeros| zeros.bytes().all(|byte| byte == b'0'));
    let is_number = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    let minor = minor.trim_start_matches('0');
    // Three digits are enough, and more are too many to count.
    let minor = (is_one && is_number && minor.len() <= 3).then(|| minor.parse().unwrap_or(0));
    minor.filter(|minor| (1..=MAX).contains(minor)).map(Some).ok_or(())
}

/// The nearest media range decides; of several that are as near, the first.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut best: Option<(u8, bool)> = None;
    let values = headers
        .get_all(ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';');
        let media = parts.next().unwrap_or("").trim().to_ascii_lowercase();
        let nearness = match media.split_once('/') {
            None | Some(("", _) | (_, "")) => continue,
            Some(("application", "json")) => 3,
            Some(("application", "*")) => 2,
            Some(("*", "*")) => 1,
            Some(_) => 0,
        };
        let is_refused = parts.filter_map(|part| part.split_once('=')).any(|(name, value)| {
            name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f64>().is_ok_and(|weight| weight == 0.0)
        });
        if best.is_none_or(|(nearest, _)| nearness > nearest) {
            best = Some((nearness, nearness > 0 && !is_refused));
        }
    }
    best.is_none_or(|(_, is_wanted)| is_wanted)
}
