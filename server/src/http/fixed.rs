//! Texts that stay the same as long as the server runs, and the tags by which clients know them again. What they are is
//! in `openapi.rs` and `docs.rs`.

use std::hash::BuildHasher as _;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

/// A text that stays the same as long as the server runs, and the tag by which a client knows it again.
pub(crate) struct Fixed {
    text: Bytes,
    content_type: HeaderValue,
    tag: HeaderValue,
}

impl Fixed {
    pub(crate) fn new(text: impl Into<Bytes>, content_type: &'static str) -> Self {
        let text = text.into();
        let hash = foldhash::quality::FixedState::default().hash_one(&text);
        Self {
            content_type: HeaderValue::from_static(content_type),
            tag: HeaderValue::try_from(format!("\"{hash:016x}\"")).expect("hex digits in quotes are a header value"),
            text,
        }
    }

    /// The text, or 304 for a client that has it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let has_it = headers.get_all(IF_NONE_MATCH).iter().any(|tags| {
            let mut tags = tags.to_str().unwrap_or("").split(',').map(str::trim);
            tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes())
        });
        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(axum::body::Body::from(self.text.clone()));
            response.headers_mut().insert(CONTENT_TYPE, self.content_type.clone());
            response
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.tag.clone());
        // Kept, but asked for each time: after an upgrade it is another one.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}
