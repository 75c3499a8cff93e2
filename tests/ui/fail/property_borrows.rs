//! A property that owns nothing.

#[bessemer::properties]
struct Info {
    /// Where it is.
    address: &'static str,
}

fn main() {}
