//! Names that mean something elsewhere, to Ironic or to this framework, are names of arguments like any other.

use bessemer::{Call, Node, Result, Verb, driver};

#[derive(Default)]
struct Ordinary;

#[driver(name = "ordinary")]
impl Ordinary {
    /// Ironic has no room for these.
    #[passthru(http = "POST")]
    async fn of_ironic(
        &self,
        machine: &mut Node,
        method: String,
        task: u8,
        http_method: String,
        #[arg(name = "self")] own: u8,
        context: u8,
        driver_name: String,
        node_ident: String,
    ) -> Result<()> {
        let _ = (
            machine,
            method,
            task,
            http_method,
            own,
            context,
            driver_name,
            node_ident,
        );
        Ok(())
    }

    /// Nor has the framework a word for itself.
    #[passthru(http = "POST")]
    async fn of_the_framework(
        &self,
        machine: &mut Node,
        this: &Call,
        node: String,
        call: String,
        verb: String,
        body: String,
        arg: u8,
        driver: u8,
        word: Verb,
    ) -> Result<()> {
        let _ = (machine, this, node, call, verb, body, arg, driver, word);
        Ok(())
    }

    /// The words of hooks are methods, too.
    #[passthru(http = "POST")]
    async fn start(self: &Self, machine: &mut Node) -> Result<()> {
        let _ = machine;
        Ok(())
    }
}

fn main() {
    use bessemer::host::{Takes, blocks};

    let keys: Vec<Vec<&str>> = blocks()[0]
        .methods
        .iter()
        .map(|method| match method.takes {
            Takes::Named(arguments) => arguments.iter().map(|argument| argument.name).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(
        keys,
        [
            vec![
                "method",
                "task",
                "http_method",
                "self",
                "context",
                "driver_name",
                "node_ident"
            ],
            vec!["node", "call", "verb", "body", "arg", "driver"],
            vec![],
        ]
    );
}
