//! Pages of a listing: how many items, after which, in which order, and the query of the page after.

use form_urlencoded::Serializer;

use super::fault::Fault;
use super::query::Query;

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
    /// Everything else in the query, which holds for the next page too.
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
            rest: query.pairs().to_vec(),
        })
    }

    /// The query of the page after one that ends with this item.
    pub(crate) fn next(&self, last: &str) -> String {
        Serializer::new(String::new())
            .extend_pairs(&self.rest)
            .append_pair("sort_key", &self.sort_key)
            .append_pair("sort_dir", self.sort_dir.as_str())
            .append_pair("limit", &self.limit.to_string())
            .append_pair("marker", last)
            .finish()
    }
}

/// Takes the size of a page out of a query.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn limit(query: &mut Query, limit_max: usize) -> Result<usize, Fault> {
    match query.take("limit")? {
        None => Ok(limit_max),
        Some(text) => match text.parse::<u64>() {
            Ok(limit) if limit > 0 => Ok(usize::try_from(limit).unwrap_or(limit_max).min(limit_max)),
            _ => Err(Fault::bad_request(format!(
                "Limit must be positive, a whole number; limit={text} is not"
            ))),
        },
    }
}
