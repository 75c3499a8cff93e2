//! A key without a letter.

#[bessemer::properties]
struct Info {
    /// Where it is.
    #[property(name = "")]
    address: String,
}

fn main() {}
