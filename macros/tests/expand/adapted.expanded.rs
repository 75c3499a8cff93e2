impl G<u8> {
    async fn alias(
        &self,
        node: Machine<'_>,
        call: &Call,
        verb: Verb,
        r#try: u8,
    ) -> Result<()> {
        Ok(())
    }
    fn r#type<'a: 'b, 'b>(
        &'a self,
        node: &'b Node,
        call: &'b Call,
        r#struct: r#Struct,
    ) -> Result<()> {
        Ok(())
    }
    async fn snapshot<'a, 'b>(&'a self, node: NodeSnapshot, call: &'b Call) -> Result<()>
    where
        'a: 'b,
    {
        Ok(())
    }
    async fn own<'a: 'b, 'b>(&'a self, call: &'b Call) -> Result<()> {
        Ok(())
    }
}
const _: () = {
    use ::tools::steel::__private as __bessemer;
    impl __bessemer::IsDriver for G<u8> {
        const TYPE: __bessemer::DriverType<Self> = __bessemer::driver::<G<u8>>();
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
    impl G<u8> {
        fn default_0_alias_49c08059() -> u8 {
            3
        }
        fn passthru_method_named_alias_is_defined_twice() {}
        async fn adapter_alias_49c08059(
            driver: &Self,
            node: &mut __bessemer::Node,
            a0: &__bessemer::Call,
            a1: __bessemer::Verb,
            a2: u8,
        ) -> Result<()> {
            let node = <Machine<'_> as __bessemer::ExclusiveNode<'_>>::of(node);
            Self::alias(driver, node, a0, a1, a2).await
        }
        const METHOD_alias_49c08059: __bessemer::Method = __bessemer::Method {
            name: "alias",
            description: "",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(
                &[
                    __bessemer::argument::<
                        u8,
                    >(
                        "try",
                        "",
                        ::core::option::Option::Some(|| __bessemer::default_json::<
                            u8,
                        >(&Self::default_0_alias_49c08059())),
                    ),
                ],
            ),
            decode: &(
                __bessemer::verb(),
                __bessemer::taken::<u8>(0usize).or(Self::default_0_alias_49c08059),
            ),
            result: __bessemer::returns::<Result<()>>().schema,
            entry: __bessemer::Entry::Exclusive(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<()>>(),
                        &__bessemer::authored::<
                            __bessemer::Exclusive,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (__bessemer::Verb, u8),
                        >(Self::adapter_alias_49c08059),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_49c08059
            },
        };
        fn passthru_method_named_type_is_defined_twice() {}
        fn adapter_type_49c08059(
            driver: &Self,
            node: &__bessemer::Node,
            a0: &__bessemer::Call,
            a1: r#Struct,
        ) -> Result<()> {
            let node = <&'_ Node as __bessemer::SharedNode<'_>>::of(node);
            Self::r#type(driver, node, a0, a1)
        }
        const METHOD_type_49c08059: __bessemer::Method = __bessemer::Method {
            name: "type",
            description: "",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Body(__bessemer::body::<r#Struct>("")),
            decode: &(__bessemer::taken_whole::<r#Struct>(),),
            result: __bessemer::returns::<Result<()>>().schema,
            entry: __bessemer::Entry::Shared(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns::<Result<()>>(),
                        &__bessemer::authored::<
                            __bessemer::Shared,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (r#Struct,),
                        >(Self::adapter_type_49c08059),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_49c08059
            },
        };
        fn passthru_method_named_snapshot_is_defined_twice() {}
        async fn adapter_snapshot_49c08059(
            driver: &Self,
            node: __bessemer::NodeSnapshot,
            a0: &__bessemer::Call,
        ) -> Result<()> {
            let node = node;
            Self::snapshot(driver, node, a0).await
        }
        const METHOD_snapshot_49c08059: __bessemer::Method = __bessemer::Method {
            name: "snapshot",
            description: "",
            verbs: &[__bessemer::Verb::Get],
            is_async: false,
            attach: __bessemer::returns::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns::<Result<()>>().schema,
            entry: __bessemer::Entry::Snapshot(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<()>>(),
                        &__bessemer::authored::<
                            __bessemer::NodeSnapshot,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (),
                        >(Self::adapter_snapshot_49c08059),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_49c08059
            },
        };
        fn driver_passthru_method_named_own_is_defined_twice() {}
        async fn adapter_own_49c08059(
            driver: &Self,
            a0: &__bessemer::Call,
        ) -> Result<()> {
            Self::own(driver, a0).await
        }
        const METHOD_own_49c08059: __bessemer::Method = __bessemer::Method {
            name: "own",
            description: "",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns::<Result<()>>().schema,
            entry: __bessemer::Entry::Driver(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<()>>(),
                        &__bessemer::authored::<
                            (),
                            Self,
                            _,
                            __bessemer::WithCall,
                            (),
                        >(Self::adapter_own_49c08059),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_49c08059
            },
        };
    }
    const PLACE_49c08059: __bessemer::Place = __bessemer::Place {
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
    static BLOCK_49c08059: __bessemer::Block = __bessemer::Block {
        target: ::core::any::TypeId::of::<G<u8>>,
        type_name: ::core::any::type_name::<G<u8>>,
        driver: ::core::option::Option::Some(
            &__bessemer::Driver {
                name: "adapted",
                aliases: &[],
                description: "",
                config: ::core::option::Option::None,
                build: __bessemer::build_default::<G<u8>>,
                start: ::core::option::Option::None,
                stop: ::core::option::Option::None,
                validate: ::core::option::Option::None,
                properties: &[],
            },
        ),
        methods: &[
            <G<u8>>::METHOD_alias_49c08059,
            <G<u8>>::METHOD_type_49c08059,
            <G<u8>>::METHOD_snapshot_49c08059,
            <G<u8>>::METHOD_own_49c08059,
        ],
        place: PLACE_49c08059,
    };
};
