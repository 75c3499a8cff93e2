//! A text for a number.

#[bessemer::properties]
struct Info {
    /// Where it answers.
    #[property(default = "623")]
    port: u16,
}

fn main() {}
