//! A driver within a function, as a test writes it.

fn main() {
    use bessemer::{NodeSnapshot, Result, driver};

    #[derive(Default)]
    struct Local;

    #[bessemer::model]
    struct Model {
        x: u8,
    }

    #[driver(name = "local")]
    impl Local {
        #[passthru(http = "GET", require_exclusive_lock = false)]
        async fn ping(&self, _node: NodeSnapshot, model: Option<Model>) -> Result<Model> {
            Ok(model.unwrap_or(Model { x: 1 }))
        }
    }

    assert_eq!(bessemer::host::blocks().len(), 1);
}
