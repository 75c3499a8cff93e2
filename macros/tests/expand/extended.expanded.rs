impl Door<u8> for Acme {
    type Key = u8;
    async fn open(&self, key: Key) -> Result<Option<u8>> {
        Ok(None)
    }
}
const _: () = {
    const _: () = steel::__private::is_driver::<Acme>();
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
        const METHOD_open_9dbe0d13: steel::__private::Method = steel::__private::Method {
            name: "open",
            description: "Opens it.",
            verbs: &[steel::__private::Verb::Post],
            is_async: false,
            attach: steel::__private::returns::<Result<Option<u8>>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: steel::__private::Takes::Body(steel::__private::Body {
                description: "",
                schema: steel::__private::body::<Key>().schema,
            }),
            result: steel::__private::returns::<Result<Option<u8>>>().schema,
            entry: steel::__private::Entry::Driver(Self::start_open_9dbe0d13),
            place: steel::__private::Place {
                line: 0u32,
                ..PLACE_9dbe0d13
            },
        };
        fn start_open_9dbe0d13(
            instance: &steel::__private::Instance,
            input: &steel::__private::Input<'_>,
        ) -> ::core::result::Result<
            steel::__private::Prepared<()>,
            steel::__private::BadArguments,
        > {
            let driver = (steel::__private::driver::<Acme>().of)(instance);
            let body = (steel::__private::body::<Key>().take)(input)?;
            ::core::result::Result::Ok(
                steel::__private::prepared_async(move |
                    held: (),
                    _: steel::__private::Call|
                async move {
                    let result = <Self as Door<u8>>::open(&driver, body).await;
                    steel::__private::Finished {
                        result: (steel::__private::returns::<Result<Option<u8>>>()
                            .into)(result),
                        target: held,
                    }
                }),
            )
        }
    }
    const PLACE_9dbe0d13: steel::__private::Place = steel::__private::Place {
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
    #[steel::__private::distributed_slice(steel::__private::BLOCKS)]
    #[linkme(crate = steel::__private::linkme)]
    static BLOCK_9dbe0d13: steel::__private::Block = steel::__private::Block {
        target: ::core::any::TypeId::of::<Acme>,
        type_name: ::core::any::type_name::<Acme>,
        driver: ::core::option::Option::None,
        methods: &[<Acme>::METHOD_open_9dbe0d13],
        place: PLACE_9dbe0d13,
    };
};
