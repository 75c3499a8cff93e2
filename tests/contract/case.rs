//! One request of a row and what must come back. Beside what a case says, each answer is held to what is common to all
//! of them: the ids, the version headers, the content type, JSON in ASCII, the envelope of an error.

use bessemer_tests::{Answer, Client};
use serde_json::Value;

use crate::shape::{Members, misfits};

/// The header that asks for a version, and says which one was used.
pub(crate) const VERSION: &str = "x-openstack-ironic-api-version";
/// The headers that say which versions there are.
pub(crate) const RANGE: [(&str, &str); 2] =
    [("x-openstack-ironic-api-minimum-version", "1.1"), ("x-openstack-ironic-api-maximum-version", "1.115")];

/// A request with what is expected of its answer.
pub(crate) struct Case {
    verb: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    status: u16,
    wants: Vec<Want>,
}

enum Want {
    Json(Value, Members),
    Nothing,
    Bytes(Vec<u8>),
    Raw(String),
    Header(String, String),
    NoHeader(String),
    Fault(Envelope, String),
    /// The answer comes from where no versions are known.
    NoVersions,
}

/// The three bodies that an error can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Envelope {
    Controller,
    Routing,
    Bare,
}

/// Any request.
pub(crate) fn send(verb: &str, path: &str) -> Case {
    Case { verb: verb.into(), path: path.into(), headers: vec![], body: None, status: 200, wants: vec![] }
}

/// `GET`.
pub(crate) fn get(path: &str) -> Case {
    send("GET", path)
}

/// `DELETE`.
pub(crate) fn delete(path: &str) -> Case {
    send("DELETE", path)
}

/// `POST` with JSON.
pub(crate) fn post(path: &str, body: Value) -> Case {
    send("POST", path).json(&body)
}

/// `PUT` with JSON.
pub(crate) fn put(path: &str, body: Value) -> Case {
    send("PUT", path).json(&body)
}

/// `PATCH` with JSON.
pub(crate) fn patch(path: &str, body: Value) -> Case {
    send("PATCH", path).json(&body)
}

// The request.
impl Case {
    /// Asks for a version in Ironic's own header.
    pub(crate) fn version(self, version: &str) -> Self {
        self.header(VERSION, version)
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a body of JSON.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").raw(body.to_string())
    }

    /// With any body.
    pub(crate) fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }
}

// The answer.
impl Case {
    /// This status; 200 if it is not said.
    pub(crate) fn is(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// JSON of this shape and no member more.
    pub(crate) fn shows(self, shape: Value) -> Self {
        self.wants(Want::Json(shape, Members::All))
    }

    /// JSON with these members among others.
    pub(crate) fn has(self, shape: Value) -> Self {
        self.wants(Want::Json(shape, Members::Some))
    }

    /// No body.
    pub(crate) fn empty(self) -> Self {
        self.wants(Want::Nothing)
    }

    /// These bytes.
    pub(crate) fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.wants(Want::Bytes(bytes.into()))
    }

    /// This somewhere in the body as it came.
    pub(crate) fn says(self, part: &str) -> Self {
        self.wants(Want::Raw(part.into()))
    }

    /// A header.
    pub(crate) fn sets(self, name: &str, value: &str) -> Self {
        self.wants(Want::Header(name.into(), value.into()))
    }

    /// Not this header.
    pub(crate) fn lacks(self, name: &str) -> Self {
        self.wants(Want::NoHeader(name.into()))
    }

    /// An error of a controller or a method. Its text begins so, or has in it what follows `…`.
    pub(crate) fn fails(self, status: u16, text: &str) -> Self {
        self.is(status).wants(Want::Fault(Envelope::Controller, text.into()))
    }

    /// An error of the routing: no version was used.
    pub(crate) fn misses(self, status: u16) -> Self {
        self.unversioned().is(status).wants(Want::Fault(Envelope::Routing, "…".into()))
    }

    /// An error that is not wrapped, and comes before any version was used.
    pub(crate) fn fails_bare(self, status: u16, text: &str) -> Self {
        self.unversioned().is(status).wants(Want::Fault(Envelope::Bare, text.into()))
    }

    /// An answer without the version that was used.
    pub(crate) fn unversioned(self) -> Self {
        self.wants(Want::NoVersions)
    }

    fn wants(mut self, want: Want) -> Self {
        self.wants.push(want);
        self
    }
}

// The comparison.
impl Case {
    /// Sends the request and tells what is not as it should be.
    pub(crate) async fn complaints(&self, client: &Client) -> Vec<String> {
        let mut request = client.request(&self.verb, &self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let answer = client.send(request).await;
        let mut wrong = Vec::new();
        if answer.status != self.status {
            wrong.push(format!("status should be {}", self.status));
        }
        self.check_common(&answer, &mut wrong);
        for want in &self.wants {
            want.check(&answer, client.base(), &mut wrong);
        }
        if wrong.is_empty() {
            return wrong;
        }
        let body = self.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        vec![format!(
            "  {} {} {:?} {}\n    expected: {}\n    actual:   {}",
            self.verb,
            self.path,
            self.headers,
            beginning(&body, 200),
            wrong.join("\n              "),
            beginning(&format!("{answer:?}"), 2000)
        )]
    }

    fn check_common(&self, answer: &Answer, wrong: &mut Vec<String>) {
        let id = answer.header("x-openstack-request-id");
        let uuid = id.strip_prefix("req-").unwrap_or("");
        if uuid::Uuid::try_parse(uuid).is_err() || answer.header("openstack-request-id") != id {
            wrong.push("both request ids should be the same req-<uuid>".into());
        }
        if !self.wants.iter().any(|want| matches!(want, Want::NoVersions)) {
            for (name, value) in RANGE {
                Want::Header(name.into(), value.into()).check(answer, "", wrong);
            }
            if answer.header(VERSION).is_empty() {
                wrong.push(format!("header {VERSION} should be there"));
            }
        } else if !answer.header(VERSION).is_empty() {
            wrong.push(format!("header {VERSION} should not be there"));
        }
        let is_head = self.verb == "HEAD";
        let is_json = answer.header("content-type") == "application/json";
        if answer.status >= 400 && !is_json {
            wrong.push("an error should be application/json".into());
        }
        if is_json && !is_head && !(answer.body.is_ascii() && serde_json::from_slice::<Value>(&answer.body).is_ok()) {
            wrong.push("the body should be JSON in ASCII".into());
        }
        if matches!(answer.status, 202 | 204) {
            Want::Nothing.check(answer, "", wrong);
        }
    }
}

fn beginning(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Want {
    fn check(&self, answer: &Answer, base: &str, wrong: &mut Vec<String>) {
        match self {
            Self::Json(shape, members) => match serde_json::from_slice(&answer.body) {
                Ok(actual) => wrong.extend(misfits(shape, &actual, *members, base)),
                Err(error) => wrong.push(format!("the body should be {shape}: {error}")),
            },
            Self::Nothing => {
                let (length, kind) = (answer.header("content-length"), answer.header("content-type"));
                // 204 has no length at all.
                let is_length = if answer.status == 204 { length.is_empty() } else { length == "0" };
                if !answer.body.is_empty() || !kind.is_empty() || !is_length {
                    wrong.push("there should be no body: Content-Length 0, no Content-Type".into());
                }
            }
            Self::Bytes(bytes) if *bytes != answer.body => {
                wrong.push(format!("the body should be {:?}", String::from_utf8_lossy(bytes)));
            }
            Self::Raw(part) if !answer.text().contains(part.as_str()) => {
                wrong.push(format!("the body should have {part} in it"));
            }
            Self::Header(name, value) if answer.header(name) != value => {
                wrong.push(format!("header {name} should be {value:?}"));
            }
            Self::NoHeader(name) if answer.headers.contains_key(name.as_str()) => {
                wrong.push(format!("header {name} should not be there"));
            }
            Self::Fault(envelope, text) => envelope.check(answer, text, wrong),
            Self::Bytes(_) | Self::Raw(_) | Self::Header(..) | Self::NoHeader(_) | Self::NoVersions => {}
        }
    }
}

impl Envelope {
    fn check(self, answer: &Answer, text: &str, wrong: &mut Vec<String>) {
        // Nobody can read the body of an answer to HEAD.
        if answer.body.is_empty() && answer.header("content-length") != "0" {
            return;
        }
        let outer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let wrapped = || serde_json::from_str(outer["error_message"].as_str().unwrap_or("")).unwrap_or_default();
        let code = if answer.status < 500 { "Client" } else { "Server" };
        let (inner, shape) = match self {
            Self::Controller => {
                (wrapped(), serde_json::json!({ "faultcode": code, "faultstring": "<text>", "debuginfo": null }))
            }
            Self::Routing => {
                (wrapped(), serde_json::json!({ "code": answer.status, "title": "<text>", "description": "<text>" }))
            }
            Self::Bare => (outer.clone(), serde_json::json!({ "faultcode": code, "faultstring": "<text>" })),
        };
        let misfits = misfits(&shape, &inner, Members::All, "");
        wrong.extend(misfits.into_iter().map(|misfit| format!("in the envelope of an error: {misfit}")));
        let said = inner.get("faultstring").or_else(|| inner.get("description"));
        let said = said.and_then(Value::as_str).unwrap_or("");
        let is_said = match text.strip_prefix('…') {
            Some(part) => said.contains(part),
            None => said.starts_with(text),
        };
        if !is_said {
            wrong.push(format!("the error should say {text:?}"));
        }
    }
}
