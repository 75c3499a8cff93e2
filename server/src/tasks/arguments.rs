//! What a task's method was called with, for who looks while it runs. It is kept in memory and nowhere else, and shown
//! without its secrets: see `http/tasks/mask.rs`.

use std::fmt;

use bessemer::host::Input;
use serde_json::{Map, Value};

/// Longer bodies are not kept.
const BYTES_MAX: usize = 16 << 10;

/// The arguments by their names, as they came.
pub(crate) struct Arguments(Box<Map<String, Value>>);

impl Arguments {
    /// Of a call that was decoded, so its body is JSON if its method `reads_json`. `None` where there are too many of
    /// them, or none that have names.
    pub(crate) fn of(input: &Input<'_>, reads_json: bool) -> Option<Self> {
        let query = input.query.iter().map(|(key, value)| key.len() + value.len());
        if query.sum::<usize>() + input.body.len() > BYTES_MAX {
            return None;
        }
        let mut arguments = match input.body {
            [] => Map::new(),
            body if reads_json => match serde_json::from_slice(body) {
                Ok(Value::Object(object)) => object,
                Ok(Value::Null) => Map::new(),
                _ => return None,
            },
            _ => return None,
        };
        for (key, value) in input.query {
            let value = Value::from(value.as_ref());
            match arguments.get_mut(key.as_ref()) {
                None => drop(arguments.insert(key.as_ref().into(), value)),
                // Repeated in the query: a list.
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = vec![first.take(), value].into(),
            }
        }
        Some(Self(Box::new(arguments)))
    }

    /// With all secrets.
    pub(crate) fn by_name(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arguments(…)")
    }
}
