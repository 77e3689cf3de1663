//! The plans that a store's statements ran with, as the server tells them on the store's own connections.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// A database's URL, for connections on which the server tells of each statement's plan.
pub fn telling(url: &str) -> String {
    const SETTINGS: [&str; 5] = [
        "session_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "auto_explain.log_level=notice",
        "auto_explain.log_analyze=on",
        "auto_explain.log_timing=off",
    ];
    let separator = if url.contains('?') { '&' } else { '?' };
    let settings = SETTINGS.map(|setting| format!("-c%20{}", setting.replace('=', "%3D"))).join("%20");
    format!("{url}{separator}options={settings}")
}

/// What was heard on this thread.
#[derive(Clone)]
pub struct HeardPlans(Arc<Mutex<Vec<String>>>);

impl HeardPlans {
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Hears what the server says on this thread as long as the guard lives.
    pub fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(Notices(self.0.clone()))
    }

    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// That contacts were locked and deleted, and that each was found by this index.
    pub fn assert_deletion(&self, what: &str, expected: &str) {
        let plans = self.0.lock().unwrap();
        for act in ["LockRows", "Delete on contacts"] {
            let plans: Vec<&String> = plans.iter().filter(|plan| plan.contains(act)).collect();
            let used = plans.iter().map(|plan| plan.lines().filter_map(index).collect::<Vec<_>>());
            assert!(!plans.is_empty() && used.into_iter().all(|used| used == [expected]), "{what}, {act}: {plans:#?}");
        }
    }

    /// That no row was looked at which wasn't asked for; one that is passed over for the sake of another is.
    pub fn assert_nothing_in_vain(&self, what: &str) {
        let plans = self.0.lock().unwrap();
        let vain: Vec<&String> = plans.iter().filter(|plan| looks_in_vain(plan)).collect();
        assert!(!plans.is_empty() && vain.is_empty(), "{what}: {vain:#?}");
    }

    /// That this was done.
    pub fn assert_heard(&self, what: &str, act: &str) {
        let plans = self.0.lock().unwrap();
        assert!(plans.iter().any(|plan| plan.contains(act)), "{what}, {act}: {plans:#?}");
    }

    /// That no table was read from its beginning to its end.
    pub fn assert_nothing_whole(&self, what: &str) {
        let plans = self.0.lock().unwrap();
        let whole: Vec<&String> = plans.iter().filter(|plan| plan.contains("Seq Scan")).collect();
        assert!(!plans.is_empty() && whole.is_empty(), "{what}: {whole:#?}");
    }

    /// That rows came in the order they were wanted in.
    pub fn assert_nothing_sorted(&self, what: &str) {
        let plans = self.0.lock().unwrap();
        let sorted: Vec<&String> = plans.iter().filter(|plan| plan.contains("Sort Key")).collect();
        assert!(!plans.is_empty() && sorted.is_empty(), "{what}: {sorted:#?}");
    }

    /// That contacts were read by these indexes, first by one and then by the other, and in no other way.
    pub fn assert_indexes(&self, what: &str, expected: &[&str]) {
        let plans = self.0.lock().unwrap();
        let plans: Vec<&String> = plans.iter().filter(|plan| plan.contains(" on contacts")).collect();
        let mut used: Vec<&str> = plans.iter().flat_map(|plan| plan.lines().filter_map(index)).collect();
        used.dedup();
        let whole = plans.iter().any(|plan| plan.contains("Seq Scan"));
        assert!(used == expected && !whole, "{what}: {expected:?}\n{plans:#?}");
    }
}

/// Whether some rows are removed otherwise than for what a look-up of their own says of each.
fn looks_in_vain(plan: &str) -> bool {
    let mut lines = plan.lines().zip(plan.lines().skip(1));
    lines.any(|(before, line)| line.contains("Rows Removed by") && !before.contains("SubPlan"))
}

/// The index of contacts that a line of a plan walks or looks into; what a plan only held ready doesn't count.
fn index(line: &str) -> Option<&str> {
    if line.contains("(never executed)") {
        return None;
    }
    let name = match line.split_once(" using ") {
        Some((_, behind)) => behind,
        None => line.split_once("Bitmap Index Scan on ")?.1,
    };
    name.split_whitespace().next().filter(|name| name.starts_with("contacts_"))
}

struct Notices(Arc<Mutex<Vec<String>>>);

impl Subscriber for Notices {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::postgres::notice"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Message(&self.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Message<'a>(&'a Mutex<Vec<String>>);

impl Visit for Message<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0.lock().unwrap().push(format!("{value:?}"));
        }
    }
}
