impl Door<u8> for Acme {
    type Key = u8;
    async fn open(&self, key: Key) -> Result<Option<u8>> {
        Ok(None)
    }
}
const _: () = {
    use steel::__private as __bessemer;
    const _: () = __bessemer::is_driver::<Acme>();
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
        fn driver_passthru_method_named_open_is_defined_twice() {}
        const METHOD_open_9dbe0d13: __bessemer::Method = __bessemer::Method {
            name: "open",
            description: "Opens it.",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<Option<u8>>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Body(__bessemer::body::<Key>("")),
            decode: &(__bessemer::taken_whole::<Key>(),),
            result: __bessemer::returns::<Result<Option<u8>>>().schema,
            entry: __bessemer::Entry::Driver(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<Option<u8>>>(),
                        &__bessemer::authored::<
                            (),
                            Self,
                            _,
                            __bessemer::WithNothing,
                            (Key,),
                        >(<Self as Door<u8>>::open),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_9dbe0d13
            },
        };
    }
    const PLACE_9dbe0d13: __bessemer::Place = __bessemer::Place {
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
    static BLOCK_9dbe0d13: __bessemer::Block = __bessemer::Block {
        target: ::core::any::TypeId::of::<Acme>,
        type_name: ::core::any::type_name::<Acme>,
        driver: ::core::option::Option::None,
        methods: &[<Acme>::METHOD_open_9dbe0d13],
        place: PLACE_9dbe0d13,
    };
};
