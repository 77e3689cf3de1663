//! What became of rows, in the log.

/// Logs what became of rows, beside the fields and with the message that are given.
#[macro_export]
macro_rules! log_tally {
    ($tally:expr, $($fields_and_message:tt)+) => {{
        let tally = $tally;
        ::tracing::info!(
            rows.read = tally.read,
            rows.created = tally.created,
            rows.updated = tally.updated,
            rows.unchanged = tally.unchanged,
            rows.skipped = tally.skipped,
            rows.invalid = tally.invalid,
            $($fields_and_message)+
        );
    }};
}
