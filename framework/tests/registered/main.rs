//! A driver with one method of each kind, started as a host starts it: found in the registry, decoded from an
//! `Input`, run through its entry. What an attribute or a signature says must be what happens.

mod host;
mod settings;

use std::future::Future;
use std::mem::needs_drop;
use std::time::Duration;

use bessemer::host::{Argument, Block, Body, Driver, LockMode, Method, Property, Reply, Takes, blocks, snapshot};
use bessemer::{
    Attachment, Call, Configure, Error, Kind, Map, Node, NodeSnapshot, RawBody, Result, Value, Verb, driver, json,
};
use host::{block_on, call, driver_record, error_of, fields, instance, json_of, method};

/// Where to boot from.
#[bessemer::model]
struct Boot {
    device: String,
    #[serde(default)]
    persistent: bool,
}

#[bessemer::model]
struct KindsConfig {
    greeting: String,
}

/// A driver's own error.
enum Broken {
    Cable,
}

impl From<Broken> for Error {
    fn from(error: Broken) -> Self {
        match error {
            Broken::Cable => Self::silent("the cable is broken"),
        }
    }
}

/// One method of each kind.
struct Kinds {
    greeting: String,
}

impl Configure<KindsConfig> for Kinds {
    fn configure(config: KindsConfig) -> Result<Self> {
        if config.greeting.is_empty() {
            return Err(Error::invalid("greeting is empty"));
        }
        Ok(Self {
            greeting: config.greeting,
        })
    }
}

type MaybeNumber = Option<u32>;

/// Kinds of methods.
///
/// For this test.
#[driver(name = "kinds", aliases = ["kinds-too"], config = KindsConfig, properties = settings::KindsInfo)]
impl Kinds {
    const TRIES: u32 = 3;

    #[start]
    async fn start(&self) -> Result<()> {
        if self.greeting == "no" {
            return Err(Error::internal("will not start"));
        }
        Ok(())
    }

    #[cfg(target_os = "none")]
    #[stop]
    async fn stop(&self) -> NoSuchResult {}

    #[cfg(not(target_os = "none"))]
    #[stop]
    async fn stop(&self) -> Result<(), Broken> {
        Err(Broken::Cable)
    }

    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        match node.driver_info().get("address") {
            Some(_) => Ok(()),
            None => Err(Error::invalid("driver_info has no `address`")),
        }
    }

    /// Sets a property.
    ///
    /// Twice, if asked.
    #[passthru(http = "POST")]
    #[allow(clippy::too_many_arguments)]
    async fn set_prop(
        &self,
        node: &mut Node,
        call: &Call,
        /// which property
        key: String,
        value: Value,
        #[arg(default = Self::TRIES, name = "try")] tries: u32,
        #[arg(default = "none")] word: String,
        note: Option<String>,
        number: MaybeNumber,
    ) -> Result<Value> {
        call.sleep(Duration::ZERO).await;
        node.properties_mut().insert(key, value);
        Ok(json!([tries, word, note, number, call.request_id(), self.greeting]))
    }

    #[passthru(http = "POST")]
    fn set_prop_blocking(&self, node: &mut Node, r#type: String) -> Result<()> {
        node.extra_mut().insert("type".into(), r#type.into());
        Ok(())
    }

    #[passthru(http = "GET,POST", async, require_exclusive_lock = false)]
    async fn shared_async(&self, node: &Node, bar: String) -> Result<()> {
        if node.power_state() == Some(&bar) {
            Ok(())
        } else {
            Err(Error::conflict("not so"))
        }
    }

    #[passthru(http = [GET], require_exclusive_lock = false, timeout = "1500ms")]
    #[deprecated(since = "0.2.0", note = "use peek")]
    async fn snapshot(&self, node: NodeSnapshot, verb: Verb) -> Result<String> {
        Ok(format!("{verb} {}", node.uuid()))
    }

    #[passthru(
        http = "GET",
        name = "console-log",
        require_exclusive_lock = false,
        attach,
        description = "The log."
    )]
    fn console(&self, _node: &Node) -> Result<Attachment> {
        Ok(Attachment::bytes("x"))
    }

    #[passthru(http = "PUT", async = false)]
    async fn boot(&self, _: &mut Node, #[body] Boot { device, persistent }: Boot) -> Result<String> {
        Ok(format!("{device} {persistent}"))
    }

    #[passthru(http = "POST")]
    async fn raw<'a>(&'a self, _node: &'a mut Node, #[body] body: RawBody) -> Result<usize, Broken> {
        if body.bytes.is_empty() {
            Err(Broken::Cable)
        } else {
            Ok(body.bytes.len())
        }
    }

    /// Firmware images the vendor publishes.
    #[driver_passthru(http = "GET")]
    async fn images(&self, call: &Call, limit: Option<u32>) -> Result<Vec<String>> {
        call.progress(1, 1, "listed");
        Ok(vec!["a".into(); limit.unwrap_or(2) as usize])
    }

    #[driver_passthru(http = "GET,POST", name = "raw")]
    fn anything(&self, #[body] all: Option<Map<String, Value>>) -> Result<Option<Map<String, Value>>, std::io::Error> {
        if all.as_ref().is_some_and(Map::is_empty) {
            return Err(std::io::Error::other("empty"));
        }
        Ok(all)
    }

    /// No vendor method: not registered, still callable.
    fn helper(&self) -> usize {
        self.greeting.len()
    }
}

trait Ping {
    fn ping(&self) -> impl Future<Output = Result<usize>> + Send;
}

#[driver(extend)]
impl Ping for Kinds {
    #[driver_passthru(http = "GET")]
    async fn ping(&self) -> Result<usize> {
        Ok(self.helper())
    }
}

#[driver(extend)]
impl Kinds {
    #[cfg(target_os = "none")]
    #[driver_passthru(http = "GET")]
    async fn conditional(&self) -> Result<u8> {
        Ok(no_such_thing())
    }

    #[cfg(not(target_os = "none"))]
    #[driver_passthru(http = "GET")]
    async fn conditional(&self) -> Result<u8> {
        Ok(7)
    }
}

#[test]
fn named_arguments_defaults_and_node_changes() {
    let method = method("set_prop", false);
    let outcome = call(method, Verb::Post, &[], r#"{"key": "cpus", "value": 4}"#).unwrap();
    assert_eq!(outcome.how, "async");
    assert_eq!(outcome.changes.as_ref().unwrap().properties.map()["cpus"], 4);
    assert_eq!(json_of(outcome), json!([3, "none", null, null, "req-1", "hello"]));

    let body = r#"{"key": "k", "value": null, "try": "9", "word": 1.10, "note": "n", "number": 5}"#;
    let outcome = call(method, Verb::Post, &[], body).unwrap();
    assert_eq!(json_of(outcome), json!([9, "1.10", "n", 5, "req-1", "hello"]));

    let text = call(method, Verb::Post, &[], r#"{"tries": 1, "try": "x"}"#)
        .err()
        .unwrap();
    assert_eq!(
        text,
        "unknown argument `tries`: this method takes `key`, `value`, `try`, `word`, `note`, `number`; missing argument `key`, a string (which property); \
         missing argument `value`, any JSON value; argument `try` must be an integer of at least 0: \
         invalid type: string \"x\", expected u32"
    );
}

#[test]
fn a_default_is_for_what_is_missing_and_not_for_null() {
    let method = method("set_prop", false);
    let body = r#"{"key": "k", "value": 1, "try": null, "note": null}"#;
    let text = call(method, Verb::Post, &[], body).err().unwrap();
    assert_eq!(
        text,
        "argument `try` must be an integer of at least 0: invalid type: null, expected u32"
    );
}

#[test]
fn plain_functions_are_blocking_and_raw_identifiers_lose_their_mark() {
    let method = method("set_prop_blocking", false);
    let outcome = call(method, Verb::Post, &[], r#"{"type": "t"}"#).unwrap();
    assert_eq!(outcome.how, "blocking");
    assert_eq!(outcome.changes.unwrap().extra.map()["type"], "t");
    assert!(matches!(outcome.reply, Ok(Reply::Empty)));
}

#[test]
fn the_lock_is_the_type_of_the_node() {
    let lock = |name, driver_level| method(name, driver_level).entry.lock();
    assert_eq!(lock("set_prop", false), LockMode::Exclusive);
    assert_eq!(lock("shared_async", false), LockMode::Shared);
    assert_eq!(lock("snapshot", false), LockMode::None);
    assert_eq!(lock("images", true), LockMode::None);
}

#[test]
fn an_async_method_succeeds_with_nothing_or_fails() {
    let method = method("shared_async", false);
    assert!(method.is_async);
    assert_eq!(method.verbs, [Verb::Get, Verb::Post]);
    let outcome = call(method, Verb::Get, &[("bar", "power on")], "").unwrap();
    assert!(matches!(outcome.reply, Ok(Reply::Empty)));
    let outcome = call(method, Verb::Post, &[], r#"{"bar": "off"}"#).unwrap();
    assert_eq!(error_of(outcome), (Kind::Conflict, "not so".into()));
}

#[test]
fn verbs_snapshots_and_attachments() {
    let outcome = call(method("snapshot", false), Verb::Get, &[], "").unwrap();
    assert_eq!(json_of(outcome), json!("GET u"));
    let console = method("console-log", false);
    assert!(console.attach);
    let outcome = call(console, Verb::Get, &[], "").unwrap();
    assert_eq!(outcome.how, "blocking");
    assert!(matches!(outcome.reply, Ok(Reply::Attachment(_))));
}

#[test]
fn bodies_are_typed_raw_or_anything() {
    let outcome = call(method("boot", false), Verb::Put, &[], r#"{"device": "pxe"}"#).unwrap();
    assert_eq!(json_of(outcome), json!("pxe false"));
    assert_eq!(
        json_of(call(method("raw", false), Verb::Post, &[], "\x01\x02").unwrap()),
        json!(2)
    );
    let outcome = call(method("raw", false), Verb::Post, &[], "").unwrap();
    assert_eq!(error_of(outcome), (Kind::Silent, "the cable is broken".into()));
    let anything = method("raw", true);
    assert_eq!(
        json_of(call(anything, Verb::Get, &[("a", "1")], "").unwrap()),
        json!({"a": "1"})
    );
    assert_eq!(json_of(call(anything, Verb::Post, &[], "").unwrap()), Value::Null);
    assert_eq!(
        error_of(call(anything, Verb::Post, &[], "{}").unwrap()),
        (Kind::Internal, "empty".into())
    );
}

#[test]
fn driver_methods_stand_in_every_block_and_under_cfg() {
    let outcome = call(method("images", true), Verb::Get, &[("limit", "1")], "").unwrap();
    assert_eq!(json_of(outcome), json!(["a"]));
    assert_eq!(
        json_of(call(method("ping", true), Verb::Get, &[], "").unwrap()),
        json!(5)
    );
    assert_eq!(
        json_of(call(method("conditional", true), Verb::Get, &[], "").unwrap()),
        json!(7)
    );
    let text = call(method("ping", true), Verb::Get, &[("x", "1")], "").err().unwrap();
    assert_eq!(text, "unknown argument `x`: this method takes none");
}

#[test]
fn the_record_says_what_is_written() {
    let record = driver_record();
    assert_eq!((record.name, record.aliases), ("kinds", &["kinds-too"][..]));
    assert_eq!(record.description, "Kinds of methods.\n\nFor this test.");
    assert!(record.config.is_some());

    let set_prop = method("set_prop", false);
    assert_eq!(set_prop.description, "Sets a property.\n\nTwice, if asked.");
    let Takes::Named(arguments) = &set_prop.takes else {
        panic!("named arguments")
    };
    let names: Vec<_> = arguments.iter().map(|argument| argument.name).collect();
    assert_eq!(names, ["key", "value", "try", "word", "note", "number"]);
    assert_eq!(arguments[0].description, "which property");
    assert_eq!(arguments[2].default.unwrap()(), 3);
    assert_eq!(arguments[3].default.unwrap()(), "none");
    let optional: Vec<_> = arguments.iter().map(|argument| (argument.optional)()).collect();
    assert_eq!(optional, [false, false, false, false, true, true]);
    assert_eq!(set_prop.place.file, file!());
    assert_eq!(set_prop.place.crate_name, "bessemer");
    assert_eq!(set_prop.place.module, "registered");
    assert_ne!(set_prop.place.line, method("snapshot", false).place.line);

    let snapshot = method("snapshot", false);
    assert_eq!(snapshot.timeout, Some(Duration::from_millis(1500)));
    let deprecated = snapshot.deprecated.unwrap();
    assert_eq!((deprecated.since, deprecated.note), (Some("0.2.0"), Some("use peek")));
    assert_eq!(method("console-log", false).description, "The log.");
    assert!(matches!(method("boot", false).takes, Takes::Body(_)));
}

#[test]
fn records_are_constants_in_a_static_and_own_no_memory() {
    // What needs no drop owns nothing on a heap, and the element of a `static` slice is made by the compiler.
    const {
        assert!(!needs_drop::<Block>() && !needs_drop::<Driver>() && !needs_drop::<Method>());
        assert!(!needs_drop::<Argument>() && !needs_drop::<Body>() && !needs_drop::<Property>());
    }
    let blocks: &'static [Block] = blocks();
    assert!(blocks.iter().any(|block| !block.methods.is_empty()));
}

#[test]
fn a_driver_is_built_started_stopped_and_asked() {
    let record = driver_record();
    let refused = (record.build)(json!({"greeting": ""})).err().unwrap();
    assert_eq!(refused.message(), "greeting is empty");
    assert!(block_on(record.start.unwrap()(instance())).is_ok());
    assert_eq!(
        block_on(record.stop.unwrap()(instance())).unwrap_err().kind(),
        Kind::Silent
    );
    let refused = record.validate.unwrap()(&instance(), &snapshot(fields())).unwrap_err();
    assert_eq!(refused.message(), "driver_info has no `address`");
}
