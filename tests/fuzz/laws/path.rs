//! Paths: the short way for plain ones finds what the long way finds, and the forms that mean the same are read alike.

use bessemer_server::fuzzing::Parts;
use http::Uri;
use percent_encoding::percent_decode_str;

pub(crate) fn hold(data: &[u8]) {
    let Some(uri) = str::from_utf8(data).ok().and_then(|text| text.parse::<Uri>().ok()) else {
        return;
    };
    let path = uri.path();
    let called = Parts::passthru(path);
    assert_eq!(called, Parts::passthru_of_any(path), "{path}");
    assert_eq!(called, expected(path), "{path}");

    let normal = Parts::normalised(uri.clone());
    assert_eq!(Parts::passthru(normal.path()), called, "{path}");
    assert_eq!(normal.query(), uri.query(), "{uri}");
    assert!(normal.path() == "/" || !normal.path().ends_with('/'), "{normal}");
    assert!(!normal.path().contains("//"), "{normal}");
    assert_eq!(Parts::normalised(normal.clone()), normal, "{uri}");

    let cut = Parts::without_json_suffix(uri.clone());
    assert_eq!(cut.query(), uri.query(), "{uri}");
    if cut != uri {
        assert_eq!(format!("{}.json", cut.path()), path.trim_end_matches('/'), "{uri}");
    }
}

fn expected(path: &str) -> Option<(bool, String, Option<String>)> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let segments = segments.strip_prefix(&["v1"]).unwrap_or(&segments);
    let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let (collection, ident, method) = match segments {
        [collection, ident, "vendor_passthru"] => (*collection, ident, None),
        [collection, ident, "vendor_passthru", method] => (*collection, ident, Some(decoded(method))),
        _ => return None,
    };
    match collection {
        "nodes" => Some((true, decoded(ident), method)),
        "drivers" => Some((false, decoded(ident), method)),
        _ => None,
    }
}
