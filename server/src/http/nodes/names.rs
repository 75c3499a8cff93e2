//! Names of nodes: which are sound, and which of them could never be reached or would be taken for something
//! else.

use uuid::Uuid;

/// The most characters of a name.
const CHARS_MAX: usize = 255;

/// Words that stand where a node's name stands, in this API or in Ironic's.
const RESERVED: [&str; 7] = [
    "detail",
    "maintenance",
    "management",
    "ports",
    "states",
    "validate",
    "vendor_passthru",
];

/// Refuses what cannot be a name.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with the name.
pub(super) fn check(name: &str) -> Result<(), String> {
    if let Some(wrong) = name.chars().find(|c| !is_allowed(*c)) {
        return Err(format!(
            "has {wrong:?} in it; a name is made of letters, digits and . _ ~ -"
        ));
    }
    if name.is_empty() || name.len() > CHARS_MAX {
        return Err(format!("has {} characters; a name has 1 to {CHARS_MAX}", name.len()));
    }
    if Uuid::try_parse(name).is_ok() {
        return Err("is a uuid; a name must not look like one".into());
    }
    if RESERVED.contains(&name) {
        return Err(format!("is a reserved word, as are {}", RESERVED.join(", ")));
    }
    // Clients resolve these two before they send a path.
    if matches!(name, "." | "..") {
        return Err("means a place in a path; choose another name".into());
    }
    Ok(())
}

/// Whether this could address a node at all.
pub(super) fn is_addressable(ident: &str) -> bool {
    !ident.is_empty() && ident.len() <= CHARS_MAX && ident.chars().all(is_allowed)
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hostnames_and_a_little_more() {
        for name in ["a", "rack1.node-2", "~x_y", "Detail", &"n".repeat(255), "..."] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        let uuid = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123";
        let simple = "1be26c0b03f24d2eae87c02d7f33c123";
        for name in [
            "",
            "a b",
            "a/b",
            "ä",
            "a\n",
            uuid,
            simple,
            "detail",
            "states",
            ".",
            "..",
            &"n".repeat(256),
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
