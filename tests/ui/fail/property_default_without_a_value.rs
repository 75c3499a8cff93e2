//! A default that is none.

#[bessemer::properties]
struct Info {
    /// Where it answers.
    #[property(default)]
    port: u16,
}

fn main() {}
