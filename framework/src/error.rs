//! What a driver says when it cannot do what was asked. An error has a *kind*, a message for the
//! caller and, if there is one, a cause for the log. Status codes are not known here: one file of the
//! server maps kinds to them.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// What a vendor method returns. `E` may be [`Error`], or any type that converts into it by `From`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the terms of the caller. Each kind's documentation names the HTTP status that
/// the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// 400: an argument, or a value of the node's `driver_info`, is wrong. The message names it.
    Invalid,
    /// 400: this hardware cannot do that.
    Unsupported,
    /// 403: the caller may not do that.
    Forbidden,
    /// 404: the thing asked for does not exist on the hardware.
    NotFound,
    /// 409: the state of the hardware forbids it now. **Clients send the same request again**, so use
    /// this only where nothing was carried out.
    Conflict,
    /// 503: not possible at this moment. **Clients send the same request again**, so use this only
    /// where nothing was carried out.
    Busy,
    /// 502: the hardware refused, or answered nonsense.
    Rejected,
    /// 504: the hardware did not answer in time.
    Silent,
    /// 500: a fault of the driver itself.
    Internal,
}

impl Kind {
    /// The kind's name in logs and task records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::Rejected => "rejected",
            Self::Silent => "silent",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A driver's error: its [`Kind`], a message that the caller reads, and a cause that only the log gets.
///
/// The message stands in the answer of a synchronous method, and in the node's `last_error` after an `async` one, where
/// it is cut at 4,096 bytes. It names no secret, nor does the cause. More in [`guide::errors`](crate::guide::errors).
///
/// ```
/// use bessemer::{Error, Kind};
///
/// let error = Error::invalid("outlet 9 does not exist, this PDU has 8");
/// assert_eq!(error.kind(), Kind::Invalid);
/// assert_eq!(error.to_string(), "outlet 9 does not exist, this PDU has 8");
/// ```
pub struct Error {
    kind: Kind,
    message: Cow<'static, str>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

macro_rules! constructors {
    ($($name:ident => $kind:ident),* $(,)?) => { $(
        #[doc = concat!("An error of [`Kind::", stringify!($kind), "`].")]
        #[must_use]
        pub fn $name(message: impl Into<Cow<'static, str>>) -> Self {
            Self::new(Kind::$kind, message)
        }
    )* };
}

impl Error {
    /// An error of any kind. The message starts in lower case, carries the offending value and ends
    /// without a stop.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: None,
        }
    }

    constructors! {
        invalid => Invalid,
        unsupported => Unsupported,
        forbidden => Forbidden,
        not_found => NotFound,
        conflict => Conflict,
        busy => Busy,
        rejected => Rejected,
        silent => Silent,
        internal => Internal,
    }

    /// Adds what caused it: an error of another library, or a text. The cause goes to the log and is not shown to the
    /// caller.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the log should say beside the message: the chain of causes, joined by `: `.
    #[must_use]
    pub fn causes(&self) -> Option<String> {
        let first: &dyn StdError = self.cause.as_deref()?;
        let chain = std::iter::successors(Some(first), |&error| error.source());
        Some(chain.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("cause", &self.cause)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

// No blanket `From<E: StdError>`: which kind a foreign error is, only the driver knows. Those that are named here have
// no better kind to be found; `or_kind` is for all others. It is one `From` for all three, because a bound is where
// the compiler can be told what to say of an error that is none of them.

/// Of an error that is [`Kind::Internal`] wherever it comes from: `std::io::Error`, `serde_json::Error` or a boxed
/// one.
impl<E: HasKind> From<E> for Error {
    fn from(cause: E) -> Self {
        Self::internal(cause.to_string()).with_cause(cause)
    }
}

/// An error that says by its type alone which kind it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which kind of `bessemer::Error` it is",
    label = "no `From<{Self}> for bessemer::Error`: write it for an error of your own, give a foreign one its kind with `.or_kind(Kind::…, \"what failed\")?`"
)]
pub trait HasKind: fmt::Display + Into<Box<dyn StdError + Send + Sync>> {}

impl HasKind for std::io::Error {}
impl HasKind for serde_json::Error {}
impl HasKind for Box<dyn StdError + Send + Sync> {}

/// Gives a foreign error a kind and a message, and keeps it as the cause.
///
/// ```
/// use bessemer::{Kind, Result, ResultExt};
///
/// fn reading(text: &str) -> Result<f64> {
///     text.parse().or_kind(Kind::Rejected, "the sensor's reading is not a number")
/// }
/// assert_eq!(reading("n/a").unwrap_err().kind(), Kind::Rejected);
/// ```
pub trait ResultExt<T> {
    /// The value, or an error of this kind with this message and the original as its cause.
    ///
    /// # Errors
    /// Whatever `self` holds, converted.
    fn or_kind(self, kind: Kind, message: impl Into<Cow<'static, str>>) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> ResultExt<T> for std::result::Result<T, E> {
    fn or_kind(self, kind: Kind, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|cause| Error::new(kind, message).with_cause(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_joined_and_not_part_of_the_message() {
        let inner = std::io::Error::other("cable pulled");
        let error =
            Error::silent("10.0.0.7 did not answer").with_cause(Error::internal("read failed").with_cause(inner));
        assert_eq!(error.to_string(), "10.0.0.7 did not answer");
        assert_eq!(error.causes().as_deref(), Some("read failed: cable pulled"));
    }

    #[test]
    fn question_mark_takes_io_json_and_boxed_errors() {
        fn io() -> Result<()> {
            Err(std::io::Error::other("x"))?
        }
        fn json() -> Result<()> {
            serde_json::from_str::<u8>("no")?;
            Ok(())
        }
        fn boxed() -> Result<()> {
            Err::<(), Box<dyn StdError + Send + Sync>>("y".into())?;
            Ok(())
        }
        assert!(
            [io(), json(), boxed()]
                .into_iter()
                .all(|r| r.is_err_and(|e| e.kind() == Kind::Internal && e.causes().is_some()))
        );
    }
}
