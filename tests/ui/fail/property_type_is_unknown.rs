//! A type that does not exist.

#[bessemer::properties]
struct Info {
    /// How to hide what is sent.
    cipher: Cypher,
}

fn main() {}
