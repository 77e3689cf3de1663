//! The statements under `pgbench`, on the same rows and with the same columns as the server's. That of a get is the
//! server's own; the others are plain ones to the same effect. They leave out what the server's do besides: a create and
//! an update lock what they are about before they write, a create holds the region that the contact was derived under
//! against the group's, an update tells why nothing was written, and each tells which of the round's items a row is of.
//!
//! Variables are numbers here, so what is picked by one stands in the statement: the ids of users and clients in one long
//! `bytea` each, of which a piece is cut.

use std::fmt::Write as _;

use roster_domain::values::fold;

use crate::accounts::{Account, hex};
use crate::cli::Statement;
use crate::layout::{ID_PREFIX, LARGE, Layout, SMALL, USERS};
use crate::people::People;
use crate::words::words;

/// What is read of a contact.
pub const COLUMNS: &str = "id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, \
                           survey_sort_text, created_at, updated_at, legacy_version, revision";

/// With which the server opens its own connections for these statements.
pub const SETTINGS: [(&str, &str); 8] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_sort", "off"),
    ("enable_incremental_sort", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// Rows of a page of fifty: one more tells whether more follow.
const PAGE: u32 = 51;

/// How many items a round's statement is measured with.
pub const ROUND: u32 = 16;

/// Names to choose from when contacts are made or renamed.
const NAMES: u64 = 32;

pub const fn is_search(statement: Statement) -> bool {
    use Statement::{SearchLarge, SearchLargePlanned, SearchSmall, SearchSmallPlanned};
    matches!(statement, SearchSmall | SearchLarge | SearchSmallPlanned | SearchLargePlanned)
}

/// One script, or several of which `pgbench` picks one for each transaction.
pub fn of(statement: Statement, accounts: &[Account], layout: &Layout) -> Vec<String> {
    let ids = Ids::of(accounts);
    match statement {
        Statement::Get => vec![get(&ids, layout)],
        Statement::List => vec![list(&ids)],
        Statement::Create => vec![create(&ids)],
        Statement::Update => vec![update(&ids, layout)],
        Statement::SearchSmall => searches("contacts_by_trigram", &accounts[SMALL]),
        Statement::SearchLarge => searches("contacts_by_trigram", &accounts[LARGE]),
        Statement::SearchSmallPlanned => searches("contacts", &accounts[SMALL]),
        Statement::SearchLargePlanned => searches("contacts", &accounts[LARGE]),
        Statement::RoundOfGets => vec![round_of_gets(&ids, layout)],
        Statement::RoundOfCreates => vec![round_of_creates(&ids)],
    }
}

/// The ids of all accounts, in their order, as literals.
struct Ids {
    users: String,
    clients: String,
}

impl Ids {
    fn of(accounts: &[Account]) -> Self {
        let all = |id: fn(&Account) -> &[u8]| {
            let ids: String = accounts.iter().map(|account| hex(id(account))).collect();
            format!(r"'\x{ids}'::bytea")
        };
        Self { users: all(|account| &account.user), clients: all(|account| &account.client) }
    }

    /// The id of the user that an expression counts to.
    fn user(&self, at: &str) -> String {
        format!("substring({} FROM {at} * 12 + 1 FOR 12)", self.users)
    }

    fn client(&self, at: &str) -> String {
        format!("substring({} FROM {at} * 12 + 1 FOR 12)", self.clients)
    }
}

/// Whose contact an expression counts to is: `Layout::user_of` in words that both SQL and `pgbench` know.
fn user_of(contact: &str, layout: &Layout) -> String {
    let (small, others, each) = (layout.begin(SMALL), layout.others_begin(), layout.each());
    let last = USERS - 1;
    format!(
        "CASE WHEN {contact} < {small} THEN {LARGE} WHEN {contact} < {others} THEN {SMALL} \
         ELSE least(2 + ({contact} - {others}) / {each}, {last}) END"
    )
}

/// The id of the contact that an expression counts to.
fn contact(at: &str) -> String {
    format!(r"'\x{ID_PREFIX:08x}'::bytea || int8send({at})")
}

/// Sets `contact` and whose it is.
fn any_contact(layout: &Layout) -> String {
    let (last, user) = (layout.contacts - 1, user_of(":contact", layout));
    format!("\\set contact random(0, {last})\n\\set user {user}\n")
}

fn any_user() -> String {
    format!("\\set user random(0, {})\n", USERS - 1)
}

fn get(ids: &Ids, layout: &Layout) -> String {
    let (user, id) = (ids.user(":user"), contact(":contact"));
    format!(
        "{}SELECT {COLUMNS} FROM contacts WHERE user_id = {user} AND id >= {id} AND id <= {id} ORDER BY id;\n",
        any_contact(layout)
    )
}

fn list(ids: &Ids) -> String {
    let (user, client) = (ids.user(":user"), ids.client(":user"));
    format!(
        "{}SELECT {COLUMNS} FROM contacts \
         WHERE user_id = {user} AND client_id = {client} AND id < '\\xffffffffffffffffffffffffff'::bytea \
         ORDER BY id DESC LIMIT {PAGE};\n",
        any_user()
    )
}

/// Names for writes, by two numbers, with what is derived of them.
struct Names {
    first: Vec<String>,
    last: Vec<String>,
}

impl Names {
    fn new() -> Self {
        let people = People::new();
        let some = |names: Vec<String>| names.into_iter().take(NAMES as usize).collect();
        Self { first: some(people.first), last: some(people.last) }
    }

    fn set() -> String {
        format!("\\set first random(1, {NAMES})\n\\set last random(1, {NAMES})\n")
    }

    fn name(&self, first: &str, last: &str) -> String {
        format!("({})[{first}] || ' ' || ({})[{last}]", array(&self.first), array(&self.last))
    }

    fn key(&self, first: &str, last: &str) -> String {
        let folded = |names: &[String]| -> Vec<String> { names.iter().map(|name| fold(name)).collect() };
        let (a, b) = (array(&folded(&self.first)), array(&folded(&self.last)));
        format!("({a})[{first}] || ' ' || ({b})[{last}]")
    }
}

fn array(texts: &[String]) -> String {
    let mut array = "ARRAY[".to_owned();
    for text in texts {
        let _ = write!(array, "'{}',", text.replace('\'', "''"));
    }
    array.pop();
    array.push_str("]::text[]");
    array
}

/// The columns that a new contact is given.
const WRITTEN: &str = "user_id, id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, \
                       survey_sort_text, created_at, updated_at, legacy_version, revision, number_kind, e164, \
                       name_key, search_key";

/// Their values, in the group `g`. New ids rise with time, as the server's do.
fn new_contact(names: &Names, chance: &str, first: &str, last: &str) -> String {
    let (name, key) = (names.name(first, last), names.key(first, last));
    let number = format!("'234803' || lpad(({chance} % 10000000)::text, 7, '0')");
    format!(
        "g.user_id, int4send(extract(epoch FROM now())::int) || int8send({chance}), g.client_id, g.id, {name}, \
         {number}, 'whatsapp', NULL::bytea, NULL::bigint, NULL::text, now(), now(), 0, 0, 'phone', \
         '+' || {number}, {key}, {key} || E'\\n' || {number}"
    )
}

/// As many numbers as `pgbench` picks from at once.
const ANY: i64 = 1 << 62;

fn create(ids: &Ids) -> String {
    let (user, client) = (ids.user(":user"), ids.client(":user"));
    let values = new_contact(&Names::new(), "(:chance)::bigint", ":first", ":last");
    format!(
        "{}{}\\set chance random(1, {ANY})\n\
         INSERT INTO contacts ({WRITTEN}) SELECT {values} FROM contact_groups g \
         WHERE g.user_id = {user} AND g.client_id = {client} AND g.is_default RETURNING client_id, group_id;\n",
        any_user(),
        Names::set()
    )
}

fn update(ids: &Ids, layout: &Layout) -> String {
    let (user, client, id) = (ids.user(":user"), ids.client(":user"), contact(":contact"));
    let names = Names::new();
    let (name, key) = (names.name(":first", ":last"), names.key(":first", ":last"));
    format!(
        "{}{}UPDATE contacts SET name = {name}, name_key = {key}, \
         search_key = {key} || substr(search_key, strpos(search_key, E'\\n')), updated_at = now(), \
         revision = revision + 1 \
         WHERE user_id = {user} AND id = {id} AND client_id = COALESCE({client}, client_id) \
         AND name IS DISTINCT FROM {name} RETURNING {COLUMNS};\n",
        any_contact(layout),
        Names::set()
    )
}

/// One script a word: the planner sees the word, and knows whether it is frequent.
fn searches(table: &str, account: &Account) -> Vec<String> {
    let (user, client) = (hex(&account.user), hex(&account.client));
    let search = |word: &String| {
        let word = word.replace('\'', "''");
        format!(
            "SELECT {COLUMNS} FROM {table} WHERE user_id = '\\x{user}'::bytea \
             AND client_id = '\\x{client}'::bytea AND search_key LIKE '%{word}%' ORDER BY id DESC LIMIT {PAGE};\n"
        )
    };
    words().iter().map(search).collect()
}

fn round_of_gets(ids: &Ids, layout: &Layout) -> String {
    let (user, id) = (ids.user("r.at"), contact("r.contact"));
    let (contacts, at) = (layout.contacts, user_of("n.contact", layout));
    let columns = qualified(COLUMNS);
    format!(
        "WITH k AS MATERIALIZED (SELECT {user} AS user_id, {id} AS id, r.contact AS place FROM \
         (SELECT n.contact, ({at})::int AS at FROM \
         (SELECT floor(random() * {contacts})::bigint AS contact FROM generate_series(1, {ROUND}) OFFSET 0) n) r) \
         SELECT {columns}, k.place FROM k CROSS JOIN LATERAL (SELECT * FROM contacts x \
         WHERE x.user_id = k.user_id AND x.id >= k.id AND x.id <= k.id ORDER BY x.id) c;\n"
    )
}

fn round_of_creates(ids: &Ids) -> String {
    let (user, client) = (ids.user("k.at"), ids.client("k.at"));
    let values = new_contact(&Names::new(), "k.chance", "k.first", "k.last");
    format!(
        "WITH k AS MATERIALIZED (SELECT floor(random() * {USERS})::int AS at, \
         floor(random() * {ANY})::bigint AS chance, 1 + floor(random() * {NAMES})::int AS first, \
         1 + floor(random() * {NAMES})::int AS last FROM generate_series(1, {ROUND})), \
         t AS MATERIALIZED (SELECT g.user_id, g.client_id, g.id, k.chance, k.first, k.last FROM k \
         CROSS JOIN LATERAL (SELECT x.user_id, x.client_id, x.id FROM contact_groups x \
         WHERE x.user_id = {user} AND x.client_id = {client} AND x.is_default FOR KEY SHARE OF x SKIP LOCKED) g) \
         INSERT INTO contacts ({WRITTEN}) SELECT {values} FROM t g RETURNING client_id, group_id;\n",
        values = values.replace("k.", "g.")
    )
}

fn qualified(columns: &str) -> String {
    columns.split(", ").map(|column| format!("c.{column}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_picked_with_its_user() {
        let layout = Layout::of(1_000_000);
        let script = any_contact(&layout);
        assert!(script.starts_with("\\set contact random(0, 999999)\n\\set user CASE WHEN :contact < 100000 THEN 0"));
        assert!(script.contains("least(2 + (:contact - 102000) / 9163, 99)"), "{script}");
    }

    #[test]
    fn ids_are_those_of_the_layout() {
        assert_eq!(contact("7"), r"'\x64a87271'::bytea || int8send(7)");
        assert_eq!(hex(&Layout::id_of(7)), "64a872710000000000000007");
        assert_eq!(Layout::hex_id_of(255), hex(&Layout::id_of(255)));
    }
}
