//! The list of all behaviours: the one place that names them.

/// One test for each behaviour, in a module for each of this crate's modules.
///
/// `behaviours!(path)` takes the path of an `async fn() -> Bench` that makes an empty, migrated store.
#[macro_export]
macro_rules! behaviours {
    (@tests $bench:path; $($module:ident: $($behaviour:ident)+;)+) => {
        async fn bench_for_behaviours() -> $crate::Bench {
            $bench().await
        }
        $(mod $module {
            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::$module::$behaviour(super::bench_for_behaviours().await).await;
            })+
        })+
    };
    (@names; $($module:ident: $($behaviour:ident)+;)+) => {
        [$($((stringify!($module), stringify!($behaviour)),)+)+]
    };
    (@all $($form:tt)+) => {
        $crate::behaviours! { @$($form)+;
            accounts:
                an_account_comes_whole
                an_address_is_taken_by_its_key
                of_several_accounts_at_once_one_gets_the_address
                a_further_client_comes_whole
                a_client_of_nobody_is_none
                clients_made_at_once_are_all_there;
            bulk_deletion:
                a_wrong_count_deletes_nothing
                deletes_what_the_list_holds
                of_several_at_once_one_deletes
                what_comes_meanwhile_is_counted_or_kept;
            concurrency:
                an_answered_write_is_seen_by_every_read
                contacts_made_at_once_are_all_there
                of_several_deletions_at_once_one_is_true
                no_read_sees_half_a_change;
            contacts:
                create_in_the_default_group
                create_in_the_default_group_of_a_narrowed_scope
                a_group_chooses_the_client
                create_in_a_group_out_of_reach
                create_in_a_client_that_never_was
                every_field_comes_back
                numbers_are_kept_verbatim
                contacts_may_share_a_number
                two_imported_clients_are_listed_as_they_were
                get_reaches_what_the_scope_reaches
                delete_is_true_once
                delete_reaches_what_the_scope_reaches;
            defaults:
                a_client_comes_with_its_default_group
                a_new_group_takes_over
                an_update_takes_over
                the_default_group_stays_it
                unmaking_what_is_no_default_says_nothing
                one_default_group_whatever_happens_at_once;
            dropped_calls:
                a_caller_who_leaves_a_contact
                a_caller_who_leaves_a_group
                a_caller_who_leaves_an_account;
            finders:
                sign_in_by_the_key_of_an_address
                credentials_are_found_byte_by_byte
                every_field_of_a_session_comes_back
                a_session_of_nobody_is_refused;
            group_deletion:
                contacts_move_to_the_default_group
                contacts_move_within_their_client
                contacts_are_deleted_with_it
                refused_while_it_has_any
                an_empty_group_goes_whatever_the_fate
                a_former_default_group_can_go
                deletion_reaches_what_the_scope_reaches
                of_several_deletions_at_once_one_is_done
                moves_meet_deletions
                another_clients_contacts_stay;
            groups:
                every_field_of_a_group_comes_back
                groups_may_share_a_title
                create_in_the_scopes_client
                a_new_title
                nothing_different_leaves_a_group_alone
                group_reads_and_updates_reach_what_the_scope_reaches;
            health:
                a_migrated_store_is_well;
            large_groups:
                a_large_group_moves_while_others_insert
                a_large_group_is_deleted_while_others_insert;
            lists:
                contacts_newest_first_by_span_and_group
                groups_oldest_first_by_span
                clients_oldest_first
                has_more_at_the_edge
                empty_lists_are_empty;
            ownership:
                another_users_rows_are_as_if_unknown
                another_clients_rows_are_as_if_unknown_when_narrowed
                ids_may_be_the_same_below_two_users
                lists_without_a_filter_hold_ones_own
                a_session_is_found_by_its_own_user_alone;
            paging:
                pages_add_up_to_the_list
                changes_between_pages
                walks_while_others_insert_and_delete
                groups_come_and_go_between_pages;
            updates:
                each_change_alone_and_all_together
                nothing_different_leaves_time_and_revision
                two_changes_in_one_millisecond_differ_in_revision
                a_move_stays_within_the_client
                update_reaches_what_the_scope_reaches
                concurrent_changes_of_different_members_lose_none;
        }
    };
    ($bench:path) => {
        $crate::behaviours! { @all tests $bench }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The behaviours that stand in the sources: `pub async fn name(bench: Bench)` in `module.rs`.
    fn written() -> BTreeSet<(String, String)> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeSet::new();
        for entry in sources.read_dir().unwrap() {
            let path = entry.unwrap().path();
            assert!(path.is_file(), "{}: this test looks into files only", path.display());
            let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                if let Some(rest) = line.strip_prefix("pub async fn ") {
                    let name = rest.split('(').next().unwrap();
                    found.insert((module.clone(), name.to_owned()));
                }
            }
        }
        found
    }

    #[test]
    fn every_behaviour_is_on_the_list_once() {
        let named = behaviours!(@all names);
        let listed: BTreeSet<_> =
            named.iter().map(|(module, name)| ((*module).to_owned(), (*name).to_owned())).collect();
        assert_eq!(listed.len(), named.len(), "none is named twice");
        assert_eq!(listed, written());
    }
}
