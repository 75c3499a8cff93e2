//! What a method may return: nothing, anything that serializes to JSON, or an attachment of raw bytes
//! (`attachment.rs`). How a reply is framed in HTTP is the server's concern.

use std::any::TypeId;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

pub(crate) use crate::attachment::Attachment;
use crate::error::{Error, Result};

/// A method's result as the server sends it.
#[derive(Debug)]
pub enum Reply {
    /// The method returns `()`: an empty body.
    Empty,
    /// JSON text.
    Json(Vec<u8>),
    /// Raw bytes with a content type. On the heap: replies are moved often, and few are this one.
    Attachment(Box<Attachment>),
}

/// A value that a method may return: anything serializable with a schema, which the client gets as JSON; `()`, which is
/// an empty body; or an [`Attachment`]. `None` and `Value::Null` are the JSON `null`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a vendor method",
    label = "not serializable to JSON with a schema, nor an attachment",
    note = "put `#[bessemer::model]` on the type, or return `bessemer::Attachment` for raw bytes"
)]
pub trait IntoReply: Sized + 'static {
    /// Whether the reply is raw bytes.
    const ATTACH: bool;

    /// The reply.
    ///
    /// # Errors
    /// If the value cannot be written as JSON, for example a map whose keys are no text.
    fn into_reply(self) -> Result<Reply>;

    /// The JSON Schema of the result; `None` for nothing and for raw bytes.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema + 'static> IntoReply for T {
    const ATTACH: bool = false;

    fn into_reply(self) -> Result<Reply> {
        // `()` would be written as `null`, which is what `None` and `Value::Null` mean.
        if TypeId::of::<T>() == TypeId::of::<()>() {
            return Ok(Reply::Empty);
        }
        serde_json::to_vec(&self)
            .map(Reply::Json)
            .map_err(|cause| Error::internal("the method's result cannot be written as JSON").with_cause(cause))
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        (TypeId::of::<T>() != TypeId::of::<()>()).then(|| generator.subschema_for::<T>())
    }
}

impl IntoReply for Attachment {
    const ATTACH: bool = true;

    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::Attachment(Box::new(self)))
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_empty_and_none_is_null() {
        assert!(matches!(().into_reply(), Ok(Reply::Empty)));
        assert!(matches!(None::<u8>.into_reply(), Ok(Reply::Json(text)) if text == b"null"));
        assert!(matches!(serde_json::Value::Null.into_reply(), Ok(Reply::Json(text)) if text == b"null"));
    }
}
