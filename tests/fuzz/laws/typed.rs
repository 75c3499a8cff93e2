//! A driver whose methods take one of each: what the decoder of arguments is asked for.

use bessemer::host::{self, Method};
use bessemer::{Map, RawBody, Result, Value, driver};

/// Only its records are of interest.
#[derive(Default)]
pub(crate) struct Typed;

/// Two numbers, none of them lenient.
#[bessemer::model]
#[derive(Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    /// The first.
    pub a: i8,
    /// The second, or none.
    pub b: Option<u8>,
}

/// For the fuzzer.
#[driver(name = "fuzz-typed")]
impl Typed {
    /// Takes one of each, and all may be missing.
    #[driver_passthru(http = "GET,POST,PUT,PATCH,DELETE")]
    #[expect(clippy::too_many_arguments, reason = "one of each")]
    async fn named(
        &self,
        v: Option<Value>,
        s: Option<String>,
        i: Option<i64>,
        u: Option<u8>,
        f: Option<f64>,
        b: Option<bool>,
        l: Option<Vec<String>>,
        p: Option<Pair>,
    ) -> Result<()> {
        let _ = (v, s, i, u, f, b, l, p);
        Ok(())
    }

    /// Takes any object.
    #[driver_passthru(http = "GET,POST,PUT,PATCH,DELETE")]
    async fn object(&self, #[body] body: Option<Map<String, Value>>) -> Result<()> {
        let _ = body;
        Ok(())
    }

    /// Takes one object.
    #[driver_passthru(http = "GET,POST,PUT,PATCH,DELETE")]
    async fn pair(&self, #[body] body: Pair) -> Result<()> {
        let _ = body;
        Ok(())
    }

    /// Takes anything.
    #[driver_passthru(http = "GET,POST,PUT,PATCH,DELETE")]
    async fn raw(&self, #[body] body: RawBody) -> Result<()> {
        let _ = body;
        Ok(())
    }
}

/// The method of this name.
pub(crate) fn method(name: &str) -> &'static Method {
    let block = host::blocks()
        .iter()
        .find(|block| block.driver.is_some_and(|driver| driver.name == "fuzz-typed"))
        .expect("the driver is in this file");
    let method = block.methods.iter().find(|method| method.name == name);
    method.expect("the method is in this file")
}
