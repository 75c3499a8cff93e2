//! A property that owns a list of what it does not own.

#[bessemer::properties]
struct Info {
    /// Where it may be.
    addresses: Vec<&str>,
}

fn main() {}
