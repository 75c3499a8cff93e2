//! The one look that every request's headers get: how long they are, and whether they name a version, or what is to be
//! answered with, at all. Most do not, and need not be searched for that then.

use http::header;
use http::request::Parts;

use super::version::{self, NotServed, Version};

/// What was seen.
pub(crate) struct Head {
    /// The bytes of the request line and the headers. hyper itself refuses only what it cannot buffer, which is up to
    /// twice the bound.
    pub(crate) size: usize,
    /// Whether an `Accept` header says what its client takes.
    pub(crate) names_types: bool,
    /// Whether a version is named, as Ironic's clients do.
    pub(crate) names_version: bool,
}

impl Head {
    pub(crate) fn of(parts: &Parts) -> Self {
        let mut this = Self {
            size: parts.method.as_str().len() + parts.uri.path_and_query().map_or(0, |path| path.as_str().len()),
            names_types: false,
            names_version: false,
        };
        for (name, value) in &parts.headers {
            this.names_types |= *name == header::ACCEPT;
            let name = name.as_str();
            this.size += name.len() + value.len() + ": \r\n".len();
            this.names_version |= name.ends_with(version::NAMES_END);
        }
        this
    }

    /// The version that is asked for.
    pub(crate) fn version(&self, parts: &Parts) -> Result<Version, NotServed> {
        if self.names_version {
            Version::negotiate(&parts.headers)
        } else {
            Ok(Version::UNASKED)
        }
    }
}
