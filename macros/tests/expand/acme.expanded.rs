/// Acme rack controllers.
impl Acme {
    async fn start(&self) -> Result<()> {
        Ok(())
    }
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }
    /// Sets a property.
    ///
    /// At once.
    #[deprecated(note = "use set_props")]
    async fn set_prop(
        &self,
        node: &mut Node,
        call: &Call,
        key: String,
        tries: u32,
        verb: Verb,
    ) -> Result<(), std::io::Error> {
        Ok(())
    }
    #[cfg(feature = "third")]
    fn third<'a>(&'a self, node: &'a Node) -> Result<()> {
        Ok(())
    }
    async fn console(&self, node: NodeSnapshot) -> Result<Attachment> {
        Ok(Attachment::bytes(""))
    }
    fn helper(&self) {}
}
const _: () = {
    use ::bessemer::__private as __bessemer;
    impl __bessemer::IsDriver for Acme {
        const TYPE: __bessemer::DriverType<Self> = __bessemer::driver::<Acme>();
    }
    #[allow(
        clippy::all,
        clippy::nursery,
        clippy::pedantic,
        dead_code,
        deprecated,
        non_snake_case,
        non_upper_case_globals,
        unused_qualifications
    )]
    impl Acme {
        fn default_1_set_prop_13ff13de() -> u32 {
            3
        }
        fn passthru_method_named_set_prop_is_defined_twice() {}
        const METHOD_set_prop_13ff13de: __bessemer::Method = __bessemer::Method {
            name: "set_prop",
            description: "Sets a property.\n\nAt once.",
            verbs: &[__bessemer::Verb::Post, __bessemer::Verb::Put],
            is_async: false,
            attach: __bessemer::returns::<Result<(), std::io::Error>>().attach,
            timeout: ::core::option::Option::Some(
                ::core::time::Duration::from_millis(30000u64),
            ),
            deprecated: ::core::option::Option::Some(__bessemer::Deprecation {
                since: ::core::option::Option::None,
                note: ::core::option::Option::Some("use set_props"),
            }),
            takes: __bessemer::Takes::Named(
                &[
                    __bessemer::argument::<
                        String,
                    >("key", "which property", ::core::option::Option::None),
                    __bessemer::argument::<
                        u32,
                    >(
                        "try",
                        "",
                        ::core::option::Option::Some(|| __bessemer::default_json::<
                            u32,
                        >(&Self::default_1_set_prop_13ff13de())),
                    ),
                ],
            ),
            decode: &(
                __bessemer::taken::<String>(0usize),
                __bessemer::taken::<u32>(1usize).or(Self::default_1_set_prop_13ff13de),
                __bessemer::verb(),
            ),
            result: __bessemer::returns::<Result<(), std::io::Error>>().schema,
            entry: __bessemer::Entry::Exclusive(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<(), std::io::Error>>(),
                        &__bessemer::authored::<
                            __bessemer::Exclusive,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (String, u32, __bessemer::Verb),
                        >(Self::set_prop),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
        #[cfg(feature = "third")]
        fn passthru_method_named_third_is_defined_twice() {}
        #[cfg(feature = "third")]
        const METHOD_third_13ff13de: __bessemer::Method = __bessemer::Method {
            name: "third",
            description: "",
            verbs: &[__bessemer::Verb::Get, __bessemer::Verb::Post],
            is_async: true,
            attach: __bessemer::returns_nothing::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns_nothing::<Result<()>>().schema,
            entry: __bessemer::Entry::Shared(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns_nothing::<Result<()>>(),
                        &__bessemer::authored::<
                            __bessemer::Shared,
                            Self,
                            _,
                            __bessemer::WithNode,
                            (),
                        >(Self::third),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
        fn passthru_method_named_console_dash_log_is_defined_twice() {}
        const METHOD_console_13ff13de: __bessemer::Method = __bessemer::Method {
            name: "console-log",
            description: "",
            verbs: &[__bessemer::Verb::Get],
            is_async: false,
            attach: __bessemer::returns::<Result<Attachment>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns::<Result<Attachment>>().schema,
            entry: __bessemer::Entry::Snapshot(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<Attachment>>(),
                        &__bessemer::authored::<
                            __bessemer::NodeSnapshot,
                            Self,
                            _,
                            __bessemer::WithNode,
                            (),
                        >(Self::console),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
    }
    const _: () = ::core::assert!(
        < Acme > ::METHOD_console_13ff13de.attach,
        "`attach` is written, but the method does not return an `Attachment`"
    );
    const PLACE_13ff13de: __bessemer::Place = __bessemer::Place {
        crate_name: match ::core::option_env!("CARGO_PKG_NAME") {
            ::core::option::Option::Some(name) => name,
            ::core::option::Option::None => "",
        },
        crate_version: match ::core::option_env!("CARGO_PKG_VERSION") {
            ::core::option::Option::Some(version) => version,
            ::core::option::Option::None => "",
        },
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: 0u32,
    };
    #[__bessemer::distributed_slice(__bessemer::BLOCKS)]
    #[linkme(crate = __bessemer::linkme)]
    static BLOCK_13ff13de: __bessemer::Block = __bessemer::Block {
        target: ::core::any::TypeId::of::<Acme>,
        type_name: ::core::any::type_name::<Acme>,
        driver: ::core::option::Option::Some(
            &__bessemer::Driver {
                name: "acme",
                aliases: &["rack"],
                description: "Acme rack controllers.",
                config: ::core::option::Option::Some(
                    __bessemer::schema_of::<AcmeConfig>,
                ),
                build: __bessemer::build_configured::<AcmeConfig, Acme>,
                start: ::core::option::Option::Some(|instance| {
                    let driver = (__bessemer::driver::<Acme>().of)(&instance);
                    __bessemer::boxed(async move {
                        __bessemer::hook::<Result<()>>(<Acme>::start(&driver).await)
                    })
                }),
                stop: ::core::option::Option::None,
                validate: ::core::option::Option::Some(|instance, node| {
                    let driver = (__bessemer::driver::<Acme>().of)(instance);
                    __bessemer::hook::<Result<()>>(<Acme>::validate(&driver, node))
                }),
                properties: &[],
            },
        ),
        methods: &[
            <Acme>::METHOD_set_prop_13ff13de,
            #[cfg(feature = "third")]
            <Acme>::METHOD_third_13ff13de,
            <Acme>::METHOD_console_13ff13de,
        ],
        place: PLACE_13ff13de,
    };
};
