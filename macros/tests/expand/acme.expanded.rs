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
    impl ::bessemer::__private::IsDriver for Acme {
        const TYPE: ::bessemer::__private::DriverType<Self> = ::bessemer::__private::driver::<
            Acme,
        >();
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
        fn passthru_method_named_set_prop_is_defined_twice() {}
        fn default_1_set_prop_13ff13de() -> u32 {
            3
        }
        const ARGUMENTS_set_prop_13ff13de: &'static [::bessemer::__private::Argument] = &[
            ::bessemer::__private::arg::<String>()
                .named("key", "which property", ::core::option::Option::None),
            ::bessemer::__private::arg::<u32>()
                .named(
                    "try",
                    "",
                    ::core::option::Option::Some(|| ::bessemer::__private::default_json::<
                        u32,
                    >(&Self::default_1_set_prop_13ff13de())),
                ),
        ];
        const METHOD_set_prop_13ff13de: ::bessemer::__private::Method = ::bessemer::__private::Method {
            name: "set_prop",
            description: "Sets a property.\n\nAt once.",
            verbs: &[
                ::bessemer::__private::Verb::Post,
                ::bessemer::__private::Verb::Put,
            ],
            is_async: false,
            attach: ::bessemer::__private::returns::<Result<(), std::io::Error>>()
                .attach,
            timeout: ::core::option::Option::Some(
                ::core::time::Duration::from_millis(30000u64),
            ),
            deprecated: ::core::option::Option::Some(::bessemer::__private::Deprecation {
                since: ::core::option::Option::None,
                note: ::core::option::Option::Some("use set_props"),
            }),
            takes: ::bessemer::__private::Takes::Named(
                Self::ARGUMENTS_set_prop_13ff13de,
            ),
            result: ::bessemer::__private::returns::<Result<(), std::io::Error>>()
                .schema,
            entry: ::bessemer::__private::Entry::Exclusive(
                Self::start_set_prop_13ff13de,
            ),
            place: ::bessemer::__private::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
        fn start_set_prop_13ff13de(
            instance: &::bessemer::__private::Instance,
            input: &::bessemer::__private::Input<'_>,
        ) -> ::core::result::Result<
            ::bessemer::__private::Prepared<::bessemer::__private::Exclusive>,
            ::bessemer::__private::BadArguments,
        > {
            let driver = (::bessemer::__private::driver::<Acme>().of)(instance);
            let verb = input.verb;
            let arguments = ::bessemer::__private::Arguments::named(
                input,
                Self::ARGUMENTS_set_prop_13ff13de,
            )?;
            let (::core::option::Option::Some(a0), ::core::option::Option::Some(a1)) = (
                (::bessemer::__private::arg::<String>().take)(&arguments, 0usize),
                if arguments.is_given(1usize) {
                    (::bessemer::__private::arg::<u32>().take)(&arguments, 1usize)
                } else {
                    ::core::option::Option::Some(Self::default_1_set_prop_13ff13de())
                },
            ) else {
                return ::core::result::Result::Err(arguments.explain());
            };
            ::core::result::Result::Ok(
                ::bessemer::__private::prepared_async(move |
                    mut held: ::bessemer::__private::Exclusive,
                    call: ::bessemer::__private::Call|
                async move {
                    let node = <&mut Node as ::bessemer::__private::ExclusiveNode<
                        '_,
                    >>::of(&mut held);
                    let result = Self::set_prop(&driver, node, &call, a0, a1, verb)
                        .await;
                    ::bessemer::__private::Finished {
                        result: (::bessemer::__private::returns::<
                            Result<(), std::io::Error>,
                        >()
                            .into)(result),
                        target: held,
                    }
                }),
            )
        }
        #[cfg(feature = "third")]
        fn passthru_method_named_third_is_defined_twice() {}
        #[cfg(feature = "third")]
        const METHOD_third_13ff13de: ::bessemer::__private::Method = ::bessemer::__private::Method {
            name: "third",
            description: "",
            verbs: &[
                ::bessemer::__private::Verb::Get,
                ::bessemer::__private::Verb::Post,
            ],
            is_async: true,
            attach: ::bessemer::__private::returns_nothing::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: ::bessemer::__private::Takes::Named(&[]),
            result: ::bessemer::__private::returns_nothing::<Result<()>>().schema,
            entry: ::bessemer::__private::Entry::Shared(Self::start_third_13ff13de),
            place: ::bessemer::__private::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
        #[cfg(feature = "third")]
        fn start_third_13ff13de(
            instance: &::bessemer::__private::Instance,
            input: &::bessemer::__private::Input<'_>,
        ) -> ::core::result::Result<
            ::bessemer::__private::Prepared<::bessemer::__private::Shared>,
            ::bessemer::__private::BadArguments,
        > {
            let driver = (::bessemer::__private::driver::<Acme>().of)(instance);
            let _ = ::bessemer::__private::Arguments::named(input, &[])?;
            ::core::result::Result::Ok(
                ::bessemer::__private::prepared_blocking(move |
                    held: ::bessemer::__private::Shared,
                    _: ::bessemer::__private::Call|
                {
                    let node = <&'_ Node as ::bessemer::__private::SharedNode<
                        '_,
                    >>::of(&held);
                    let result = Self::third(&driver, node);
                    ::bessemer::__private::Finished {
                        result: (::bessemer::__private::returns_nothing::<Result<()>>()
                            .into)(result),
                        target: held,
                    }
                }),
            )
        }
        fn passthru_method_named_console_dash_log_is_defined_twice() {}
        const METHOD_console_13ff13de: ::bessemer::__private::Method = ::bessemer::__private::Method {
            name: "console-log",
            description: "",
            verbs: &[::bessemer::__private::Verb::Get],
            is_async: false,
            attach: ::bessemer::__private::returns::<Result<Attachment>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: ::bessemer::__private::Takes::Named(&[]),
            result: ::bessemer::__private::returns::<Result<Attachment>>().schema,
            entry: ::bessemer::__private::Entry::Snapshot(Self::start_console_13ff13de),
            place: ::bessemer::__private::Place {
                line: 0u32,
                ..PLACE_13ff13de
            },
        };
        fn start_console_13ff13de(
            instance: &::bessemer::__private::Instance,
            input: &::bessemer::__private::Input<'_>,
        ) -> ::core::result::Result<
            ::bessemer::__private::Prepared<::bessemer::__private::NodeSnapshot>,
            ::bessemer::__private::BadArguments,
        > {
            let driver = (::bessemer::__private::driver::<Acme>().of)(instance);
            let _ = ::bessemer::__private::Arguments::named(input, &[])?;
            ::core::result::Result::Ok(
                ::bessemer::__private::prepared_async(move |
                    held: ::bessemer::__private::NodeSnapshot,
                    _: ::bessemer::__private::Call|
                async move {
                    let node = ::core::clone::Clone::clone(&held);
                    let result = Self::console(&driver, node).await;
                    ::bessemer::__private::Finished {
                        result: (::bessemer::__private::returns::<Result<Attachment>>()
                            .into)(result),
                        target: held,
                    }
                }),
            )
        }
    }
    const _: () = ::core::assert!(
        < Acme > ::METHOD_console_13ff13de.attach,
        "`attach` is written, but the method does not return an `Attachment`"
    );
    const PLACE_13ff13de: ::bessemer::__private::Place = ::bessemer::__private::Place {
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
    #[::bessemer::__private::distributed_slice(::bessemer::__private::BLOCKS)]
    #[linkme(crate = ::bessemer::__private::linkme)]
    static BLOCK_13ff13de: ::bessemer::__private::Block = ::bessemer::__private::Block {
        target: ::core::any::TypeId::of::<Acme>,
        type_name: ::core::any::type_name::<Acme>,
        driver: ::core::option::Option::Some(
            &::bessemer::__private::Driver {
                name: "acme",
                aliases: &["rack"],
                description: "Acme rack controllers.",
                config: ::core::option::Option::Some(
                    ::bessemer::__private::schema_of::<AcmeConfig>,
                ),
                build: ::bessemer::__private::build_configured::<AcmeConfig, Acme>,
                start: ::core::option::Option::Some(|instance| {
                    let driver = (::bessemer::__private::driver::<Acme>().of)(&instance);
                    ::bessemer::__private::boxed(async move {
                        ::bessemer::__private::hook::<
                            Result<()>,
                        >(<Acme>::start(&driver).await)
                    })
                }),
                stop: ::core::option::Option::None,
                validate: ::core::option::Option::Some(|instance, node| {
                    let driver = (::bessemer::__private::driver::<Acme>().of)(instance);
                    ::bessemer::__private::hook::<
                        Result<()>,
                    >(<Acme>::validate(&driver, node))
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
