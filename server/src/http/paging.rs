//! Pages of a listing: how many items, after which, in which order, and the query of the page after.

use std::num::IntErrorKind;

use form_urlencoded::{Serializer, byte_serialize};

use super::fault::Fault;
use super::query::{Query, boolean};

/// The paging part of a query.
pub(crate) struct Paging {
    /// Most items of this page; never more than the configuration allows.
    pub(crate) limit: usize,
    /// The last item of the page before.
    pub(crate) marker: Option<String>,
    /// The column.
    pub(crate) sort_key: String,
    /// The direction.
    pub(crate) sort_dir: SortDir,
    /// Everything else in the query but the fields, which holds for the next page too.
    rest: Vec<(String, String)>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortDir {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl SortDir {
    fn as_str(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
        }
    }
}

impl Paging {
    /// Takes it out of a query.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub(crate) fn read(query: &mut Query, limit_max: usize) -> Result<Self, Fault> {
        let limit = limit(query, limit_max)?;
        let marker = query.take("marker")?;
        let sort_key = query.take("sort_key")?.unwrap_or_else(|| "id".into());
        let sort_dir = match query.take("sort_dir")?.as_deref() {
            None | Some("asc") => SortDir::Asc,
            Some("desc") => SortDir::Desc,
            Some(other) => {
                return Err(Fault::bad_request(format!(
                    "Invalid sort direction: {other}. Acceptable values are 'asc' or 'desc'"
                )));
            }
        };
        Ok(Self {
            limit,
            marker,
            sort_key,
            sort_dir,
            rest: query
                .pairs()
                .iter()
                .filter(|(name, _)| name != "fields")
                .cloned()
                .collect(),
        })
    }

    /// The query of the page after one that ends with this item, in the form that Ironic's links have: the fields,
    /// where there are some to name, with commas as they are.
    pub(crate) fn next(&self, fields: Option<&str>, last: &str) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("sort_key", &self.sort_key)
            .append_pair("sort_dir", self.sort_dir.as_str());
        for (name, value) in &self.rest {
            let word = boolean(value).filter(|_| BOOLEANS.contains(&&**name));
            query.append_pair(name, word.map_or(value, |value| if value { "True" } else { "False" }));
        }
        let mut query = query.finish();
        if let Some(fields) = fields {
            query.push_str("&fields=");
            query.push_str(fields);
        }
        query.push_str(&format!("&limit={}&marker=", self.limit));
        query.extend(byte_serialize(last.as_bytes()));
        query
    }
}

/// Parameters of a listing that are booleans, in whatever word they came.
const BOOLEANS: [&str; 6] = [
    "associated",
    "detail",
    "include_children",
    "maintenance",
    "retired",
    "sharded",
];

/// Takes the size of a page out of a query.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn limit(query: &mut Query, limit_max: usize) -> Result<usize, Fault> {
    match query.take("limit")? {
        None => Ok(limit_max),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if limit > 0 => Ok(limit.min(limit_max)),
            // Beyond any number there is, and so beyond the most.
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(limit_max),
            _ => Err(Fault::bad_request(format!(
                "Limit must be positive, a whole number; limit={text} is not"
            ))),
        },
    }
}
