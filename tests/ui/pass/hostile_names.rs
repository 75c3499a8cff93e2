//! A driver among names that hide everything an expansion could lean on.

#![allow(dead_code, unused_imports, unused_macros, non_camel_case_types, clippy::all)]

mod std {}
mod core {}
mod alloc {}
mod serde {}
mod serde_json {}
mod schemars {}
mod linkme {}
mod tokio {}
mod __private {}
struct String;
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Box;
struct Vec;
struct Method;
struct Block;
struct Instance;
struct Input;
struct Place;
struct Prepared;
struct Finished;
trait Default {}
trait Clone {}
trait Into {}
trait From {}
trait Send {}
trait Sync {}
struct u8_;
macro_rules! concat {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! env {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! option_env {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! module_path {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! file {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! line {
    () => {
        compile_error!("theirs")
    };
}
macro_rules! vec {
    ($($t:tt)*) => {
        compile_error!("theirs")
    };
}
macro_rules! stringify {
    ($($t:tt)*) => {
        compile_error!("theirs")
    };
}
macro_rules! matches {
    ($($t:tt)*) => {
        compile_error!("theirs")
    };
}
macro_rules! panic {
    ($($t:tt)*) => {
        compile_error!("theirs")
    };
}
macro_rules! assert {
    ($($t:tt)*) => {
        compile_error!("theirs")
    };
}

/// What a prelude of the author's own brings.
mod prelude {
    pub(crate) struct Error;
    pub(crate) struct Value;
    pub(crate) struct Verb;
    pub(crate) struct Node;
    pub(crate) struct Call;
    pub(crate) struct Arc;
    pub(crate) struct Fn;
    pub(crate) struct Future;
    pub(crate) struct Iterator;
    pub(crate) fn drop() {}
    pub(crate) fn driver() {}
    pub(crate) fn boxed() {}
    pub(crate) const PLACE: u8 = 0;
    pub(crate) static BLOCKS: u8 = 0;
    pub(crate) mod bessemer {}
}
use prelude::*;

#[derive(::core::default::Default)]
struct Hostile;

type Alias = ::std::option::Option<u8>;

#[::bessemer::model]
struct Model {
    text: ::std::string::String,
    maybe: ::std::option::Option<u8>,
}

struct Presence;
struct DebugOf;
trait HasNoDebug {}
trait RequiredByType {}

#[::bessemer::properties]
struct Properties {
    /// Named like what stands in the expansion.
    info: ::std::string::String,
    /// The same.
    #[property(default = DEFAULT)]
    read: u8,
    /// The same.
    #[property(secret)]
    shown: Alias,
    /// The same.
    f: ::std::option::Option<u8>,
    /// A word of the language.
    r#type: u8,
}

const DEFAULT: u8 = 7;

#[::bessemer::driver(name = "hostile", properties = Properties)]
impl Hostile {
    const DEFAULT: u8 = 7;

    #[doc = ::core::concat!("a", "b")]
    #[passthru(http = "POST")]
    async fn arguments(
        &self,
        held: &mut ::bessemer::Node,
        call: &::bessemer::Call,
        node: u8,
        driver: u8,
        instance: u8,
        input: u8,
        arguments: u8,
        a0: u8,
        result: u8,
        r#type: u8,
        r#async: u8,
        verb: ::bessemer::Verb,
        body: Alias,
        #[arg(default = Self::DEFAULT)] value: u8,
    ) -> ::bessemer::Result<()> {
        let _ = (
            held, call, node, driver, instance, input, arguments, a0, result, r#type, r#async, verb, body, value,
        );
        ::core::result::Result::Ok(())
    }

    #[passthru(http = "POST")]
    fn body(&self, node: &mut ::bessemer::Node, #[body] body: Model) -> ::bessemer::Result<Model> {
        let _ = node;
        ::core::result::Result::Ok(body)
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn held(&self, node: ::bessemer::NodeSnapshot) -> ::bessemer::Result<::std::vec::Vec<u8>> {
        let _ = node;
        ::core::result::Result::Ok(::std::vec::Vec::new())
    }

    #[driver_passthru(http = "GET")]
    async fn of_its_own(&self, #[body] body: <Self as Kind>::Body) -> ::bessemer::Result<<Self as Kind>::Body> {
        ::core::result::Result::Ok(body)
    }

    #[driver_passthru(http = "GET")]
    async fn start(&self) -> ::bessemer::Result<()> {
        ::core::result::Result::Ok(())
    }

    #[driver_passthru(http = "GET")]
    async fn r#move(&self) -> ::bessemer::Result<()> {
        ::core::result::Result::Ok(())
    }
}

trait Kind {
    type Body;
}

impl Kind for Hostile {
    type Body = u8;
}

fn main() {
    let names: ::std::vec::Vec<&str> = ::bessemer::host::blocks()[0]
        .methods
        .iter()
        .map(|method| method.name)
        .collect();
    assert_eq!(names, ["arguments", "body", "held", "of_its_own", "start", "move"]);
}
