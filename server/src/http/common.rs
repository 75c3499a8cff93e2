//! The headers that answers have in common: the range of versions, the version used, the request's id. Nearly every
//! answer has the same ones, so they are put together once; an answer gets a copy with its own values in it. To insert
//! them one by one, hashing each long name, would cost as much as decoding the arguments. Not here: the headers that
//! an answer has for itself.

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use super::body::Body;
use super::version::{self, Version};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");
static REQUEST_ID_SHORT: HeaderName = HeaderName::from_static("openstack-request-id");

/// The prepared headers.
pub(crate) struct Common {
    json: Prepared,
    other: Prepared,
}

/// Headers, and which of the values are each answer's own, in the order that the map has: any, but the same in all
/// copies.
struct Prepared {
    headers: HeaderMap,
    values: Vec<Of>,
}

/// Whose a value is.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    All,
    Version,
    Request,
}

impl Common {
    pub(crate) fn new() -> Self {
        let other: HeaderMap = [
            (&version::MIN_VERSION, version::MIN_TEXT),
            (&version::MAX_VERSION, version::MAX_TEXT),
            (&version::VERSION, ""),
            (&REQUEST_ID_SHORT, ""),
            (&REQUEST_ID, ""),
        ]
        .into_iter()
        .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
        .collect();
        let mut json = other.clone();
        json.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self {
            json: json.into(),
            other: other.into(),
        }
    }

    /// Gives them to an answer made in this version. One that `is_json` gets its content type too, and need not have a
    /// single header of its own.
    pub(crate) fn give(&self, response: &mut Response<Body>, is_json: bool, version: Version, id: HeaderValue) {
        let prepared = if is_json { &self.json } else { &self.other };
        let mut headers = prepared.headers.clone();
        for (value, of) in headers.values_mut().zip(&prepared.values) {
            match of {
                Of::All => {}
                Of::Version => *value = version.header(),
                Of::Request => *value = id.clone(),
            }
        }
        let own = std::mem::replace(response.headers_mut(), headers);
        if !own.is_empty() {
            response.headers_mut().extend(own);
        }
    }
}

impl From<HeaderMap> for Prepared {
    fn from(headers: HeaderMap) -> Self {
        let of = |name: &HeaderName| match name {
            name if *name == version::VERSION => Of::Version,
            name if *name == REQUEST_ID || *name == REQUEST_ID_SHORT => Of::Request,
            _ => Of::All,
        };
        Self {
            values: headers.keys().map(of).collect(),
            headers,
        }
    }
}

/// Gives an answer only the id of its request.
pub(crate) fn give_id(response: &mut Response<Body>, id: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(&REQUEST_ID_SHORT, id.clone());
    headers.insert(&REQUEST_ID, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(is_json: bool, mut response: Response<Body>) -> Vec<String> {
        let (version, id) = (Version::UNASKED, HeaderValue::from_static("req-1"));
        Common::new().give(&mut response, is_json, version, id);
        let line = |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
        let mut lines: Vec<String> = response.headers().iter().map(line).collect();
        lines.sort();
        lines
    }

    #[test]
    fn an_answer_gets_them_beside_its_own() {
        let mut response = Response::new(Body::default());
        response
            .headers_mut()
            .insert(header::LOCATION, HeaderValue::from_static("/v1/tasks/1"));
        let common = [
            "openstack-request-id: req-1",
            "x-openstack-ironic-api-maximum-version: 1.115",
            "x-openstack-ironic-api-minimum-version: 1.1",
            "x-openstack-ironic-api-version: 1.1",
            "x-openstack-request-id: req-1",
        ];
        assert_eq!(
            given(false, response),
            [&["location: /v1/tasks/1"], &common[..]].concat()
        );
        let json = given(true, Response::new(Body::default()));
        assert_eq!(json, [&["content-type: application/json"], &common[..]].concat());
    }
}
