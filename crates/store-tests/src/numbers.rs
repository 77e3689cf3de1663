//! Lists by number: every written form finds every other, and what is stored stays as it was written.

use roster_domain::Precondition::Exists;
use roster_domain::{
    Client, ClientId, Contact, ContactFilter, ContactGroup, ContactName, ContactOrder, NewContact, Number, NumberInfo,
    NumberKind, Region, Span,
};

use crate::clients::at_home_in;
use crate::matching::{both, ending_in, of_kind, searched, with_number};
use crate::owner::{moved, renamed, renumbered};
use crate::reference::Reference;
use crate::walk::{limit, walk_contacts, walk_in_order};
use crate::{Bench, Owner};

/// One phone number, as people in Nigeria and messaging platforms write it.
pub(crate) const FORMS: [&str; 10] = [
    "08031234567",
    "0803 123 4567",
    "(0803) 123-4567",
    "+2348031234567",
    "+234 803 123 4567",
    "+234 (803) 123-4567",
    "002348031234567",
    "00234 803 123 4567",
    "2348031234567",
    "234 803 123 4567",
];

impl Owner {
    /// A further client with its default group, at home there.
    pub(crate) async fn client_in(&self, region: Option<&str>) -> (Client, ContactGroup) {
        let mut new = self.bench.new_client("Abroad");
        new.region = region.map(|code| Region::parse(code).unwrap());
        let group = new.group.id;
        let client = self.bench.store.clients.create(&self.account(), new).await.unwrap().expect("the user exists");
        let group = self.get_group(group).await.expect("with its group");
        (client, group)
    }

    /// The numbers that a list of one client by this one holds, oldest first.
    pub(crate) async fn numbers_like(&self, client: ClientId, number: &str) -> Vec<String> {
        let (scope, filter, order) = (self.only(client), with_number(number), ContactOrder::Oldest);
        let found = walk_in_order(&self.bench.store, &scope, Span::OneClient, &filter, order, limit(3)).await;
        found.into_iter().map(|contact| contact.number.as_str().to_owned()).collect()
    }
}

/// What is derived of a number whose client is at home there.
pub(crate) fn derived(number: &Number, region: Option<&str>) -> NumberInfo {
    NumberInfo::derive(number, region.map(|code| Region::parse(code).unwrap()).as_ref())
}

pub async fn every_form_finds_every_form(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (client, group) = ada.client_in(Some("NG")).await;
    for form in FORMS {
        ada.contact_in(&group, form).await;
        ada.contact_in(&group, "08031234568").await;
        ada.contact_in(&group, "8031234567x").await;
    }
    for form in FORMS {
        assert_eq!(ada.numbers_like(client.id, form).await, FORMS, "{form}");
    }
    // One that isn't there in this form, but stands for the same.
    assert_eq!(ada.numbers_like(client.id, "009-234-803-123-4567").await, FORMS);
    for other in ["8031234567", "+2348031234569", "2348031234567 ext", "call 08031234567", "0803"] {
        let region = Some("NG");
        let is_same = derived(&Number::parse(other).unwrap(), region).e164
            == derived(&Number::parse(FORMS[0]).unwrap(), region).e164;
        let expected: &[&str] = if is_same { &FORMS } else { &[] };
        assert_eq!(ada.numbers_like(client.id, other).await, expected, "{other}");
    }
}

/// Without a region national forms are just texts; those that name their country are the same everywhere.
pub async fn without_a_region_national_forms_stand_for_themselves(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (client, group) = ada.client_in(None).await;
    for form in FORMS {
        ada.contact_in(&group, form).await;
    }
    let (national, international) = FORMS.split_at(3);
    for form in national {
        assert_eq!(ada.numbers_like(client.id, form).await, [*form]);
    }
    for form in international {
        assert_eq!(ada.numbers_like(client.id, form).await, international, "{form}");
    }
}

pub async fn what_is_no_phones_is_found_to_the_letter(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (client, group) = ada.client_in(Some("NG")).await;
    let long = "𝄞".repeat(256);
    let texts = [
        "status",
        "Status",
        "120363045767536459",
        "2348031234567-1612345678",
        "{Hi|Hello} [name] your message has no keyword here.",
        "Caf\u{e9}",
        "Cafe\u{301}",
        "%",
        "_",
        "' OR 1=1; -- \" \\",
        "line\nfeed",
        "1",
        "01",
        "٠٨٠٣١٢٣٤٥٦٧",
        &long,
    ];
    for text in texts {
        ada.contact_in(&group, text).await;
        ada.contact_in(&group, text).await;
    }
    for text in texts {
        assert_eq!(ada.numbers_like(client.id, text).await, [text, text]);
    }
    assert_eq!(ada.numbers_like(client.id, "STATUS").await, [""; 0]);
}

/// National forms are read as in the country of the client that holds them, in one list over all of them.
pub async fn each_client_reads_numbers_by_its_own_region(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut groups = Vec::new();
    for region in [Some("NG"), Some("GB"), Some("US"), None] {
        groups.push(ada.client_in(region).await.1);
    }
    // The first is a phone's in Nigeria, the second one in Britain; the others say which.
    let texts = ["08031234567", "02079460018", "+2348031234567", "+442079460018", "442079460018", "2079460018"];
    for group in &groups {
        for text in texts {
            ada.contact_in(group, text).await;
        }
    }
    let reference = Reference::of(&ada).await;
    let found = async |text: &str| {
        let filter = with_number(text);
        for order in [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name] {
            for rows in [1, 3, 50] {
                let walked =
                    walk_in_order(&bench.store, &ada.scope, Span::AllClients, &filter, order, limit(rows)).await;
                let expected = reference.list(&ada.scope, Span::AllClients, &filter, order);
                assert_eq!(walked, expected, "{text}, {order:?}, {rows} a page");
            }
        }
        let walked = walk_contacts(&bench.store, &ada.scope, Span::AllClients, &filter, limit(50)).await;
        assert_eq!(bench.store.contacts.count(&ada.scope, Span::AllClients, &filter).await.unwrap(), count(&walked));
        walked.len()
    };
    // In Nigeria both forms, elsewhere the text alone.
    assert_eq!(found("08031234567").await, 2 + 1 + 1 + 1);
    assert_eq!(found("+2348031234567").await, 2 + 1 + 1 + 1);
    // In Britain as it is dialled there, with and without the zero; what names its country, everywhere.
    for text in texts {
        found(text).await;
    }
}

fn count(contacts: &[Contact]) -> u64 {
    u64::try_from(contacts.len()).unwrap()
}

pub async fn a_number_changes_what_it_is_found_by(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact("Amina", "status").await;
    let contacts = &bench.store.contacts;
    let mut before = "status";
    for number in ["08031234567", "120363045767536459", "+234 803 123 4568", "x", "status"] {
        contacts.update(&ada.scope, contact.id, renumbered(number), Exists, bench.later()).await.unwrap();
        assert_eq!(ada.numbers_like(ada.client.id, number).await, [number]);
        assert_eq!(ada.numbers_like(ada.client.id, before).await, [""; 0]);
        let info = derived(&Number::parse(number).unwrap(), Some("NG"));
        let (now, shown) = contacts.get_with_number_info(&ada.scope, contact.id).await.unwrap().unwrap();
        assert_eq!((now.number.as_str(), &shown), (number, &info), "kept as it was written");
        for kind in NumberKind::ALL {
            let found = walk_contacts(&bench.store, &ada.scope, Span::OneClient, &of_kind(kind), limit(2)).await;
            assert_eq!(found.len(), usize::from(kind == info.kind), "{number} {kind:?}");
        }
        // What changes something else leaves it alone.
        for changes in [renamed(number), moved(friends.id), moved(ada.group.id), renamed("Amina")] {
            contacts.update(&ada.scope, contact.id, changes, Exists, bench.later()).await.unwrap();
            assert_eq!(ada.numbers_like(ada.client.id, number).await, [number]);
        }
        before = number;
    }
    ada.delete(contact.id).await;
    assert_eq!(ada.numbers_like(ada.client.id, before).await, [""; 0]);
}

/// Of the digits as they were written: an end is one of a national form and of an international one.
pub async fn a_suffix_is_of_the_digits_as_written(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (client, group) = ada.client_in(Some("NG")).await;
    for form in FORMS {
        ada.contact_in(&group, form).await;
    }
    let name = ContactName::parse("Ends in 4567").unwrap();
    ada.make(NewContact { group_id: Some(group.id), name, ..bench.new_contact("status") }).await;
    for text in ["4567 and more", "4567 1", "٤٥٦٧", "45-67", "567"] {
        ada.contact_in(&group, text).await;
    }
    let reference = Reference::of(&ada).await;
    let found = async |filter: ContactFilter| {
        let scope = ada.only(client.id);
        let found = walk_contacts(&bench.store, &scope, Span::OneClient, &filter, limit(4)).await;
        assert_eq!(found, reference.list(&scope, Span::OneClient, &filter, ContactOrder::Newest), "{filter:?}");
        found.len()
    };
    // Arabic digits are digits, too, and `45-67` and the text before them end so.
    assert_eq!(found(ending_in("4567")).await, FORMS.len() + 3);
    assert_eq!(found(ending_in("1234567")).await, FORMS.len());
    assert_eq!(found(ending_in("08031234567")).await, 3);
    assert_eq!(found(ending_in("2348031234567")).await, 7);
    assert_eq!(found(ending_in("002348031234567")).await, 2);
    assert_eq!(found(ending_in("9002348031234567")).await, 0);
    assert_eq!(found(ending_in("45671")).await, 1);
    assert_eq!(found(ending_in(&"1".repeat(64))).await, 0);
    assert_eq!(found(both(&ending_in("4567"), &searched("2348"))).await, 7);
    assert_eq!(found(both(&ending_in("4567"), &with_number("08031234567"))).await, FORMS.len());
}
