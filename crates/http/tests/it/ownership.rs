//! Who reaches what: every route, every caller, every kind of id, in one table.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Consumer, MALFORMED, Person, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

/// Whose the thing is that an id names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Owner {
    /// Ada's default client.
    Ada,
    /// Ada's other client.
    Shop,
    /// Bob's default client.
    Bob,
}
use Owner::{Ada, Bob, Shop};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    Of(Owner),
    Unknown,
    Malformed,
}

/// A call with a place for an id: `{contact}` or `{group}`. `{mine}` is a contact that the caller reaches.
struct Route {
    call: &'static str,
    body: &'static str,
    /// The status where the caller reaches the thing.
    reached: u16,
    /// What is answered where there is nothing, or nothing of the caller's.
    hidden: (u16, &'static str),
    malformed: (u16, &'static str),
    /// Whether reaching isn't enough: the group must be of the client that `{mine}` is of.
    same_client: bool,
}

impl Route {
    /// With the id in the path.
    const fn of_one(call: &'static str, body: &'static str) -> Self {
        let (hidden, malformed) = ((404, "not_found"), (400, "malformed_id"));
        Self { call, body, reached: 200, hidden, malformed, same_client: false }
    }

    /// With the id in body or query.
    const fn naming_group(call: &'static str, body: &'static str, reached: u16, hidden: (u16, &'static str)) -> Self {
        Self { call, body, reached, hidden, malformed: (422, "validation_failed"), same_client: false }
    }
}

const NO_SUCH_GROUP: (u16, &str) = (422, "validation_failed");
const ROUTES: [Route; 14] = [
    Route::of_one("GET /contact/{contact}", "{}"),
    Route::of_one("PUT /contact/{contact}", r#"{"name": "Taken"}"#),
    Route::of_one("PUT /contact/{contact}", "{}"),
    Route::of_one("DELETE /contact/{contact}", "{}"),
    Route::of_one("GET /contact_groups/{group}", "{}"),
    Route::of_one("PUT /contact_groups/{group}", r#"{"title": "Taken"}"#),
    Route::of_one("PUT /contact_groups/{group}", r#"{"is_default": true}"#),
    Route::of_one("DELETE /contact_groups/{group}", "{}"),
    Route::of_one("DELETE /contact_groups/{group}?contacts=delete", "{}"),
    Route::naming_group("POST /contact", r#"{"number": "1", "group_id": "{group}"}"#, 201, NO_SUCH_GROUP),
    Route {
        same_client: true,
        ..Route::naming_group("PUT /contact/{mine}", r#"{"name": "Taken", "group_id": "{group}"}"#, 200, NO_SUCH_GROUP)
    },
    Route::naming_group("GET /contact?group_id={group}", "{}", 200, (200, "")),
    Route::naming_group("GET /contact?group_id={group}&limit=5", "{}", 200, (200, "")),
    Route::naming_group("DELETE /contact?group_id={group}&confirm=1", "{}", 200, (409, "count_changed")),
];

struct Actor {
    name: &'static str,
    consumer: Consumer,
    /// What is answered whatever is asked for, to who isn't let in.
    refused: Option<(u16, &'static str)>,
    reaches: &'static [Owner],
    /// A contact it reaches, and whose that is.
    mine: String,
    home: Owner,
}

struct World {
    ada: Person,
    bob: Person,
    shop: Client,
    actors: Vec<Actor>,
}

impl World {
    fn of(roster: &Roster) -> Self {
        let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
        let shop = ada.another_client("Shop");
        let nobody = roster.nobody();
        let contact = |consumer: &Consumer| id(&consumer.contact(json!({ "number": "0" }))).to_owned();
        let (of_ada, of_shop, of_bob) = (contact(&ada), contact(&shop.alone()), contact(&bob));
        let actor = |name, consumer: Consumer, refused, reaches, home| {
            let mine = match home {
                Ada => &of_ada,
                Shop => &of_shop,
                Bob => &of_bob,
            };
            Actor { name, consumer, refused, reaches, mine: mine.clone(), home }
        };
        let no_one: Option<(u16, &str)> = Some((401, "unauthenticated"));
        let broken = nobody.with("authorization", &format!("Bearer x{}", ada.access_token));
        let broken_pair = nobody.with("x-client-session", &shop.session_id).with("x-client-token", "rct_broken");
        let actors = vec![
            actor("the owner", (*ada).clone(), None, &[Ada, Shop], Ada),
            actor("another user", (*bob).clone(), None, &[Bob], Bob),
            actor("the client's credentials", ada.client.alone(), None, &[Ada], Ada),
            actor("another client of the user", shop.alone(), None, &[Shop], Shop),
            actor("the owner narrowed to the client", ada.narrowed(&ada.client), None, &[Ada], Ada),
            actor("the owner narrowed to another client", ada.narrowed(&shop), None, &[Shop], Shop),
            actor(
                "the owner with another's client",
                ada.narrowed(&bob.client),
                Some((403, "client_mismatch")),
                &[],
                Ada,
            ),
            actor("nobody", nobody, no_one, &[], Ada),
            actor("a broken token", broken, no_one, &[], Ada),
            actor("broken credentials", broken_pair, no_one, &[], Ada),
        ];
        Self { ada, bob, shop, actors }
    }

    /// A new group with one contact in it.
    fn things(&self, owner: Owner) -> (String, String) {
        let consumer = match owner {
            Ada => self.ada.client.alone(),
            Shop => self.shop.alone(),
            Bob => self.bob.client.alone(),
        };
        let group = id(&consumer.group("Group")).to_owned();
        let contact = id(&consumer.contact(json!({ "number": "1", "group_id": group }))).to_owned();
        (contact, group)
    }

    /// All that anybody has.
    fn everything(&self) -> Vec<Value> {
        let of = |person: &Person| {
            ["/contact?type=all", "/contact_groups?type=all", "/clients"]
                .map(|path| person.get(path).expect(200).data())
        };
        [of(&self.ada), of(&self.bob)].concat()
    }
}

fn call(route: &Route, actor: &Actor, contact: &str, group: &str) -> Answer {
    let fill = |text: &str| text.replace("{contact}", contact).replace("{group}", group).replace("{mine}", &actor.mine);
    let target = fill(route.call);
    let (method, path) = target.split_once(' ').unwrap();
    actor.consumer.with("x-request-id", "matrix").call(method, path).body(fill(route.body)).send()
}

/// Status and code that the contract wants, and whether the caller gets what it asked for.
fn expected(route: &Route, actor: &Actor, target: Target) -> (u16, &'static str, bool) {
    let (status, code) = match (actor.refused, target) {
        (Some(refused), _) => refused,
        (None, Target::Malformed) => route.malformed,
        (None, Target::Unknown) => route.hidden,
        (None, Target::Of(owner)) => {
            let reached = actor.reaches.contains(&owner) && (!route.same_client || owner == actor.home);
            if reached {
                return (route.reached, "", true);
            }
            route.hidden
        }
    };
    (status, code, false)
}

/// Whatever may differ between two answers of the same meaning is left out.
fn bytes(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.filter(|(name, _)| name != "date").collect();
    headers.sort();
    (answer.status, headers, answer.body.clone())
}

const TARGETS: [Target; 5] = [Target::Of(Ada), Target::Of(Shop), Target::Of(Bob), Target::Unknown, Target::Malformed];

#[rstest]
fn the_matrix(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let world = World::of(&roster);
    let standing = [Ada, Shop, Bob].map(|owner| world.things(owner));
    let ids = |target| match target {
        Target::Of(owner) => standing[owner as usize].clone(),
        Target::Unknown => (UNKNOWN.to_owned(), UNKNOWN.to_owned()),
        Target::Malformed => (MALFORMED.to_owned(), MALFORMED.to_owned()),
    };
    let before = world.everything();

    for route in &ROUTES {
        for actor in &world.actors {
            let mut hidden = Vec::new();
            for target in TARGETS {
                let (status, code, granted) = expected(route, actor, target);
                if granted {
                    continue;
                }
                let case = format!("{} {}, {}, {target:?}", route.call, route.body, actor.name);
                let (contact, group) = ids(target);
                let answer = call(route, actor, &contact, &group);
                assert_eq!((answer.status, answer.code().as_str()), (status, code), "{case}: {answer}");
                if status == 200 {
                    assert_eq!(answer.data(), json!([]), "{case}: {answer}");
                }
                if target != Target::Malformed {
                    hidden.push((case, bytes(&answer)));
                }
            }
            for pair in hidden.windows(2) {
                assert_eq!(pair[0].1, pair[1].1, "foreign and unknown are the same:\n{}\n{}", pair[0].0, pair[1].0);
            }
        }
    }
    assert_eq!(world.everything(), before, "nothing refused has changed anything");

    for route in &ROUTES {
        for actor in &world.actors {
            for target in TARGETS {
                let (status, _, granted) = expected(route, actor, target);
                if let (true, Target::Of(owner)) = (granted, target) {
                    let (contact, group) = world.things(owner);
                    let answer = call(route, actor, &contact, &group);
                    assert_eq!(
                        answer.status, status,
                        "{} {}, {}, {target:?}: {answer}",
                        route.call, route.body, actor.name
                    );
                }
            }
        }
    }
}

/// Routes without an id, and what comes of them: for a user, for a client alone.
const COLLECTIONS: [(&str, &str, u16, u16); 11] = [
    ("GET", "/contact", 200, 200),
    ("GET", "/contact?limit=9", 200, 200),
    ("GET", "/contact?type=all", 200, 403),
    ("GET", "/contact_groups", 200, 200),
    ("GET", "/contact_groups?type=all", 200, 403),
    ("GET", "/contact_groups?type=all&limit=9", 200, 403),
    ("GET", "/clients", 200, 403),
    ("POST", "/contact", 201, 201),
    ("POST", "/contact_groups", 201, 201),
    ("POST", "/clients", 201, 403),
    ("DELETE", "/contact", 422, 422),
];

#[rstest]
fn what_names_no_id_stays_in_its_scope(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let world = World::of(&roster);
    let client_of = |owner: &Owner| match owner {
        Ada => &world.ada.client.id,
        Shop => &world.shop.id,
        Bob => &world.bob.client.id,
    };

    for (method, path, for_user, for_client) in COLLECTIONS {
        for actor in &world.actors {
            let case = format!("{method} {path}, {}", actor.name);
            let is_user = !matches!(actor.name, "the client's credentials" | "another client of the user");
            let status = actor.refused.map_or(if is_user { for_user } else { for_client }, |(status, _)| status);
            let body = json!({ "number": "1", "title": "x", "name": "x" });
            let answer = actor.consumer.call(method, path).json(&body).send();
            assert_eq!(answer.status, status, "{case}: {answer}");
            if status >= 300 || path == "/clients" {
                continue;
            }
            let data = answer.data();
            let things: Vec<&Value> = data.as_array().map_or_else(|| vec![&data], |list| list.iter().collect());
            assert!(!things.is_empty(), "{case}");
            for thing in things {
                let client = thing["client_id"].as_str().unwrap();
                let in_scope = if path.contains("type=all") {
                    let all: &[Owner] = if actor.home == Bob { &[Bob] } else { &[Ada, Shop] };
                    all.iter().any(|owner| client_of(owner) == client)
                } else {
                    client_of(&actor.home) == client
                };
                assert!(in_scope, "{case}: {thing}");
            }
        }
    }
    let of_bob = world.bob.get("/clients").ids();
    assert!(world.ada.get("/clients").ids().iter().all(|client| !of_bob.contains(client)));
}
