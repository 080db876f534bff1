//! Any of the targets for libFuzzer, chosen by `HELIOGRAM_FUZZ`: one program, because each takes long
//! to link.
#![no_main]

use std::{env, sync::LazyLock};

use heliogram_fuzz::Target;

static CHOSEN: LazyLock<&Target> = LazyLock::new(|| {
    let name = env::var("HELIOGRAM_FUZZ").unwrap_or_default();
    heliogram_fuzz::target(&name).expect("HELIOGRAM_FUZZ names the target to run")
});

libfuzzer_sys::fuzz_target!(
    // What is made once, such as keys and a server, counts for no input.
    init: (CHOSEN.run)(&[]),
    |data: &[u8]| (CHOSEN.run)(data)
);
