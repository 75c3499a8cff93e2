//! Queries of the built-in routes: each parameter is taken by its name, and what nobody took is refused by its
//! own. Vendor passthru reads its query by itself, as arguments.

use super::fault::Fault;

/// The parameters that were not taken yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Of a request's URI.
    pub(crate) fn of(uri: &http::Uri) -> Self {
        let query = uri.query().unwrap_or("").as_bytes();
        Self(form_urlencoded::parse(query).into_owned().collect())
    }

    /// All that is left, in the order it came.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// A parameter that may be given once.
    ///
    /// # Errors
    /// 400 if it is given more than once.
    pub(crate) fn take(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let mut values = self.take_all(name).into_iter();
        let value = values.next();
        match values.next() {
            Some(_) => Err(Fault::bad_request(format!(
                "{name}= is given more than once in the query"
            ))),
            None => Ok(value),
        }
    }

    /// A parameter that is a boolean.
    ///
    /// # Errors
    /// 400 if it is none, or given more than once.
    pub(crate) fn take_bool(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        match boolean(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(Fault::bad_request(format!(
                "{name}={text} is not a boolean; give true or false"
            ))),
        }
    }

    /// A parameter that is a list: with commas, repeated, or both. Empty names count for nothing.
    pub(crate) fn take_list(&mut self, name: &str) -> Option<Vec<String>> {
        let values = self.take_all(name);
        let given = !values.is_empty();
        given.then(|| values.iter().flat_map(|value| items(value)).collect())
    }

    /// The parameter that says which fields to show: a list of their names, each once, in lower case as Ironic reads it.
    pub(crate) fn take_fields(&mut self) -> Option<Vec<String>> {
        self.take_list("fields").map(field_names)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with the names of what was not taken.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut names: Vec<String> = self.0.into_iter().map(|(name, _)| name).collect();
        names.dedup();
        Err(Fault::bad_request(format!(
            "Unexpected arguments: {}",
            names.join(", ")
        )))
    }

    fn take_all(&mut self, name: &str) -> Vec<String> {
        self.0
            .extract_if(.., |(key, _)| key == name)
            .map(|(_, value)| value)
            .collect()
    }
}

/// The items of a list with commas. Empty ones count for nothing.
pub(crate) fn items(list: &str) -> impl Iterator<Item = String> {
    let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned)
}

/// Names of fields as they were given, each once and in lower case.
pub(crate) fn field_names(given: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in given.into_iter().map(|name| name.to_ascii_lowercase()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The words that OpenStack reads as booleans, in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is_one_of(&["true", "1", "yes", "on", "t", "y"]) {
        Some(true)
    } else if is_one_of(&["false", "0", "no", "off", "f", "n"]) {
        Some(false)
    } else {
        None
    }
}

/// Of the names that `fields=` gives all must be known.
///
/// # Errors
/// 400 with those that are not.
pub(super) fn only_known(whose: &str, known: &[&str], names: &[String]) -> Result<(), Fault> {
    let names = names.iter().map(String::as_str);
    let unknown: Vec<&str> = names.filter(|name| !known.contains(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Fault::bad_request(format!(
        "Field(s) \"{}\" are not valid; {whose} has {}",
        unknown.join(", "),
        known.join(", ")
    )))
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// All parameters.
    pub fn query(uri: &http::Uri) -> Vec<(String, String)> {
        Query::of(uri).0
    }

    /// One parameter, taken as text, as a boolean and as a list; `None` where it is refused. And what is left then.
    pub fn query_taken(uri: &http::Uri, name: &str) -> Taken {
        let query = Query::of(uri);
        let mut left = query.clone();
        Taken {
            text: query.clone().take(name).ok(),
            boolean: query.clone().take_bool(name).ok(),
            list: left.take_list(name),
            left: left.0.clone(),
            is_all: left.finish().is_ok(),
        }
    }
}

/// A parameter of a query, taken in each way.
#[cfg(feature = "fuzzing")]
#[derive(Debug)]
pub struct Taken {
    pub text: Option<Option<String>>,
    pub boolean: Option<Option<bool>>,
    pub list: Option<Vec<String>>,
    pub left: Vec<(String, String)>,
    pub is_all: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&format!("/?{text}").parse().unwrap())
    }

    #[test]
    fn lists_come_with_commas_or_repeated() {
        let list = |text| query(text).take_list("fields");
        assert_eq!(
            list("fields=a,b&fields=c"),
            Some(vec!["a".into(), "b".into(), "c".into()])
        );
        assert_eq!(list("fields=a%2Cb"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(list("fields="), Some(vec![]));
        assert_eq!(list("x=1"), None);
    }

    #[test]
    fn booleans_are_openstacks() {
        for (word, value) in [
            ("True", true),
            ("YES", true),
            ("on", true),
            ("t", true),
            ("0", false),
            ("Off", false),
        ] {
            assert_eq!(boolean(word), Some(value), "{word}");
        }
        assert_eq!(boolean("2"), None);
        assert_eq!(boolean(""), None);
    }

    #[test]
    fn what_nobody_takes_is_unexpected() {
        let mut asked = query("limit=1&x=2&y=3");
        assert_eq!(asked.take("limit").unwrap(), Some("1".into()));
        let fault = asked.finish().unwrap_err();
        assert!(format!("{fault:?}").contains("Unexpected arguments: x, y"));
        assert!(query("a=1&a=2").take("a").is_err());
    }
}
