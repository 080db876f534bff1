# What `run` and `merge` share: how the targets are built for libFuzzer, and where things are.

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
work=$PWD/target/libfuzzer
bin=$PWD/target/$host/release/libfuzzer

# Builds the targets with the counters libFuzzer looks at, and the address sanitizer.
build() {
    local flags=(
        -Cpasses=sancov-module
        -Cllvm-args=-sanitizer-coverage-level=4
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
        -Cllvm-args=-sanitizer-coverage-pc-table
        -Cllvm-args=-sanitizer-coverage-trace-compares
        -Zsanitizer=address
        -Ccodegen-units=16
    )
    RUSTFLAGS="${flags[*]}" cargo +nightly build --quiet --release --locked --features libfuzzer \
        --target "$host" --bin libfuzzer
    # Freed memory waits there for its misuse to be seen; the default is half of what a target may
    # have.
    export ASAN_OPTIONS=quarantine_size_mb=64
    mkdir -p "$work"
}

# The targets that were named, or all.
chosen_targets() {
    [ $# -gt 0 ] || set -- corpus/*/
    for target in "$@"; do
        basename "$target"
    done
}

# Runs a target with these arguments of libFuzzer.
libfuzzer() {
    HELIOGRAM_FUZZ=$1 "$bin" -rss_limit_mb=512 -timeout=10 -max_len=4096 "${@:2}"
}
