//! How the types of the rows are read from columns. What does not convert was not written by this program.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};
use uuid::Uuid;

use crate::store::text::time_from_text;

pub(super) fn id_text(id: Uuid) -> String {
    id.hyphenated().to_string()
}

pub(super) fn text_at<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(|error| failure(column, error))
}

pub(super) fn optional_text_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Box<str>>> {
    let text = row.get_ref(column)?.as_str_or_null();
    Ok(text.map_err(|error| failure(column, error))?.map(Into::into))
}

pub(super) fn id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    text_at(row, column)?
        .parse()
        .map_err(|error| failure::<uuid::Error>(column, error))
}

pub(super) fn time_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    time_from_text(text_at(row, column)?).map_err(|error| failure(column, error))
}

pub(super) fn optional_id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Uuid>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => id_at(row, column).map(Some),
    }
}

pub(super) fn optional_time_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => time_at(row, column).map(Some),
    }
}

pub(super) fn failure<E: std::error::Error + Send + Sync + 'static>(column: usize, error: E) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
