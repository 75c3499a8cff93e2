//! Words of the driver and where each is defined: methods called from elsewhere, arguments used in their bodies, and
//! what of the framework is named there.

use std::path::Path;

use crate::document::{At, Document};
use crate::session::Session;

/// Words of the file that are defined in it: where each is used, and where it is defined.
const OWN: &[(At, At)] = &[
    // Members, from below the block.
    (At("acme.start()", "start"), At("async fn start(", "start")),
    (At("acme.validate(", "validate"), At("fn validate(", "validate")),
    (At("acme.set(", "set"), At("async fn set(", "set")),
    (At("acme.count(", "count"), At("async fn count(", "count")),
    (At("acme.boot(", "boot"), At("async fn boot(", "boot")),
    (At("acme.console(", "console"), At("fn console(", "console")),
    (At("acme.image()", "image"), At("fn image(", "image")),
    // Members, from other members.
    (At("Self::SLOTS", "SLOTS"), At("const SLOTS", "SLOTS")),
    (At("self.racks);", "racks"), At("struct Acme {\n    racks", "racks")),
    (At("vec![self.image()", "image"), At("fn image(", "image")),
    // Arguments.
    (At("checked.info", "checked"), At("checked: &NodeSnapshot", "checked")),
    (At("call.log(note", "call"), At("call: &Call,\n        ///", "call")),
    (At("note.as_deref", "note"), At("note: Option", "note")),
    (At("insert(key, value)", "key"), At("key: String,", "key")),
    (At("insert(key, value)", "value"), At("value: Value,", "value")),
    (At("Ok(tries)", "tries"), At("tries: u32", "tries")),
    (At("shared.properties()", "shared"), At("shared: &Node", "shared")),
    (At("kind.len()", "kind"), At("kind: String", "kind")),
    (At("how.once", "how"), At("how: Boot", "how")),
    (At("how.once", "once"), At("once: bool", "once")),
    (At("locked.extra_mut", "locked"), At("locked: &mut Node", "locked")),
    (
        At("snapshot.power_state", "snapshot"),
        At("snapshot: NodeSnapshot", "snapshot"),
    ),
    (At("seen.uuid()", "seen"), At("seen: &Node", "seen")),
    (At("repeat(lines)", "lines"), At("lines: usize", "lines")),
    (At("{verb:?}", "verb"), At("verb: Verb", "verb")),
    (At("sent.bytes", "sent"), At("sent: RawBody", "sent")),
    (At("limit.unwrap_or", "limit"), At("limit: Option", "limit")),
    (
        At("lit.extra_mut", "lit"),
        At("lit: &mut Node, on: bool) -> Result", "lit"),
    ),
];

/// Words that the framework defines, and the file of it.
const OF_THE_FRAMEWORK: &[(At, &str)] = &[
    (At("checked.info::", "info"), "node.rs"),
    (At("call.log(note", "log"), "call.rs"),
    (At("node.properties_mut().insert(key", "properties_mut"), "node.rs"),
    (At("shared.properties()", "properties"), "node.rs"),
    (At("locked.extra_mut", "extra_mut"), "node.rs"),
    (At("snapshot.power_state", "power_state"), "node.rs"),
    (At("seen.uuid()", "uuid"), "node.rs"),
    (At("sent.bytes", "bytes"), "args/body.rs"),
];

/// Words that do not lead to where they are defined. Only those that are defined above the limit are asked for.
pub(crate) fn lost(document: &Document, session: &mut Session, framework: &Path, limit: usize) -> Vec<String> {
    let mut lost = Vec::new();
    let mut note = |At(piece, word): At, found: String| lost.push(format!("`{word}` of `{piece}` leads to {found}"));
    for (used, defined) in OWN.iter().filter(|(_, defined)| document.offset(*defined) < limit) {
        let found = document.definition(session, *used);
        if found != [document.place(*defined)] {
            note(*used, format!("{found:?}"));
        }
    }
    for (used, file) in OF_THE_FRAMEWORK
        .iter()
        .filter(|(used, _)| document.offset(*used) < limit)
    {
        let found = document.definition(session, *used);
        let [place] = &found[..] else {
            note(*used, format!("{found:?}"));
            continue;
        };
        if place.file != framework.join(file) {
            note(*used, place.file.display().to_string());
        }
    }
    lost
}
