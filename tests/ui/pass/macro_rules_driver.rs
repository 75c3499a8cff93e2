//! Drivers made by `macro_rules!`, which bring their own hygiene: from names and types, from whole methods in
//! fragments, and from methods as they are.

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

macro_rules! of_fragments {
    (
        $(#[$of_type:meta])* $vis:vis struct $ty:ident as $name:literal;
        $($(#[$of_method:meta])* $of:vis async fn $method:ident(&$this:ident, $node:ident: $held:ty $(, $arg:ident: $takes:ty)*) -> $returns:ty $body:block)*
    ) => {
        $(#[$of_type])*
        $vis struct $ty;

        #[driver(name = $name)]
        impl $ty {
            $($(#[$of_method])* $of async fn $method(&$this, $node: $held $(, $arg: $takes)*) -> $returns $body)*
        }
    };
}

of_fragments! {
    #[derive(Default)]
    pub(crate) struct Three as "three";

    /// In fragments.
    #[passthru(http = "POST")]
    pub(crate) async fn fragments(&self, node: &mut Node, a: u8, b: Option<String>) -> Result<u8> {
        let _ = (self, node, b);
        Ok(a)
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn shared(&self, node: &Node) -> Result<String> {
        Ok(node.uuid().into())
    }
}

macro_rules! of_tokens {
    ($ty:ty, $name:literal, { $($methods:tt)* }) => {
        #[driver(name = $name)]
        impl $ty { $($methods)* }
    };
}

#[derive(Default)]
struct Four;

of_tokens!(Four, "four", {
    /// As it is.
    #[passthru(http = "POST")]
    async fn tokens(
        &self,
        node: &mut Node,
        /// An argument.
        #[arg(default = 7)]
        a: u8,
    ) -> Result<u8> {
        let _ = node;
        Ok(a)
    }
});

fn main() {
    let descriptions: Vec<&str> = bessemer::host::blocks()
        .iter()
        .map(|block| block.driver.unwrap().description)
        .collect();
    assert!(descriptions.contains(&"One.") && descriptions.contains(&"Two."));
    let mut methods: Vec<(&str, &str)> = bessemer::host::blocks()
        .iter()
        .flat_map(|block| block.methods)
        .map(|method| (method.name, method.description))
        .collect();
    methods.sort_unstable();
    assert_eq!(
        methods,
        [
            ("first", "One."),
            ("fixed", ""),
            ("fixed", ""),
            ("fragments", "In fragments."),
            ("second", "Two."),
            ("shared", ""),
            ("tokens", "As it is."),
        ]
    );
}
