//! Queries. Of the built-in routes: what is taken is what is there, and what was not taken is left, in its order. Of
//! vendor passthru: the method is named by what any form has under that key, and all else is left.

use bessemer_server::fuzzing::Parts;
use http::Uri;
use percent_encoding::percent_decode;

pub(crate) fn hold(data: &[u8]) {
    let Some(uri) = str::from_utf8(data)
        .ok()
        .and_then(|text| format!("/?{text}").parse::<Uri>().ok())
    else {
        return;
    };
    let pairs = Parts::query(&uri);
    assert_eq!(pairs, expected(uri.query().unwrap_or("")), "{uri}");
    of_passthru(&uri, &pairs);
    for name in pairs.iter().map(|(name, _)| &**name).chain(["limit"]) {
        let values: Vec<&str> = values(&pairs, name);
        let taken = Parts::query_taken(&uri, name);
        let text = match &*values {
            [] => Some(None),
            [value] => Some(Some((*value).to_owned())),
            _ => None,
        };
        assert_eq!(taken.text, text, "{name} of {uri}");
        let boolean = match text {
            Some(Some(text)) => boolean(&text).map(Some),
            other => other.map(|_| None),
        };
        assert_eq!(taken.boolean, boolean, "{name} of {uri}");
        let list = values.iter().flat_map(|value| value.split(',')).map(str::trim);
        let list: Vec<String> = list.filter(|item| !item.is_empty()).map(Into::into).collect();
        assert_eq!(taken.list, (!values.is_empty()).then_some(list), "{name} of {uri}");
        let left: Vec<_> = pairs.iter().filter(|(other, _)| other != name).cloned().collect();
        assert_eq!((taken.is_all, taken.left), (left.is_empty(), left), "{name} of {uri}");
    }
}

fn of_passthru(uri: &Uri, pairs: &[(String, String)]) {
    let (named, others) = Parts::passthru_query(uri.query().unwrap_or(""));
    let expected = match &*values(pairs, "method") {
        [] => Vec::new(),
        [method] => vec![Some((*method).to_owned())],
        // Which of them is meant is not asked.
        _ => vec![None; 2],
    };
    assert_eq!(named, expected, "{uri}");
    let left: Vec<_> = pairs.iter().filter(|(name, _)| name != "method").cloned().collect();
    assert_eq!(others, left, "{uri}");
}

fn values<'p>(pairs: &'p [(String, String)], name: &str) -> Vec<&'p str> {
    let same = pairs.iter().filter(|(other, _)| other == name);
    same.map(|(_, value)| &**value).collect()
}

/// As HTML's forms are written.
fn expected(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode(text.as_bytes()).decode_utf8_lossy().into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn boolean(text: &str) -> Option<bool> {
    match &*text.trim().to_ascii_lowercase() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
        _ => None,
    }
}
