//! A driver whose schemas, examples and decoders are wrong.

use bessemer::__private::{schemars, serde};
use bessemer::testing::conformance::{Check, Suite};
use bessemer::{Node, Result, driver};
use serde::Deserialize;

use super::finds;

/// Its schema is none.
#[bessemer::model]
#[schemars(extend("minLength" = "three"))]
pub(crate) struct NoSchema(String);

/// Its example is no number, nor is its default small enough.
#[bessemer::model]
#[serde(try_from = "u8")]
#[schemars(extend("examples" = ["many"]))]
pub(crate) struct Small(u8);

impl TryFrom<u8> for Small {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, &'static str> {
        match number {
            0..10 => Ok(Self(number)),
            _ => Err("it is too large"),
        }
    }
}

/// A body whose example forgets a member.
#[bessemer::model]
#[schemars(extend("examples" = [{ "device": "pxe" }]))]
pub(crate) struct Boot {
    /// The device.
    device: String,
    /// How often.
    times: u8,
}

/// Panics over a null.
#[derive(serde::Serialize, schemars::JsonSchema)]
#[serde(crate = "serde")]
#[schemars(crate = "schemars")]
pub(crate) struct Jumpy(bool);

impl<'de> Deserialize<'de> for Jumpy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(
            Option::<bool>::deserialize(deserializer)?.expect("nobody sends null"),
        ))
    }
}

/// Says text and takes anything.
#[derive(serde::Serialize, schemars::JsonSchema)]
#[serde(crate = "serde")]
#[schemars(crate = "schemars")]
pub(crate) struct Lax(String);

impl<'de> Deserialize<'de> for Lax {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = bessemer::Value::deserialize(deserializer)?;
        Ok(Self(value.to_string()))
    }
}

#[derive(Default)]
pub(crate) struct Wrong;

/// Wrong in many ways.
#[driver(name = "wrong")]
impl Wrong {
    /// Takes what has no schema.
    #[passthru(http = "POST")]
    async fn unschemed(&self, _node: &mut Node, text: NoSchema) -> Result<()> {
        drop(text.0);
        Ok(())
    }

    /// Shows what it does not take.
    #[passthru(http = "POST")]
    async fn shows(&self, _node: &mut Node, #[arg(default = Small(99))] small: Small) -> Result<u8> {
        Ok(small.0)
    }

    /// Shows a body that it does not take.
    #[passthru(http = "POST")]
    async fn boots(&self, _node: &mut Node, #[body] boot: Boot) -> Result<String> {
        Ok(format!("{} {}", boot.device, boot.times))
    }

    /// Panics before it begins.
    #[passthru(http = "POST")]
    async fn jumps(&self, _node: &mut Node, jumpy: Jumpy) -> Result<bool> {
        Ok(jumpy.0)
    }

    /// Takes everything.
    #[passthru(http = "POST")]
    async fn takes(&self, _node: &mut Node, lax: Lax) -> Result<String> {
        Ok(lax.0)
    }
}

#[test]
fn what_is_no_json_schema_is_found() {
    finds(
        Suite::<Wrong>::new(),
        Check::Schemas,
        &["the schema of argument `text` of method `unschemed`: #/$defs/NoSchema/minLength is \"three\""],
    );
}

#[test]
fn examples_and_defaults_that_do_not_decode_are_found() {
    finds(
        Suite::<Wrong>::new(),
        Check::Examples,
        &[
            "the default of argument `small` of method `shows`, 99: it is too large",
            "the example of argument `small` of method `shows`, \"many\": ",
            "the example of the body of method `boots`, {\"device\":\"pxe\"}: body: missing field `times`",
        ],
    );
}

#[test]
fn decoders_that_panic_or_take_anything_are_found() {
    finds(
        Suite::<Wrong>::new(),
        Check::Arguments,
        &[
            "method `jumps`: {\"jumpy\":null} panics: nobody sends null",
            "method `jumps`: {} panics: nobody sends null",
            "method `jumps`: {\"no_such_argument\":1} panics",
            "method `takes`: {\"lax\":[]} is taken, though `lax` is wrong in it",
            "method `takes`: {\"lax\":[[]]} is taken",
            "method `takes`: {\"lax\":{}} is taken",
            "method `takes`: {\"lax\":{\"no such key\":[]}} is taken",
        ],
    );
}
