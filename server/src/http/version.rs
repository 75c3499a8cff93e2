//! API microversions: which one a request asks for, and which gates that opens. The two header forms, their
//! precedence and what is refused are as recorded from Ironic.
//!
//! A request without a version is answered as 1.1 says, but with every gate open: plain `curl` reaches
//! names, fields and conductors.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The lowest minor version of major version 1.
pub(crate) const MIN: u16 = 1;
/// The highest minor version claimed.
pub(crate) const MAX: u16 = 115;

/// [`MIN`] and [`MAX`] on the wire.
pub(crate) const MIN_TEXT: &str = "1.1";
/// See [`MIN_TEXT`].
pub(crate) const MAX_TEXT: &str = "1.115";

/// The version used, in answers; the version wanted, in requests.
pub(crate) static VERSION: HeaderName = HeaderName::from_static("x-openstack-ironic-api-version");
/// The lowest version, in answers.
pub(crate) static MIN_VERSION: HeaderName = HeaderName::from_static("x-openstack-ironic-api-minimum-version");
/// The highest version, in answers.
pub(crate) static MAX_VERSION: HeaderName = HeaderName::from_static("x-openstack-ironic-api-maximum-version");
/// The form that all OpenStack services share: `baremetal 1.30`.
static COMMON_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");
/// How the names of both headers end that a version is asked for with.
pub(crate) const NAMES_END: &str = "-api-version";

/// The version a request is answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    minor: u16,
    asked: bool,
}

/// The version asked for cannot be served. Holds what was asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotServed(pub(crate) String);

impl Version {
    /// What a request without a version header gets.
    pub(crate) const UNASKED: Self = Self {
        minor: MIN,
        asked: false,
    };

    /// The version that these headers ask for.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Result<Self, NotServed> {
        let Some(asked) = asked(headers) else {
            return Ok(Self::UNASKED);
        };
        let asked = asked.trim();
        if asked.is_empty() {
            return Ok(Self::UNASKED);
        }
        let minor = if asked.eq_ignore_ascii_case("latest") {
            Some(MAX)
        } else {
            minor(asked)
        };
        match minor {
            Some(minor) if (MIN..=MAX).contains(&minor) => Ok(Self { minor, asked: true }),
            _ => Err(NotServed(asked.into())),
        }
    }

    /// Whether something that came with this minor version is to be had.
    pub(crate) fn reaches(self, minor: u16) -> bool {
        !self.asked || self.minor >= minor
    }

    /// Whether something that this minor version took away is still to be had.
    pub(crate) fn predates(self, minor: u16) -> bool {
        self.minor < minor
    }

    /// `1.N`, as a header.
    pub(crate) fn header(self) -> HeaderValue {
        match self.minor {
            MIN => HeaderValue::from_static(MIN_TEXT),
            MAX => HeaderValue::from_static(MAX_TEXT),
            minor => HeaderValue::from_str(&format!("1.{minor}")).expect("digits and a dot are a header value"),
        }
    }
}

/// The version's text. Ironic's own header loses to the common one; of several, in one header or more, the last counts.
fn asked(headers: &HeaderMap) -> Option<&str> {
    let (mut own, mut common) = (None, None);
    // Few requests have many headers: to look one up by its long name would cost more.
    for (name, value) in headers {
        if *name == COMMON_VERSION {
            common = value.to_str().ok().and_then(of_baremetal).or(common);
        } else if *name == VERSION {
            // A header that is not text asks for something that cannot be served.
            own = value.to_str().unwrap_or("?").rsplit(',').next();
        }
    }
    common.or(own)
}

/// The version in `compute 2.90, baremetal 1.20`.
fn of_baremetal(list: &str) -> Option<&str> {
    list.rsplit(',').find_map(|entry| {
        let (service, version) = entry.trim().split_once(|c: char| c.is_ascii_whitespace())?;
        service.eq_ignore_ascii_case("baremetal").then_some(version)
    })
}

/// `N` of `1.N`.
fn minor(text: &str) -> Option<u16> {
    let (major, minor) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(major) && digits(minor) && major.parse() == Ok(1u16))
        .then(|| minor.parse().ok())
        .flatten()
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// The minor version that is negotiated with the look at the headers that comes first, and without it: `None` if
    /// none is asked for, an error if it is not served.
    pub fn version(parts: &http::request::Parts) -> [Result<Option<u16>, ()>; 2] {
        let looked = super::head::Head::of(parts).version(parts);
        [looked, Version::negotiate(&parts.headers)].map(|version| match version {
            Ok(version) => {
                let header = version.header();
                assert_eq!(header, format!("1.{}", version.minor), "the header is the version");
                Ok(version.asked.then_some(version.minor))
            }
            Err(_) => Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(headers: &[(&HeaderName, &str)]) -> Result<(String, bool), NotServed> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).clone(), value.parse().unwrap()))
            .collect();
        Version::negotiate(&headers).map(|v| (v.header().to_str().unwrap().into(), v.asked))
    }

    #[test]
    fn their_names_are_known_by_their_end() {
        assert!(
            [&VERSION, &COMMON_VERSION]
                .iter()
                .all(|name| name.as_str().ends_with(NAMES_END))
        );
    }

    #[track_caller]
    fn served(text: &str, want: &str) {
        assert_eq!(negotiated(&[(&VERSION, text)]), Ok((want.into(), true)), "{text}");
    }

    #[test]
    fn versions_in_range_are_echoed_in_normal_form() {
        served("1.30", "1.30");
        served(" 1.30 ", "1.30");
        served("1.030", "1.30");
        served("1.1", "1.1");
        served("latest", "1.115");
        served("LATEST", "1.115");
    }

    #[test]
    fn no_version_opens_every_gate() {
        assert_eq!(negotiated(&[]), Ok(("1.1".into(), false)));
        assert_eq!(negotiated(&[(&VERSION, "")]), Ok(("1.1".into(), false)));
        assert!(Version::UNASKED.reaches(115));
    }

    #[test]
    fn others_are_not_served() {
        for text in [
            "1.116",
            "1.0",
            "1.-1",
            "2.1",
            "0.9",
            "1",
            "1.30.1",
            "abc",
            "1.",
            ".1",
            "1.+5",
            "1.99999999",
        ] {
            assert_eq!(negotiated(&[(&VERSION, text)]), Err(NotServed(text.into())), "{text}");
        }
    }

    #[test]
    fn of_several_the_last_counts() {
        for (headers, served) in [
            (&[(&VERSION, "1.20"), (&VERSION, "1.30")][..], "1.30"),
            (&[(&VERSION, "1.20, 1.30")], "1.30"),
            (
                &[(&COMMON_VERSION, "baremetal 1.20"), (&COMMON_VERSION, "baremetal 1.30")],
                "1.30",
            ),
            (
                &[(&COMMON_VERSION, "baremetal 1.30,baremetal\t 1.20,compute 2.1")],
                "1.20",
            ),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append((*name).clone(), value.parse().unwrap());
            }
            let used = Version::negotiate(&map).unwrap();
            assert_eq!(
                (used.header().to_str().unwrap(), used.asked),
                (served, true),
                "{headers:?}"
            );
        }
        let own = |text: &str| negotiated(&[(&VERSION, text)]);
        assert_eq!(own("1.20,"), Ok(("1.1".into(), false)));
        assert_eq!(own("1.20,abc"), Err(NotServed("abc".into())));
    }

    #[test]
    fn the_common_header_wins_and_ignores_other_services() {
        let both = negotiated(&[(&VERSION, "1.5"), (&COMMON_VERSION, "compute 2.90, baremetal 1.20")]);
        assert_eq!(both, Ok(("1.20".into(), true)));
        assert_eq!(
            negotiated(&[(&VERSION, "1.5"), (&COMMON_VERSION, "compute 2.90")]),
            Ok(("1.5".into(), true))
        );
        assert_eq!(
            negotiated(&[(&COMMON_VERSION, "baremetal latest")]),
            Ok(("1.115".into(), true))
        );
    }
}
