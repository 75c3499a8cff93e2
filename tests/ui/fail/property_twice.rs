//! Two fields with one key.

#[bessemer::properties]
struct Info {
    /// Where it is.
    address: String,
    /// Where it also is.
    #[property(name = "address")]
    other: String,
}

fn main() {}
