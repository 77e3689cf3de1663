//! Lists narrowed and ordered, counted, and as lines of JSON. What each filter means is shown store by store; here, that
//! what is asked for over HTTP is what is answered.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Consumer, Person, Postgres, Roster, Socket, Sqlite, Store, UNKNOWN, id};
use crate::lists::next;

/// Somebody in Nigeria with a few contacts.
fn with_contacts(roster: &Roster) -> Person {
    let ada = roster.sign_up("ada@example.org");
    ada.put(&format!("/clients/{}", ada.client.id), json!({ "region": "NG" })).expect(200);
    let friends = ada.group("Friends");
    for contact in [
        json!({ "name": "Amina Bello", "number": "+234 803 123 4567" }),
        json!({ "name": "Bayọ̀ Adé", "number": "08031234567", "channel": "sms", "group_id": id(&friends) }),
        json!({ "name": "amina", "number": "120363045767536459" }),
        json!({ "name": "", "number": "status" }),
        json!({ "name": "100% _sure_", "number": "2348099999999", "group_id": id(&friends) }),
    ] {
        roster.later_by_millis(1_000);
        ada.contact(contact);
    }
    ada
}

#[track_caller]
fn names(consumer: &Consumer, path: &str) -> Vec<String> {
    let data = consumer.get(path).expect(200).data();
    data.as_array().unwrap().iter().map(|contact| contact["name"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
fn filters_narrow_lists_and_counts(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let friends = ada.get("/contact_groups").data()[1]["_id"].as_str().unwrap().to_owned();
    let (first, last) = {
        let all = ada.get("/contact").data();
        (all[4]["createdAt"].as_str().unwrap().to_owned(), all[0]["createdAt"].as_str().unwrap().to_owned())
    };
    let cases: Vec<(String, Vec<&str>)> = vec![
        (format!("group_id={friends}"), vec!["100% _sure_", "Bayọ̀ Adé"]),
        (format!("group_id={UNKNOWN}"), vec![]),
        ("channel=sms".into(), vec!["Bayọ̀ Adé"]),
        ("number=08031234567".into(), vec!["Bayọ̀ Adé", "Amina Bello"]),
        ("number=+2348031234567".into(), vec!["Bayọ̀ Adé", "Amina Bello"]),
        ("number=00234%20803%20123%204567".into(), vec!["Bayọ̀ Adé", "Amina Bello"]),
        ("number=2348031234567".into(), vec!["Bayọ̀ Adé", "Amina Bello"]),
        ("number=status".into(), vec![""]),
        ("number_suffix=4567".into(), vec!["Bayọ̀ Adé", "Amina Bello"]),
        ("kind=wa_group".into(), vec!["amina"]),
        ("kind=wa_broadcast".into(), vec![""]),
        ("q=AMINA".into(), vec!["amina", "Amina Bello"]),
        ("q=ade+bayo".into(), vec!["Bayọ̀ Adé"]),
        ("q=%25".into(), vec!["100% _sure_"]),
        ("q=_".into(), vec!["100% _sure_"]),
        ("q='".into(), vec![]),
        (format!("created_after={last}"), vec!["100% _sure_"]),
        (format!("created_before={first}"), vec![]),
        (format!("updated_after={last}&kind=phone"), vec!["100% _sure_"]),
        (format!("q=amina&number_suffix=4567&channel=whatsapp&created_after={first}"), vec!["Amina Bello"]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&ada, &format!("/contact?{query}")), expected, "{query}");
        assert_eq!(names(&ada, &format!("/contact?{query}&limit=10&type=all")), expected, "{query}");
        assert_eq!(ada.get(&format!("/contact/count?{query}")).expect(200).data(), json!({ "count": expected.len() }));
    }
    assert_eq!(ada.get("/contact/count").expect(200).data(), json!({ "count": 5 }));
}

#[rstest]
fn orders_page_to_the_end(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let newest = names(&ada, "/contact?sort=newest");
    let oldest: Vec<String> = newest.iter().rev().cloned().collect();
    let by_name = ["", "100% _sure_", "amina", "Amina Bello", "Bayọ̀ Adé"].map(str::to_owned);
    assert_eq!(names(&ada, "/contact"), newest);
    for (sort, expected) in [("newest", &newest[..]), ("oldest", &oldest), ("name", &by_name)] {
        assert_eq!(names(&ada, &format!("/contact?sort={sort}")), expected);
        let (mut path, mut walked) = (format!("/contact?sort={sort}&limit=2"), Vec::new());
        loop {
            let page = ada.get(&path).expect(200);
            walked.extend(page.data().as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
            match next(&page) {
                Some(there) => path = there,
                None => break,
            }
        }
        assert_eq!(walked, expected, "{sort}");
    }
}

#[rstest]
fn a_cursor_is_of_its_order_and_filters() {
    let roster = Roster::start(Sqlite);
    let ada = with_contacts(&roster);
    let page = ada.get("/contact?sort=name&q=a&limit=1").expect(200).json()["page"].take();
    let cursor = page["next_cursor"].as_str().unwrap();
    ada.get(&format!("/contact?limit=1&cursor={cursor}")).expect(200);
    ada.get(&format!("/contact?limit=1&cursor={cursor}&sort=name&q=a")).expect(200);
    for other in ["sort=oldest", "sort=newest", "q=b", "channel=sms"] {
        ada.get(&format!("/contact?limit=1&cursor={cursor}&{other}")).refused(400, "malformed_cursor");
    }
    let page = ada.get("/contact?limit=1").expect(200).json()["page"].take();
    let cursor = page["next_cursor"].as_str().unwrap();
    ada.get(&format!("/contact?limit=1&cursor={cursor}&sort=newest")).expect(200);
    ada.get(&format!("/contact?limit=1&cursor={cursor}&sort=name")).refused(400, "malformed_cursor");
}

/// Filters that are allowed only together are together in the cursor.
#[rstest]
fn the_filters_of_counts_go_on_with_their_cursor(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let whole = ada.get("/contact_groups?with=counts&q=amina").expect(200).data();
    let page = ada.get("/contact_groups?with=counts&q=amina&limit=1").expect(200);
    assert_eq!(page.data()[0], whole[0]);
    let page = page.json()["page"].take();
    let cursor = page["next_cursor"].as_str().unwrap();
    for beside in ["", "&q=amina", "&with=counts", "&with=counts&q=amina"] {
        let next = ada.get(&format!("/contact_groups?limit=2&cursor={cursor}{beside}")).expect(200);
        assert_eq!(next.data(), json!([whole[1]]), "{beside}");
    }
    for other in ["q=bello", "with=counts&q=bello", "q=amina&kind=phone"] {
        ada.get(&format!("/contact_groups?limit=2&cursor={cursor}&{other}")).refused(400, "malformed_cursor");
    }
    ada.get("/contact_groups?limit=2&q=amina").invalid(&[("q", "not_allowed")]);
}

/// Composed or not, it is the same text, and as long.
#[rstest]
fn what_is_searched_for_is_normalised(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let decomposed = "e%CC%81";
    let name = "\u{e9}".repeat(256);
    for number in 0..2 {
        ada.contact(json!({ "name": name, "number": number }));
    }
    let query = format!("q={}", decomposed.repeat(256));
    assert_eq!(names(&ada, &format!("/contact?{query}")), [name.as_str(); 2]);
    let page = ada.get(&format!("/contact?limit=1&{query}")).expect(200).json()["page"].take();
    let cursor = page["next_cursor"].as_str().unwrap();
    for same in [&query, &format!("q={}", "%C3%A9".repeat(256))] {
        assert_eq!(names(&ada, &format!("/contact?limit=1&cursor={cursor}&{same}")), [name.as_str()]);
    }
    ada.get(&format!("/contact?q={}", decomposed.repeat(257))).invalid(&[("q", "too_long")]);
}

#[rstest]
#[case("channel=SMS", &[("channel", "malformed")])]
#[case("number=", &[("number", "required")])]
#[case("number_suffix=123", &[("number_suffix", "malformed")])]
#[case("kind=cell", &[("kind", "malformed")])]
#[case("q=", &[("q", "required")])]
#[case("created_after=yesterday", &[("created_after", "malformed")])]
#[case("updated_before=2024-01-01T00:00:00Z", &[("updated_before", "unknown")])]
#[case("q=a&q=b", &[("q", "repeated")])]
fn what_makes_no_filter_is_told(#[case] query: &str, #[case] fields: &[(&str, &str)]) {
    let roster = Roster::start(Sqlite);
    let ada = roster.sign_up("ada@example.org");
    for path in ["/contact", "/contact/count"] {
        ada.get(&format!("{path}?{query}")).invalid(fields);
    }
    ada.get("/contact?sort=title").invalid(&[("sort", "malformed")]);
    ada.get("/contact/count?sort=name").invalid(&[("sort", "unknown")]);
}

#[rstest]
fn groups_with_counts(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let counts = |query: &str| -> Vec<Value> {
        let data = ada.get(&format!("/contact_groups?{query}")).expect(200).data();
        data.as_array().unwrap().iter().map(|group| group["contacts"].clone()).collect()
    };
    assert_eq!(counts("limit=5"), [Value::Null, Value::Null]);
    assert_eq!(counts("with=counts"), [json!(3), json!(2)]);
    assert_eq!(counts("with=counts&limit=1"), [json!(3)]);
    assert_eq!(counts("with=counts&q=amina"), [json!(2), json!(0)]);
    assert_eq!(counts("with=counts&number=08031234567&type=all"), [json!(1), json!(1)]);
    ada.get("/contact_groups?with=members").invalid(&[("with", "malformed")]);
    ada.get("/contact_groups?q=amina").invalid(&[("q", "not_allowed")]);
    ada.get(&format!("/contact_groups?with=counts&group_id={UNKNOWN}")).invalid(&[("group_id", "unknown")]);
}

#[rstest]
fn contacts_go_by_any_filter(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    ada.delete("/contact?q=amina&confirm=3").refused(409, "count_changed");
    assert_eq!(ada.delete("/contact?q=amina&confirm=2").expect(200).data()["n"], 2);
    assert_eq!(names(&ada, "/contact"), ["100% _sure_", "", "Bayọ̀ Adé"]);
}

#[rstest]
fn the_full_view_shows_what_is_derived(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let info = |contact: &Value| {
        ada.get(&format!("/contact/{}?view=full", id(contact))).expect(200).data()["number_info"].take()
    };
    let contacts = ada.get("/contact").data();
    let phone = json!({ "kind": "phone", "e164": "+2348031234567" });
    assert_eq!((info(&contacts[4]), info(&contacts[3])), (phone.clone(), phone));
    assert_eq!(info(&contacts[2]), json!({ "kind": "wa_group", "e164": null }));
    let plain = ada.get(&format!("/contact/{}", id(&contacts[3]))).expect(200).data();
    assert_eq!((&plain["number"], plain.get("number_info")), (&json!("08031234567"), None));
    ada.get(&format!("/contact/{}?view=short", id(&contacts[3]))).invalid(&[("view", "malformed")]);
}

#[rstest]
fn lines_of_json(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = with_contacts(&roster);
    let lines = ada.with("accept", "application/x-ndjson");
    let whole = ada.get("/contact").data();
    for (path, count) in [("/contact", 5), ("/contact?limit=10", 5), ("/contact?q=amina", 2), ("/contact?q=nobody", 0)]
    {
        let answer = lines.get(path).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        let text = answer.text();
        assert!(text.is_empty() || text.ends_with('\n'));
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), count, "{path}");
        assert!(rows.iter().all(|row| whole.as_array().unwrap().contains(row)));
    }
    let page = lines.get("/contact?limit=2").expect(200);
    assert_eq!(page.text().lines().count(), 2);
    assert!(next(&page).is_some());
    ada.with("accept", "text/csv").get("/contact").refused(406, "not_acceptable");
    ada.with("accept", "text/csv").get("/contact_groups").expect(200);
}

/// A header that says nothing asks for nothing.
#[rstest]
#[case("")]
#[case(" , ")]
#[case("lines please")]
#[case("/")]
fn an_accept_that_cant_be_read_is_json(#[case] accept: &str) {
    let roster = Roster::start(Sqlite);
    let ada = roster.sign_up("ada@example.org");
    let token = &ada.access_token;
    for path in ["/contact", "/contact?limit=2"] {
        let mut socket = Socket::to(roster.address());
        socket.send(format!(
            "GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\naccept: {accept}\r\n\r\n"
        ));
        let answer = socket.answer().expect(200);
        assert_eq!((answer.header("content-type"), answer.data()), (Some("application/json"), json!([])), "{path}");
    }
}
