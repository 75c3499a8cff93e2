//! A type without `#[bessemer::model]`.

struct Cipher;

#[bessemer::properties]
struct Info {
    /// How to hide what is sent.
    cipher: Option<Cipher>,
}

fn main() {}
