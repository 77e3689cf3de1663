# What a developer does often. `just` lists it.

_default:
    @just --list

# The server, on SQLite in this folder.
run *args:
    cargo run --release -- {{ args }}

# All tests; brings up its own PostgreSQL.
test *args:
    cargo test --workspace {{ args }}

# What must hold before a commit.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# All that CI runs.
ci:
    .ci/run

# Renews crates/postgres/.sqlx after a change of a query or a migration.
sqlx-prepare:
    scripts/sqlx-prepare

# Renews docs/openapi.json and the picture of /docs after a change of what the calls take or answer.
openapi:
    RENEW=1 cargo test --workspace the_copy_in_docs
    cargo build --workspace --locked
    RENEW=1 scripts/docs-page

# Cold start and resident memory while idle, of the release build.
measure-idle:
    cargo build --release --workspace --locked
    scripts/measure-idle target/release/roster

# What signing in costs those who are signed in, and what existing consumers write, of the release build.
measure-sign-in:
    cargo build --release --workspace --locked
    scripts/measure-sign-in target/release/roster

# What the server does beside PostgreSQL's own benchmark, of the release build; --quick takes under three minutes.
bench *args:
    cargo build --release --workspace --locked
    scripts/bench {{ args }}

# Licences, bans and advisories, by deny.toml (needs cargo-deny).
deny:
    cargo deny check
