//! One contact with what its number is.

use roster_domain::{E164, NumberInfo, NumberKind, Scope};

use crate::Bench;
use crate::numbers::derived;

pub async fn a_contact_comes_with_what_its_number_is(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let phone = Some("+2348031234567");
    let cases = [
        (Some("NG"), "0803 123 4567", NumberKind::Phone, phone),
        (None, "0803 123 4567", NumberKind::Other, None),
        (None, "+234 803 123 4567", NumberKind::Phone, phone),
        (Some("GB"), "002348031234567", NumberKind::Phone, phone),
        (Some("NG"), "120363045767536459", NumberKind::WaGroup, None),
        (None, "2348031234567-1612345678", NumberKind::WaGroup, None),
        (Some("NG"), "status", NumberKind::WaBroadcast, None),
        (Some("NG"), "{Hi|Hello} [name]", NumberKind::Other, None),
    ];
    for (region, number, kind, e164) in cases {
        let (_, group) = ada.client_in(region).await;
        let contact = ada.contact_in(&group, number).await;
        let shown = bench.store.contacts.get_with_number_info(&ada.scope, contact.id).await.unwrap();
        let (same, info) = shown.unwrap();
        assert_eq!(same, contact);
        assert_eq!((info.kind, info.e164.as_ref().map(E164::as_str)), (kind, e164), "{number} {region:?}");
        assert_eq!(info, derived(&contact.number, region));
    }
}

pub async fn a_full_view_reaches_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let mine = ada.contact("Amina", "status").await;
    let shops = ada.contact_in(&shop_group, "status").await;
    let info = NumberInfo { kind: NumberKind::WaBroadcast, e164: None };
    let get = async |scope: Scope, id| bench.store.contacts.get_with_number_info(&scope, id).await.unwrap();
    assert_eq!(get(ada.scope, mine.id).await, Some((mine.clone(), info.clone())));
    assert_eq!(get(ada.only(shop.id), shops.id).await, Some((shops.clone(), info)));
    assert_eq!(get(ada.only(shop.id), mine.id).await, None);
    assert_eq!(get(ada.only(ada.client.id), shops.id).await, None);
    assert_eq!(get(eve.scope, mine.id).await, None);
    assert_eq!(get(eve.only(ada.client.id), mine.id).await, None);
    assert_eq!(get(ada.scope, bench.id()).await, None);
}
