//! `roster import --system`: everything of the system behind the guide moves in.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use roster_domain::{ObjectId, Timestamp};
use roster_testkit::eventually;
use rstest::rstest;
use serde_json::{Value, json};
use ureq::Agent;

use super::{Scene, sums};
use crate::api::{Api, text};
use crate::place::{Kind, Place, Said};
use crate::running::Running;

// Test vector of the crypt_blowfish library.
const PASSWORD: &str = "U*U*";
const HASH: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

/// `649ff7e0e6046617c8aeab01` and the like.
fn id(end: &str) -> String {
    format!("649ff7e0e6046617c8ae{end:0>4}")
}

fn oid(end: &str) -> Value {
    json!({"$oid": id(end)})
}

fn made() -> Value {
    json!({"$date": "2023-07-07T20:15:45.962Z"})
}

fn user(end: &str, email: &str) -> Value {
    json!({"_id": oid(end), "email": email, "firstname": "Ada", "password": HASH, "createdAt": made(), "__v": 0})
}

fn client(end: &str, user: &str, session_id: &str) -> Value {
    json!({
        "_id": oid(end), "user_id": oid(user), "name": format!("Client {end}"), "session_id": session_id,
        "access_token": format!("token-of-{session_id}"), "createdAt": made(),
    })
}

fn group(end: &str, client: &str, is_default: bool) -> Value {
    json!({"_id": oid(end), "client_id": oid(client), "title": format!("Group {end}"), "is_default": is_default, "__v": 3})
}

fn contact(n: usize, client: &str, group: Option<&str>) -> Value {
    let mut contact = json!({
        "_id": {"$oid": format!("64a87271eccf5b76ca{n:06x}")}, "client_id": oid(client), "name": format!("Contact {n}"),
        "number": format!("23480{n:08}"), "channel": "whatsapp", "createdAt": made(), "updatedAt": made(), "__v": 2,
    });
    if let Some(group) = group {
        contact["group_id"] = oid(group);
    }
    contact
}

/// The documents of each collection.
struct System {
    users: Vec<Value>,
    clients: Vec<Value>,
    groups: Vec<Value>,
    contacts: Vec<Value>,
}

#[derive(Clone, Copy)]
enum Form {
    /// As mongoexport writes it.
    Lines,
    /// As it does with `--jsonArray`, and packed.
    PackedArrays,
    /// As mongodump writes it.
    Bson,
}

impl System {
    /// One with all that can be wrong with one.
    fn with_everything() -> Self {
        let without = |mut document: Value, member: &str| {
            document.as_object_mut().unwrap().remove(member);
            document
        };
        let mut market = client("f1", "1", "market-1");
        market["is_default"] = json!(true);
        let mut dear = user("6", "chidi@example.org");
        dear["password"] = json!(HASH.replace("$05$", "$15$"));
        Self {
            users: vec![
                user("1", "Ada@Example.org"),
                user("2", "eve@example.org"),
                user("3", "taken@example.org"),
                json!({"_id": oid("4"), "email": "nobody", "password": "plain"}),
                user("5", "bola@exam\u{ad}ple.org"),
                dear,
            ],
            clients: vec![
                client("f0", "1", "shop-1"),
                market,
                client("f2", "3", "taken-1"),
                client("f3", "9", "nobodys-1"),
                client("f4", "5", "market-1"),
                without(client("f5", "1", "lost-1"), "access_token"),
            ],
            groups: vec![
                group("a0", "f0", true),
                group("a1", "f0", false),
                group("a2", "f1", false),
                group("a3", "f2", true),
                group("a4", "f0", true),
                without(group("a5", "f0", false), "title"),
            ],
            contacts: vec![
                contact(1, "f0", Some("a1")),
                contact(2, "f0", Some("a9")),
                contact(3, "f1", None),
                contact(4, "f2", Some("a3")),
                without(contact(5, "f0", None), "number"),
                contact(6, "f0", Some("a2")),
                without(contact(7, "f0", None), "client_id"),
            ],
        }
    }

    /// A client of each of a few users, and so many contacts, each client's spread over all of the file.
    fn of_many(contacts: usize) -> Self {
        let ends = ["1", "2", "3"];
        Self {
            users: ends.iter().map(|end| user(end, &format!("user-{end}@example.org"))).collect(),
            clients: ends.iter().map(|end| client(&format!("f{end}"), end, &format!("session-{end}"))).collect(),
            groups: ends.iter().map(|end| group(&format!("a{end}"), &format!("f{end}"), true)).collect(),
            contacts: (0..contacts)
                .map(|n| contact(n, &format!("f{}", n % 3 + 1), Some(&format!("a{}", n % 3 + 1))))
                .collect(),
        }
    }

    fn write(&self, place: &Place, form: Form) {
        let folder = place.folder().join("dump");
        let files = [
            ("users", &self.users),
            ("clients", &self.clients),
            ("contactgroups", &self.groups),
            ("contacts", &self.contacts),
        ];
        for (name, documents) in files {
            match form {
                Form::Lines => put(&folder.join(format!("{name}.json")), lines(documents).as_bytes()),
                Form::PackedArrays => {
                    let path = folder.join(format!("{name}.json"));
                    put(&path, Value::from(documents.clone()).to_string().as_bytes());
                    assert!(Command::new("gzip").arg("-f").arg(path).status().unwrap().success());
                }
                Form::Bson => {
                    let bytes: Vec<u8> = documents.iter().flat_map(bson_document).collect();
                    put(&folder.join(format!("chats/{name}.bson")), &bytes);
                    put(&folder.join(format!("chats/{name}.metadata.json")), b"{\"indexes\":[]}");
                }
            }
        }
    }
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn lines(documents: &[Value]) -> String {
    documents.iter().map(|document| format!("{document}\n")).collect()
}

/// As BSON has it (bsonspec.org): its length, its members, and a NUL.
fn bson_document(document: &Value) -> Vec<u8> {
    let mut members = Vec::new();
    for (name, value) in document.as_object().unwrap() {
        let (kind, bytes) = bson(value);
        members.push(kind);
        members.extend_from_slice(name.as_bytes());
        members.push(0);
        members.extend_from_slice(&bytes);
    }
    [&i32::try_from(members.len() + 5).unwrap().to_le_bytes()[..], &members, &[0]].concat()
}

/// The kind of a value, and its bytes.
fn bson(value: &Value) -> (u8, Vec<u8>) {
    match value {
        Value::String(text) => {
            let length = i32::try_from(text.len() + 1).unwrap().to_le_bytes();
            (0x02, [&length[..], text.as_bytes(), &[0]].concat())
        }
        Value::Bool(flag) => (0x08, vec![u8::from(*flag)]),
        Value::Number(number) => (0x10, i32::try_from(number.as_i64().unwrap()).unwrap().to_le_bytes().to_vec()),
        value => match (value.get("$oid"), value.get("$date")) {
            (Some(id), _) => (0x07, ObjectId::parse(&text(id)).unwrap().as_bytes().to_vec()),
            (_, Some(time)) => (0x09, Timestamp::parse(&text(time)).unwrap().millis().to_le_bytes().to_vec()),
            _ => (0x03, bson_document(value)),
        },
    }
}

impl Scene {
    fn move_in(&self) -> Said {
        self.place.run(&["import", "--system", "dump"])
    }

    fn system_report(&self) -> String {
        self.read("dump.report.csv")
    }
}

/// Of each collection: read, created, updated, unchanged, skipped, invalid.
#[track_caller]
fn sums_of_all(said: &str) -> [[usize; 6]; 4] {
    ["users:", "clients:", "groups:", "contacts:"].map(|name| {
        let line = said.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} {said}"));
        sums(line)
    })
}

/// What a client's own credentials are answered.
fn as_client(running: &Running, path: &str, session_id: &str) -> (u16, Value) {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent
        .get(format!("{}{path}", running.base()))
        .header("x-client-session", session_id)
        .header("x-client-token", format!("token-of-{session_id}"));
    let mut answer = request.call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

fn signed_in(running: &Running, email: &str) -> Api {
    let api = Api::of(running);
    let (status, answer) = api.post("/sessions", &json!({"email": email, "password": PASSWORD}));
    assert_eq!(status, 201, "{answer}");
    api.with_token(&text(&answer["data"]["accessToken"]))
}

/// The ids of those that the answer's list holds and this says, in their order.
fn ids(answer: &(u16, Value), is_one: impl Fn(&Value) -> bool) -> Vec<String> {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let mut ids: Vec<String> =
        answer.1["data"].as_array().unwrap().iter().filter(|one| is_one(one)).map(|one| text(&one["_id"])).collect();
    ids.sort();
    ids
}

#[rstest]
#[case::lines_on_sqlite(Kind::Sqlite, Form::Lines)]
#[case::bson_on_sqlite(Kind::Sqlite, Form::Bson)]
#[case::arrays_on_postgres(Kind::Postgres, Form::PackedArrays)]
#[case::bson_on_postgres(Kind::Postgres, Form::Bson)]
fn a_system_moves_in(#[case] kind: Kind, #[case] form: Form) {
    let scene = Scene::on(kind);
    scene.client("taken@example.org");
    System::with_everything().write(&scene.place, form);

    let said = scene.move_in();

    said.failed(2);
    let expected = [[6, 4, 0, 0, 1, 1], [6, 2, 0, 0, 3, 1], [6, 4, 0, 0, 1, 1], [7, 4, 0, 0, 1, 2]];
    assert_eq!(sums_of_all(&said.stdout), expected, "{}", said.stdout);
    let report = scene.system_report();
    for told in [
        "2,created,\"it has no client: a new one was made",
        "3,skipped,another account has this e-mail address",
        "4,invalid,\"email must be an e-mail address",
        "the password can't be checked here: a new one must be set",
        "5,created,\"its default client can't come along: a new one was made",
        "3,skipped,its user isn't there",
        "4,skipped,its user isn't there",
        "5,skipped,another client has this session_id",
        "6,invalid,access_token is required",
        "4,skipped,its client isn't there",
        "5,created,its client has another default group",
        "6,invalid,title is required",
        &format!("2,created,its client has no group {}: it is in the default group", id("a9")),
        "5,invalid,number is required",
        &format!("6,created,its client has no group {}: it is in the default group", id("a2")),
        "7,invalid,client_id is required",
    ] {
        // Each array is one line.
        let told =
            if let Form::PackedArrays = form { told.trim_start_matches(|c: char| c.is_ascii_digit()) } else { told };
        assert!(report.contains(told), "{told}: {report}");
    }
    assert!(!report.contains("token-of") && !report.contains("$2a$"), "{report}");

    let running = scene.place.serve();
    let everything = json!([as_client(&running, "/contact", "shop-1"), as_client(&running, "/contact", "market-1")]);
    assert_as_there(&running);
    drop(running);

    let said = scene.move_in();
    said.failed(2);
    let unchanged = expected.map(|[read, created, _, _, skipped, invalid]| [read, 0, 0, created, skipped, invalid]);
    assert_eq!(sums_of_all(&said.stdout), unchanged, "{}", said.stdout);
    assert!(scene.system_report().contains(&format!(",unchanged,\"it is in group {} here, not in", id("a0"))));
    let running = scene.place.serve();
    let again = json!([as_client(&running, "/contact", "shop-1"), as_client(&running, "/contact", "market-1")]);
    assert_eq!(again, everything);
    assert_as_there(&running);
}

/// Whoever used the system goes on as if nothing had happened.
fn assert_as_there(running: &Running) {
    let shops = as_client(running, "/contact", "shop-1");
    assert_eq!(ids(&shops, |_| true).len(), 3);
    let contacts = shops.1["data"].as_array().unwrap();
    let group_of = |number: &str| {
        let contact = contacts.iter().find(|contact| contact["number"] == number).unwrap();
        assert_eq!((&contact["__v"], &contact["client_id"]), (&json!(2), &json!(id("f0"))));
        assert_eq!(contact["createdAt"], "2023-07-07T20:15:45.962Z");
        text(&contact["group_id"])
    };
    assert_eq!(
        ["2348000000001", "2348000000002", "2348000000006"].map(group_of),
        [id("a1"), id("a0"), id("a0")],
        "in their groups, else in the default one"
    );
    assert_eq!(ids(&as_client(running, "/contact", "market-1"), |_| true), ["64a87271eccf5b76ca000003"]);
    assert_eq!(as_client(running, "/contact", "taken-1").0, 401);

    let ada = signed_in(running, "ada@example.org");
    let clients = ada.get("/clients");
    assert_eq!(ids(&clients, |_| true), [id("f0"), id("f1")]);
    assert_eq!(ids(&clients, |client| client["is_default"] == true), [id("f1")]);
    let groups = ada.get("/contact_groups?type=all");
    assert_eq!(ids(&groups, |_| true), ["a0", "a1", "a2", "a4"].map(id));
    assert_eq!(ids(&groups, |group| group["is_default"] == true), ["a0", "a2"].map(id));
    assert!(groups.1["data"].as_array().unwrap().iter().all(|group| group["__v"] == 3));
    for email in ["eve@example.org", "bola@exam\u{ad}ple.org", "bola@example.org"] {
        let new = signed_in(running, email);
        assert_eq!(ids(&new.get("/clients"), |client| client["is_default"] == true).len(), 1);
        assert_eq!(ids(&new.get("/contact_groups"), |group| group["is_default"] == true).len(), 1);
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_system_that_came_in_part_comes_whole(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let whole = System::of_many(300);
    let part = System { clients: whole.clients[1..].to_vec(), groups: vec![], contacts: vec![], ..System::of_many(0) };
    part.write(&scene.place, Form::Lines);
    scene.move_in().done();
    whole.write(&scene.place, Form::Lines);

    let said = scene.move_in();

    assert_eq!(
        sums_of_all(said.done()),
        [[3, 0, 0, 3, 0, 0], [3, 1, 0, 2, 0, 0], [3, 3, 0, 0, 0, 0], [300, 300, 0, 0, 0, 0]]
    );
    let report = scene.system_report();
    assert_eq!(report.matches("its client has another default group").count(), 2, "{report}");
    let all: usize = ["f1", "f2", "f3"].iter().map(|end| scene.numbers(&id(end)).len()).sum();
    assert_eq!(all, 300);
}

/// A pipe in the place of the contacts' file, and its end that is written to.
struct Pipe {
    path: PathBuf,
    kept: Option<File>,
}

impl Pipe {
    fn instead_of_contacts(place: &Place) -> Self {
        let path = place.folder().join("dump/contacts.json");
        fs::remove_file(&path).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self { path, kept: None }
    }

    /// Writes some, and stays open.
    fn write(&mut self, text: &str) {
        let mut end = File::options().write(true).open(&self.path).unwrap();
        end.write_all(text.as_bytes()).unwrap();
        self.kept = Some(end);
    }

    fn end(self) {
        fs::remove_file(self.path).unwrap();
    }
}

const MANY: usize = 12_000;

/// A system on its way in, of which some contacts are in and others are still to come.
fn amid(scene: &Scene, system: &System) -> (Child, Pipe) {
    system.write(&scene.place, Form::Lines);
    let mut pipe = Pipe::instead_of_contacts(&scene.place);
    let mut command = scene.place.command(env!("CARGO_BIN_EXE_roster"));
    command.args(["import", "--system", "dump"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    pipe.write(&lines(&system.contacts[..MANY / 2]));
    // The client is there before its contacts are.
    let some_are_in = || {
        let said = scene.place.run(&["export", "--client", &id("f1"), "--format", "ndjson"]);
        (said.code == Some(0) && !said.stdout.is_empty()).then_some(())
    };
    eventually("some are in", some_are_in);
    (child, pipe)
}

/// What is in by then, and that the rest comes in once.
fn goes_on(scene: &Scene, system: &System) {
    let ends = ["f1", "f2", "f3"].map(id);
    let count = || ends.iter().map(|client| scene.numbers(client).len()).sum::<usize>();
    let there = count();
    assert!((1..MANY).contains(&there), "{there}");
    system.write(&scene.place, Form::Lines);
    let said = scene.move_in();
    let [users, clients, groups, contacts] = sums_of_all(said.done());
    assert_eq!([users, clients, groups], [[3, 0, 0, 3, 0, 0]; 3]);
    let [read, created, updated, unchanged, skipped, invalid] = contacts;
    assert_eq!((read, created + unchanged, updated, skipped, invalid), (MANY, MANY, 0, 0, 0));
    assert!(created > 0 && unchanged >= there, "{contacts:?}");
    assert_eq!(count(), MANY, "none twice");
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn killed_on_its_way_it_goes_on(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let system = System::of_many(MANY);
    let (mut child, pipe) = amid(&scene, &system);

    child.kill().unwrap();
    child.wait().unwrap();
    pipe.end();

    goes_on(&scene, &system);
}

#[test]
fn told_to_stop_it_says_how_to_go_on() {
    let scene = Scene::on(Kind::Sqlite);
    let system = System::of_many(MANY);
    let (child, pipe) = amid(&scene, &system);

    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output: Output = child.wait_with_output().unwrap();
    pipe.end();
    let said = Said::of(output);

    assert!(said.failed(1).contains("The same command goes on"), "{}", said.stderr);
    let [users, _, _, [read, created, ..]] = sums_of_all(&said.stdout);
    assert_eq!(users, [3, 3, 0, 0, 0, 0]);
    assert!(read > 0 && read == created, "{}", said.stdout);
    goes_on(&scene, &system);
}

#[test]
fn what_is_no_system_is_told() {
    let scene = Scene::on(Kind::Sqlite);
    assert!(scene.move_in().failed(1).contains("dump"));
    let system = System::of_many(10);
    system.write(&scene.place, Form::Lines);
    scene.place.write("dump/surveys.json", "{}\n");

    fs::rename(scene.place.folder().join("dump/contacts.json"), scene.place.folder().join("dump/contact.json"))
        .unwrap();
    assert!(scene.move_in().failed(1).contains("holds no contacts"));
    scene.place.write("dump/contacts.json", &lines(&system.contacts)[..700]);
    let said = scene.move_in();
    said.failed(2);
    assert!(said.stdout.contains("Passed over: contact.json, surveys.json"), "{}", said.stdout);
    let report = scene.system_report();
    assert!(report.contains("contacts.json,") && report.contains(",invalid,"), "{report}");

    scene.place.write("dump/groups.json", "");
    assert!(scene.move_in().failed(1).contains("both hold groups"));
    fs::remove_file(scene.place.folder().join("dump/groups.json")).unwrap();
    let mut cut = bson_document(&system.contacts[0]);
    cut.extend_from_slice(&bson_document(&system.contacts[1])[..40]);
    fs::remove_file(scene.place.folder().join("dump/contacts.json")).unwrap();
    put(&scene.place.folder().join("dump/contacts.bson"), &cut);
    let said = scene.move_in();
    assert!(said.failed(1).contains("contacts.bson: the file is cut off"), "{}", said.stderr);
    assert_eq!(sums_of_all(&said.stdout)[3][0], 1, "what is before that is in");
}

#[test]
fn the_report_takes_the_place_of_none_of_its_files() {
    let scene = Scene::on(Kind::Sqlite);
    System::with_everything().write(&scene.place, Form::Lines);
    for file in ["dump/users.json", "dump/contacts.json"] {
        let before = scene.read(file);
        let said = scene.place.run(&["import", "--system", "dump", "--report", file]);
        assert!(said.failed(1).contains(file), "{}", said.stderr);
        assert_eq!((scene.read(file), said.stdout.as_str()), (before, ""));
    }
}
