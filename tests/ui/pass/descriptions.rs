//! Documentation is found wherever it stands among the attributes, and methods keep the order of their block.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Described;

/// Racks of
#[driver(name = "described")]
#[allow(dead_code)]
/// two lines.
impl Described {
    /// Above.
    #[passthru(http = "POST")]
    async fn zebra(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    #[passthru(http = "POST")]
    /// Below.
    async fn monkey(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    /// Around,
    #[passthru(http = "POST")]
    #[allow(clippy::unused_async)]
    ///
    #[must_use]
    /// and in parts.
    async fn ant(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    /** Of another
    form. */
    #[passthru(http = "POST")]
    async fn bee(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    #[doc = concat!("Made", " by a macro.")]
    #[passthru(http = "POST")]
    #[doc = "And more."]
    async fn cat(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    /// Not this.
    #[passthru(http = "POST", description = "This.")]
    async fn dog(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn elk(
        &self,
        _node: &mut Node,
        /// First.
        #[arg(default = 1)]
        a: u8,
        #[arg(default = 2)]
        /// Second.
        b: u8,
        c: u8,
    ) -> Result<()> {
        let _ = (a, b, c);
        Ok(())
    }
}

fn main() {
    use bessemer::host::{Takes, blocks};

    let block = blocks()[0];
    assert_eq!(block.driver.unwrap().description, "Racks of\ntwo lines.");
    let described: Vec<(&str, &str)> = block
        .methods
        .iter()
        .map(|method| (method.name, method.description.trim()))
        .collect();
    assert_eq!(
        described,
        [
            ("zebra", "Above."),
            ("monkey", "Below."),
            ("ant", "Around,\n\nand in parts."),
            ("bee", "Of another\n    form."),
            ("cat", "Made by a macro.\nAnd more."),
            ("dog", "This."),
            ("elk", ""),
        ]
    );
    let Takes::Named(arguments) = block.methods[6].takes else {
        panic!("named arguments")
    };
    let described: Vec<&str> = arguments.iter().map(|argument| argument.description).collect();
    assert_eq!(described, ["First.", "Second.", ""]);
}
