//! The `Accept` header: whether a client would take JSON, which is all that this API makes. What a vendor method
//! attaches has a content type of its own and is not asked for here.

use http::{HeaderMap, header};

/// Whether an answer in JSON is acceptable. A request that says nothing about it, or nothing that can be read, takes
/// anything.
pub(crate) fn takes_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter();
    match (values.next(), values.next()) {
        (None, _) => true,
        // What nearly all clients send.
        (Some(value), None) if value == "application/json" || value == "*/*" => true,
        _ => names_json(headers),
    }
}

fn names_json(headers: &HeaderMap) -> bool {
    let mut said_something = false;
    // How near the nearest media range is, and whether it is wanted.
    let (mut nearest, mut is_wanted) = (Nearness::Elsewhere, false);
    for value in headers.get_all(header::ACCEPT) {
        for range in value.to_str().unwrap_or("").split(',') {
            let (media, parameters) = range.split_once(';').unwrap_or((range, ""));
            let Some(nearness) = Nearness::of(media.trim()) else {
                continue;
            };
            said_something = true;
            if nearness > nearest {
                nearest = nearness;
                is_wanted = !has_no_weight(parameters);
            }
        }
    }
    !said_something || is_wanted
}

/// How exactly a media range means `application/json`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Elsewhere,
    Anything,
    AnyApplication,
    Exactly,
}

impl Nearness {
    /// `None` if it is no media range.
    fn of(media: &str) -> Option<Self> {
        let (kind, subtype) = media
            .split_once('/')
            .filter(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())?;
        let is_application = kind.eq_ignore_ascii_case("application");
        Some(match subtype {
            "*" if kind == "*" => Self::Anything,
            "*" if is_application => Self::AnyApplication,
            _ if is_application && subtype.eq_ignore_ascii_case("json") => Self::Exactly,
            _ => Self::Elsewhere,
        })
    }
}

/// `q=0`: not at all.
fn has_no_weight(parameters: &str) -> bool {
    parameters.split(';').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0)
    })
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// Whether JSON is taken, by the short way too and by the long way alone.
    pub fn takes_json(headers: &HeaderMap) -> [bool; 2] {
        [takes_json(headers), names_json(headers)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_by_who_names_it_or_anything() {
        for (accept, takes) in [
            (&["application/json"][..], true),
            (&["*/*"], true),
            (&[""], true),
            (&[], true),
            (&["json"], true),
            (&["application/*;q=0.1"], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["text/html, application/json;q=0.9"], true),
            (&["text/html", "application/json"], true),
            (&["text/html,application/xhtml+xml,*/*;q=0.8"], true),
            (&["text/html"], false),
            (&["application/xml"], false),
            (&["text/html, application/json;q=0"], false),
            (&["application/json;q=0, */*"], false),
            (&["*/*", "application/json;q=0"], false),
            (&["application/json;q=0.000"], false),
        ] {
            let headers = accept
                .iter()
                .map(|accept| (header::ACCEPT, accept.parse().unwrap()))
                .collect();
            assert_eq!(takes_json(&headers), takes, "{accept:?}");
        }
    }
}
