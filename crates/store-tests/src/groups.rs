//! Making, reading and changing groups. What concerns the default one is in `defaults`.

use roster_domain::Precondition::Exists;
use roster_domain::ports::GroupUpdate;
use roster_domain::{ContactGroup, GroupChanges, GroupId, GroupTitle, NewGroup, Scope, Timestamp};

use crate::Bench;

pub(crate) fn retitled(title: &str) -> GroupChanges {
    GroupChanges { title: Some(GroupTitle::parse(title).unwrap()), is_default: None }
}

async fn update(bench: &Bench, scope: &Scope, id: GroupId, changes: &GroupChanges) -> GroupUpdate {
    bench.store.groups.update(scope, id, changes.clone(), Exists, bench.later()).await.unwrap()
}

pub async fn every_field_of_a_group_comes_back(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let imported = NewGroup {
        id: GroupId::parse("64a00ec7c5e487d95dcb0d5c").unwrap(),
        created_at: Timestamp::parse("2023-07-01T11:32:23.733Z").unwrap(),
        updated_at: Timestamp::parse("2023-07-02T13:00:29.001Z").unwrap(),
        legacy_version: 4,
        ..bench.new_group("Amis d'été “👩🏾‍🚀” \\ %_")
    };
    let cases = [
        imported,
        NewGroup { id: GroupId::parse("000000000000000000000000").unwrap(), ..bench.new_group("The first") },
        NewGroup { id: GroupId::parse("ffffffffffffffffffffffff").unwrap(), ..bench.new_group("The last") },
        NewGroup { legacy_version: i64::MAX, ..bench.new_group(&"𝄞".repeat(256)) },
        NewGroup { created_at: Timestamp::from_millis(-1), ..bench.new_group("x") },
    ];
    for new in cases {
        let group = ada.make_group(&ada.scope, new.clone()).await;
        let expected = ContactGroup {
            id: new.id,
            client_id: ada.client.id,
            title: new.title,
            is_default: false,
            created_at: new.created_at,
            updated_at: new.updated_at,
            legacy_version: new.legacy_version,
            revision: group.revision,
        };
        assert_eq!(group, expected);
        assert_eq!(ada.get_group(group.id).await.as_ref(), Some(&group));
        assert!(ada.dump().await.groups.contains(&group), "a list holds the same as a single read");
    }
}

pub async fn groups_may_share_a_title(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let one = ada.group("Friends").await;
    let two = ada.group("Friends").await;
    assert_eq!(ada.dump().await.groups, [ada.group.clone(), one, two]);
}

pub async fn create_in_the_scopes_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    assert_eq!(ada.group("Friends").await.client_id, ada.client.id);
    assert_eq!(ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await.client_id, shop.id);

    let before = (ada.dump().await, eve.dump().await);
    for scope in [ada.only(bench.id()), ada.only(eve.client.id), eve.only(shop.id)] {
        for is_default in [false, true] {
            let group = NewGroup { is_default, ..bench.new_group("Nowhere") };
            assert_eq!(bench.store.groups.create(&scope, group).await.unwrap(), None, "{scope:?}");
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn a_new_title(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    let (_, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    for before in [friends, ada.group.clone(), shop_group] {
        let changes =
            GroupChanges { title: Some(GroupTitle::parse("Été 👩🏾‍🚀").unwrap()), is_default: None };
        let outcome = update(&bench, &ada.scope, before.id, &changes).await;
        let GroupUpdate::Done(after) = outcome else { panic!("{outcome:?}") };
        assert!(after.revision > before.revision);
        let expected = ContactGroup {
            title: changes.title.unwrap(),
            updated_at: bench.now(),
            revision: after.revision,
            ..before.clone()
        };
        assert_eq!(after, expected);
        assert_eq!(ada.get_group(before.id).await, Some(after));
    }
    assert_eq!(ada.dump().await.contacts, [contact], "a group's title is no business of its contacts");
}

pub async fn nothing_different_leaves_a_group_alone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let before = ada.dump().await;
    let same = |group: &ContactGroup, is_default| GroupChanges { title: Some(group.title.clone()), is_default };
    for (group, changes) in [
        (&friends, GroupChanges::default()),
        (&friends, retitled("Friends")),
        (&friends, same(&friends, Some(false))),
        (&friends, GroupChanges { title: None, is_default: Some(false) }),
        (&ada.group, GroupChanges::default()),
        (&ada.group, same(&ada.group, Some(true))),
        (&ada.group, GroupChanges { title: None, is_default: Some(true) }),
    ] {
        let outcome = update(&bench, &ada.scope, group.id, &changes).await;
        assert_eq!(outcome, GroupUpdate::Done(group.clone()), "{changes:?}");
        assert_eq!(ada.dump().await, before, "{changes:?}");
    }
}

pub async fn group_reads_and_updates_reach_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    let before = (ada.dump().await, eve.dump().await);
    let cases: [(&str, Scope, GroupId); 6] = [
        ("unknown", ada.scope, bench.id()),
        ("another user's", eve.scope, friends.id),
        ("another user's default", eve.scope, ada.group.id),
        ("another user's, narrowed to its client", eve.only(ada.client.id), friends.id),
        ("another client's, narrowed", ada.only(shop.id), friends.id),
        ("another client's default, narrowed", ada.only(ada.client.id), shop_group.id),
    ];
    let all_changes = [
        GroupChanges::default(),
        retitled("Mine"),
        GroupChanges { title: None, is_default: Some(true) },
        GroupChanges { title: None, is_default: Some(false) },
    ];
    for (case, scope, id) in cases {
        assert_eq!(bench.store.groups.get(&scope, id).await.unwrap(), None, "{case}");
        for changes in &all_changes {
            assert_eq!(update(&bench, &scope, id, changes).await, GroupUpdate::Absent, "{case}: {changes:?}");
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);

    let narrow = ada.only(ada.client.id);
    assert_eq!(bench.store.groups.get(&narrow, friends.id).await.unwrap(), Some(friends.clone()));
    let outcome = update(&bench, &narrow, friends.id, &retitled("Family")).await;
    assert!(matches!(outcome, GroupUpdate::Done(group) if group.title.as_str() == "Family"));
}
