//! A family of drivers made by one `macro_rules!`, which brings its own hygiene.

use bessemer::{Call, Node, Result, driver};

macro_rules! drivers {
    ($($doc:literal $ty:ident $name:literal $method:ident ($node:ty) $arg:ident: $of:ty = $default:expr, $returns:ty;)*) => { $(
        #[doc = $doc]
        #[derive(Default)]
        pub struct $ty;

        #[doc = $doc]
        #[driver(name = $name)]
        impl $ty {
            #[doc = $doc]
            #[passthru(http = "POST")]
            async fn $method(&self, node: $node, call: &Call, #[arg(default = $default)] $arg: $of) -> $returns {
                let _ = (node, call.request_id());
                Ok($arg)
            }

            #[passthru(http = "POST", require_exclusive_lock = false)]
            fn fixed(&self, node: &Node, x: u8, #[arg(name = "y")] _why: $of) -> Result<u8> {
                let _ = node;
                Ok(x)
            }
        }
    )* };
}

drivers! {
    "One." One "one" first(&mut Node) count: u32 = 3, Result<u32>;
    "Two." Two "two" second(&mut Node) text: String = "x".into(), Result<String, std::io::Error>;
}

fn main() {
    let descriptions: Vec<&str> = bessemer::host::blocks()
        .iter()
        .map(|block| block.driver.unwrap().description)
        .collect();
    assert!(descriptions.contains(&"One.") && descriptions.contains(&"Two."));
}
