//! A field without `#[bessemer::model]`.

struct Inner;

#[bessemer::model]
struct Outer {
    inner: Inner,
}

fn main() {}
