//! Contacts of all sorts, for whatever narrows and orders lists.

use roster_domain::{
    Channel, ClientId, ContactFilter, ContactGroup, ContactName, GroupId, NewContact, Number, NumberKind, Scope, Span,
    Timestamp,
};

use crate::clients::at_home_in;
use crate::matching::{
    created_after, created_before, ending_in, of_kind, on_channel, searched, updated_after, with_number,
};
use crate::{Bench, Owner};

/// Somebody with three clients, at home in Nigeria, in Britain and nowhere, and five groups among which the contacts
/// below are dealt out in turn.
pub(crate) struct Varied {
    pub(crate) owner: Owner,
    pub(crate) shop: ClientId,
    pub(crate) groups: Vec<GroupId>,
    /// When the first contact was made; each is made a second after the one before.
    pub(crate) since: Timestamp,
}

/// Names, numbers and channels.
const CONTACTS: [(&str, &str, &str); 34] = [
    ("Amina Bello", "08031234567", "whatsapp"),
    ("AMINA BELLO", "+234 803 123 4567", "sms"),
    ("Ámina", "00234 803 123 4567", "whatsapp"),
    ("Bello", "2348031234567", "whatsapp"),
    ("", "234 (803) 123-4567", "telegram"),
    ("amina", "0803-123-4568", "sms"),
    ("Adébáyọ̀", "2348031234567", "whatsapp"),
    ("Adebayo", "+2348031234567", "sms"),
    ("British", "020 7946 0018", "whatsapp"),
    ("Británnia", "+44 20 7946 0018", "sms"),
    ("london", "442079460018", "whatsapp"),
    ("London", "0044 20 7946 0018", "telegram"),
    ("", "07400 123456", "whatsapp"),
    ("Everyone", "120363045767536459", "whatsapp"),
    ("everyone else", "2348031234567-1612345678", "whatsapp"),
    ("Status", "status", "whatsapp"),
    ("", "status", "whatsapp"),
    ("Template", "{Hi|Hello} [name]", "sms"),
    ("100%", "100%", "sms"),
    ("under_score", "a_b", "sms"),
    ("quo'te", "' OR 1=1 --", "telegram"),
    ("back\\slash", "\\", "telegram"),
    ("مُحَمَّد", "٠٨٠٣١٢٣٤٥٦٧", "whatsapp"),
    ("محمد", "08031234569", "whatsapp"),
    ("山田 太郎", "1", "sms"),
    ("한글", "12345678", "sms"),
    ("IŞIK", "+90 312 213 2965", "whatsapp"),
    ("ışık", "903122132965", "whatsapp"),
    ("Straße", "+49 30 123456", "sms"),
    ("👍🏽 Tunde", "0803 123 4567", "whatsapp"),
    ("👍 Tunde", "0803 123 4567 ", "sms"),
    ("  Amina  ", " 08031234567", "whatsapp"),
    ("Zoë", "null", "whatsapp"),
    ("zoe", "Null", "sms"),
];

impl Varied {
    /// All of it, for somebody with this address.
    pub(crate) async fn of(bench: &Bench, email: &str) -> Self {
        let owner = bench.account(email).await;
        let (shop, shop_group) = owner.client("Shop").await;
        let (_, attic_group) = owner.client("Attic").await;
        owner.change_client(owner.client.id, at_home_in(Some("NG"))).await;
        owner.change_client(shop.id, at_home_in(Some("GB"))).await;
        let friends = owner.group("Friends").await;
        let buyers = owner.make_group(&owner.only(shop.id), bench.new_group("Buyers")).await;
        let groups = [owner.group.clone(), shop_group, friends, attic_group, buyers];
        let since = bench.now();
        for turn in 0..CONTACTS.len() * 2 {
            // Twice through, so that each comes into two of the clients; in no order of the names.
            owner.make(contact(bench, turn, since, &groups[turn % groups.len()])).await;
        }
        Self { owner, shop: shop.id, groups: groups.into_iter().map(|group| group.id).collect(), since }
    }

    /// Every way to ask for lists: whose, and how much of it.
    pub(crate) fn scopes(&self) -> Vec<(Scope, Span)> {
        let (main, shop) = (self.owner.only(self.owner.client.id), self.owner.only(self.shop));
        vec![
            (self.owner.scope, Span::OneClient),
            (self.owner.scope, Span::AllClients),
            (main, Span::OneClient),
            (shop, Span::OneClient),
            (shop, Span::AllClients),
        ]
    }

    /// One filter for each thing there is to filter by, and some more.
    pub(crate) fn filters(&self) -> Vec<ContactFilter> {
        let at = |seconds: i64| self.since.plus_millis(seconds * 1_000);
        let mut filters = vec![
            on_channel("sms"),
            on_channel("pigeon"),
            created_after(at(20)),
            created_before(at(50)),
            updated_after(at(60)),
        ];
        for number in ["08031234567", "+234 803 123 4567", "2348031234567", "020 7946 0018", "status", "1", "7"] {
            filters.push(with_number(number));
        }
        for digits in ["4567", "1234567", "0018", "6459", "8031234567", "0000"] {
            filters.push(ending_in(digits));
        }
        for kind in NumberKind::ALL {
            filters.push(of_kind(kind));
        }
        for text in ["amina", "bello amina", "a", "o", "12", "803 12", "محمد", "%", "_", "'", "\\", "👍", "zzz"] {
            filters.push(searched(text));
        }
        filters
    }
}

fn contact(bench: &Bench, turn: usize, since: Timestamp, group: &ContactGroup) -> NewContact {
    let (name, number, channel) = CONTACTS[turn * 7 % CONTACTS.len()];
    let seconds = i64::try_from(turn).unwrap();
    NewContact {
        group_id: Some(group.id),
        name: ContactName::parse(name).unwrap(),
        number: Number::parse(number).unwrap(),
        channel: Channel::parse(channel).unwrap(),
        created_at: since.plus_millis(seconds * 1_000),
        // Neither in the order in which they were made nor in its reverse.
        updated_at: since.plus_millis((seconds * 29 % 68 + 10) * 1_000),
        ..bench.new_contact("1")
    }
}
