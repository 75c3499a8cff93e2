//! The HTTP methods a vendor method can answer. Called *verbs* everywhere, because a *method* is the
//! driver's. What a request with another verb gets is the server's concern.

use std::fmt;

/// The HTTP method of a request, as a vendor method may ask for it: `async fn m(&self, verb: Verb)`.
///
/// These five are what Ironic's API routes to vendor passthru (`NodeVendorPassthruController` there), as RFC 9110 and
/// RFC 5789 name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Verb {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The word on the wire, in capitals.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The verb of this name, in capitals as HTTP wants it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == name)
    }

    /// Whether a request of this verb carries its arguments in the query as well as in a body:
    /// `GET` and `DELETE`, whose bodies some clients cannot send.
    #[must_use]
    pub const fn reads_query(self) -> bool {
        matches!(self, Self::Get | Self::Delete)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
