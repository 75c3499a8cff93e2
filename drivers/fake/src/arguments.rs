//! What the methods' arguments may be. A type that refuses a wrong value does so before the node is locked, and
//! its caller reads 400 with the argument's name; a method that looks at a value itself is already running.

use std::time::Duration;

/// A text that is not empty.
#[bessemer::model]
#[serde(try_from = "String")]
#[schemars(extend("minLength" = 1))]
pub struct Text(String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Err("it is empty");
        }
        Ok(Self(text))
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// From nothing to ten minutes.
#[bessemer::model]
#[derive(Clone, Copy)]
#[serde(try_from = "f64")]
#[schemars(extend("minimum" = 0, "maximum" = 600))]
pub struct Seconds(f64);

impl Seconds {
    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// As a length of time.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs_f64(self.0)
    }
}

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        if (0.0..=600.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(format!("{seconds} is out of range"))
        }
    }
}

/// A number of bytes, up to 64 MiB.
#[bessemer::model]
#[derive(Clone, Copy)]
#[serde(try_from = "usize")]
#[schemars(extend("maximum" = 67_108_864))]
pub struct Size(usize);

impl Size {
    /// 1024 bytes.
    pub const KIB: Self = Self(1024);
    const MAX: usize = 64 << 20;

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<usize> for Size {
    type Error = String;

    fn try_from(bytes: usize) -> Result<Self, Self::Error> {
        if bytes <= Self::MAX {
            Ok(Self(bytes))
        } else {
            Err(format!("{bytes} is out of range"))
        }
    }
}

/// A way to fail: the kinds that a driver's error can have, a panic, and not to come to an end.
#[bessemer::model]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Failure {
    Invalid,
    Unsupported,
    Forbidden,
    NotFound,
    Conflict,
    Busy,
    Rejected,
    Silent,
    Internal,
    Panic,
    Timeout,
}
