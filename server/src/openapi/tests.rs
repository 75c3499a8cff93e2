//! What the stock binary's driver does not show: two drivers with methods of one name. The rest is tested from outside,
//! in `tests/e2e/openapi.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use bessemer::{Node, NodeSnapshot, RawBody, Result, driver};

use super::*;
use crate::config::{Loaded, Purpose, Sources};

/// How many.
#[bessemer::model]
struct Count {
    /// The number.
    count: u8,
}

mod other {
    /// How many, in words.
    #[bessemer::model]
    pub(super) struct Count {
        /// The words.
        pub(super) count: String,
    }
}

#[derive(Default)]
struct One;

#[driver(name = "openapi-one", aliases = ["openapi-uno"])]
impl One {
    /// Counts.
    ///
    /// One by one.
    #[passthru(http = "GET,POST", require_exclusive_lock = false)]
    async fn count(&self, _node: NodeSnapshot, from: u8, step: Option<u8>, shape: Option<Count>) -> Result<Count> {
        let shape = shape.map_or(0, |shape| shape.count);
        Ok(Count {
            count: from + step.unwrap_or(1) + shape,
        })
    }

    /// Takes a whole.
    #[passthru(http = "GET,POST", require_exclusive_lock = false)]
    async fn shaped(&self, _node: NodeSnapshot, #[body] _shape: Option<Count>) -> Result<()> {
        Ok(())
    }

    /// Is only here.
    #[driver_passthru(http = "DELETE")]
    async fn own(&self) -> Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Two;

#[driver(name = "openapi-two")]
impl Two {
    /// Counts words.
    #[deprecated(note = "use fingers")]
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn count(&self, _node: NodeSnapshot, from: String) -> Result<other::Count> {
        Ok(other::Count { count: from })
    }

    /// Counts bytes.
    #[passthru(http = "POST", async, name = "bytes")]
    async fn count_bytes(&self, _node: &mut Node, #[body] _body: RawBody) -> Result<()> {
        Ok(())
    }
}

fn document(names: &[&str]) -> Value {
    let compiled = Compiled::collect(bessemer::host::blocks(), &[])
        .map_err(|_| "faults")
        .unwrap();
    let offered: Vec<_> = names.iter().map(|name| compiled.by_name(name).unwrap()).collect();
    let loaded = Loaded::from(&Sources {
        purpose: Purpose::List,
        ..Sources::default()
    });
    let text = render(&offered, &loaded.config);
    serde_json::from_str(&text).unwrap()
}

const COUNT: &str = "/v1/nodes/{node_ident}/vendor_passthru/count";
const SHAPED: &str = "/v1/nodes/{node_ident}/vendor_passthru/shaped";

#[test]
fn what_two_drivers_call_alike_is_one_operation() {
    let document = document(&["openapi-one", "openapi-two"]);
    let get = &document["paths"][COUNT]["get"];
    assert_eq!(get["tags"], json!(["driver openapi-one", "driver openapi-two"]));
    assert_eq!(
        get["description"],
        "On nodes of `openapi-one`: Counts.\n\nOne by one.\n\nOn nodes of `openapi-two`: Counts words.\n\nDeprecated: \
         use fingers."
    );
    assert_eq!(get["deprecated"], Value::Null, "one of them is not");
    assert_eq!(
        get["parameters"][1],
        json!({
            "name": "from", "in": "query", "required": true, "example": 1,
            "schema": { "anyOf": [
                { "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255, "title": "openapi-one" },
                { "type": "string", "title": "openapi-two" },
            ] },
        })
    );
    assert_eq!(get["parameters"][2]["name"], "shape");
    assert!(get["parameters"][2]["content"]["application/json"]["schema"].is_object());
    assert_eq!(get["parameters"][3]["required"], false);
    let ok = &get["responses"]["200"]["content"]["application/json"];
    let variants = ok["schema"]["anyOf"].as_array().unwrap();
    assert_ne!(variants[0]["$ref"], variants[1]["$ref"], "two types of one name");
    for variant in variants {
        let pointer = variant["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{variant}");
    }
    assert_eq!(ok["examples"]["openapi-one"]["value"], json!({ "count": 1 }));
    assert_eq!(get[EXTENSION]["openapi-two"]["lock"], "none");
}

#[test]
fn what_one_driver_has_is_as_it_is() {
    let document = document(&["openapi-one", "openapi-two"]);
    let post = &document["paths"][COUNT]["post"];
    assert_eq!(post["operationId"], "node.count.post");
    assert_eq!(post["requestBody"]["required"], true);
    let media = &post["requestBody"]["content"]["application/json"];
    assert_eq!(media["examples"]["openapi-one"]["value"], json!({ "from": 1 }));
    assert_eq!(media["schema"]["required"], json!(["from"]));
    let shaped = &document["paths"][SHAPED]["post"]["requestBody"];
    assert_eq!(shaped["required"], false, "its body may be null");
    let bytes = &document["paths"]["/v1/nodes/{node_ident}/vendor_passthru/bytes"]["post"];
    assert_eq!(
        bytes["requestBody"],
        json!({ "content": { "*/*": {} }, "required": false })
    );
    assert!(bytes["responses"]["202"]["headers"]["Location"].is_object());
    assert_eq!(bytes["responses"]["200"], Value::Null);
}

#[test]
fn a_driver_has_its_own_methods_under_each_name_that_is_enabled() {
    let paths = |names: &[&str]| -> Vec<String> {
        let document = document(names);
        let paths = document["paths"].as_object().unwrap().keys();
        paths.filter(|path| path.ends_with("/own")).cloned().collect()
    };
    let (one, uno) = (
        "/v1/drivers/openapi-one/vendor_passthru/own",
        "/v1/drivers/openapi-uno/vendor_passthru/own",
    );
    assert_eq!(paths(&["openapi-uno"]), [uno]);
    assert_eq!(paths(&["openapi-uno", "openapi-one"]), [one, uno]);
    assert_eq!(paths(&[]), [""; 0]);
}

#[test]
fn every_reference_leads_somewhere() {
    fn look(value: &Value, document: &Value) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(
                document.pointer(reference.strip_prefix('#').unwrap()).is_some(),
                "{reference}"
            );
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| look(member, document)),
            Value::Array(items) => items.iter().for_each(|item| look(item, document)),
            _ => {}
        }
    }
    let document = document(&["openapi-one", "openapi-two"]);
    look(&document, &document);
}
