//! Schemas as the server shows them: one document each, named types beside it under `$defs`.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// The whole document.
pub(super) fn document(schema: fn(&mut SchemaGenerator) -> Schema) -> Value {
    document_of(|generator| Some(schema(generator))).unwrap_or_default()
}

/// The same for what may have none.
pub(super) fn document_of(schema: impl FnOnce(&mut SchemaGenerator) -> Option<Schema>) -> Option<Value> {
    let mut generator = SchemaGenerator::default();
    let mut document = schema(&mut generator)?.to_value();
    let definitions: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    if let (Value::Object(document), false) = (&mut document, definitions.is_empty()) {
        document.insert("$defs".into(), definitions.into());
    }
    Some(document)
}

/// What a schema stands for: itself, or what its `$ref` names in the document.
pub(super) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // A chain longer than this goes round in a circle.
    for _ in 0..8 {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            break;
        };
        match reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer))
        {
            Some(named) => schema = named,
            None => break,
        }
    }
    schema
}
