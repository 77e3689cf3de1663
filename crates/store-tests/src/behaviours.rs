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
                an_account_comes_with_its_entry
                an_address_is_taken_by_its_key
                of_several_accounts_at_once_one_gets_the_address
                a_further_client_comes_whole
                a_client_of_nobody_is_none
                clients_made_at_once_are_all_there;
            addresses:
                a_new_address_takes_the_place_of_the_old
                a_taken_address_changes_nothing
                ones_own_address_may_be_spelt_anew
                of_several_who_want_an_address_one_gets_it;
            adoption:
                an_account_is_taken_over_whole
                what_is_there_already_stays_as_it_is
                an_account_that_cannot_be_taken_over_leaves_nothing
                whoever_was_erased_is_not_taken_over
                a_client_that_cannot_be_taken_over_leaves_nothing
                a_group_that_cannot_be_taken_over_leaves_nothing
                of_several_who_take_the_same_over_one_does;
            attempts:
                a_counter_closes_for_longer_and_longer
                waiting_out_a_closure_forgets_nothing
                a_closure_that_is_too_far_off_counts_for_nothing
                a_window_begins_with_the_first_attempt
                one_closed_counter_refuses_for_all
                several_counters_count_each_for_itself
                a_burst_passes_no_more_than_were_left
                counters_in_any_order_never_wait_for_each_other;
            audit:
                entries_come_back_as_they_were
                everybody_reads_their_own_and_the_operator_all
                an_entry_of_who_is_gone_is_nobodys;
            batch_matching:
                what_matches_is_treated_as_told
                every_form_of_a_number_matches
                each_operation_finds_what_those_before_it_left
                several_that_match_are_named
                a_batch_follows_a_change_of_region;
            batch_races:
                of_two_that_give_one_new_number_one_makes_the_contact
                batches_that_overlap_wait_for_one_another
                a_batch_meets_single_writes
                of_several_who_bring_one_id_one_gets_it
                a_batch_meets_the_deletion_of_its_group
                a_batch_meets_the_deletion_of_its_client
                a_caller_who_leaves_a_batch;
            batches:
                contacts_are_made
                contacts_change_and_go
                neighbours_are_neither_seen_nor_touched
                an_id_that_is_taken_is_told
                an_atomic_batch_does_all_or_nothing
                operations_are_done_in_the_state_that_was_seen
                a_batch_of_nothing_does_nothing
                contacts_are_found_right_afterwards
                ten_thousand_operations_are_done;
            bulk_deletion:
                a_wrong_count_deletes_nothing
                deletes_what_the_list_holds
                of_several_at_once_one_deletes
                what_comes_meanwhile_is_counted_or_kept;
            client_deletion:
                an_empty_client_goes_with_its_groups
                contacts_are_kept_unless_they_are_to_go
                another_users_client_cannot_be_deleted
                of_several_client_deletions_at_once_one_is_done
                a_client_deletion_meets_new_groups
                a_large_client_goes_while_others_insert;
            clients:
                a_client_is_read
                another_users_client_is_as_if_unknown
                a_name_and_a_region_change
                nothing_different_leaves_a_client_alone
                changes_of_a_client_at_once_lose_none;
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
            counts:
                a_count_is_that_of_the_list
                groups_come_with_their_counts;
            credentials:
                new_credentials_take_the_place_of_the_old
                a_secret_alone_may_be_replaced
                another_users_credentials_cannot_be_replaced
                of_several_new_credentials_at_once_one_set_is_left;
            deep_search:
                a_search_finds_everything_there_is;
            default_clients:
                another_client_takes_over
                the_default_client_stays_it
                swaps_at_once_leave_exactly_one
                a_swap_meets_a_deletion;
            defaults:
                a_client_comes_with_its_default_group
                a_new_group_takes_over
                an_update_takes_over
                the_default_group_stays_it
                unmaking_what_is_no_default_says_nothing
                one_default_group_whatever_happens_at_once;
            deletion_races:
                a_group_that_changes_half_way_stays
                contacts_change_while_their_group_moves
                contacts_leave_a_list_while_it_is_deleted
                a_contact_leaves_a_short_list_while_it_is_deleted;
            dropped_calls:
                a_caller_who_leaves_a_contact
                a_caller_who_leaves_a_group
                a_caller_who_leaves_an_account
                a_caller_who_leaves_an_erasure;
            erasure:
                an_erased_account_is_out_of_reach_at_once
                what_an_erased_account_held_can_be_taken_at_once
                nothing_is_left_but_an_entry
                only_who_knows_the_password_erases
                an_account_is_erased_once
                nobody_and_the_disabled_erase_nothing
                a_large_account_goes_in_steps
                an_erasure_meets_others_and_inserts
                imports_go_with_the_account;
            filtered_deletion:
                each_filter_deletes_what_its_list_holds;
            filters:
                each_filter_alone_in_every_list
                filters_together_narrow_further
                an_instant_belongs_to_what_comes_after
                instants_far_off_are_no_trouble
                an_unknown_or_foreign_group_holds_nothing
                no_filter_reaches_another_users;
            finders:
                sign_in_by_the_key_of_an_address
                credentials_are_found_byte_by_byte
                every_field_of_a_session_comes_back
                a_session_of_nobody_is_refused;
            full_views:
                a_contact_comes_with_what_its_number_is
                a_full_view_reaches_what_the_scope_reaches;
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
            import_steps:
                a_step_does_its_rows_and_keeps_account_of_them
                sums_that_do_not_hold_are_refused
                groups_that_are_gone_are_left_out
                a_group_is_made_for_an_import
                imports_take_turns
                of_several_who_take_imports_each_has_its_own
                whoever_has_lost_the_lease_does_nothing
                an_empty_step_renews_the_lease
                a_step_that_is_done_is_not_done_again
                no_row_goes_in_twice
                a_stopped_import_waits_for_its_turn_again
                a_direct_import_is_its_callers
                a_direct_import_that_is_left_behind_has_failed
                a_dry_run_tells_the_same_and_writes_nothing
                a_dry_run_knows_the_groups_it_would_make
                a_dry_run_looks_past_what_it_has_changed
                a_dry_run_goes_on_where_it_was
                imports_meet_one_another;
            import_undo:
                what_was_made_goes_and_what_was_changed_comes_back
                what_others_changed_stays_and_is_listed
                groups_go_if_nobody_uses_them
                a_contact_whose_group_has_gone_stays_where_it_is
                many_rows_are_undone_in_steps_that_anybody_goes_on_with
                a_stopped_undo_is_the_next_ones
                only_what_has_come_to_its_end_is_undone
                what_comes_back_is_derived_for_the_region_of_now;
            imports:
                a_file_is_handed_over_piece_by_piece
                so_many_wait_and_so_much_is_staged
                of_several_at_once_no_more_wait_than_may
                neighbours_imports_are_as_if_unknown
                imports_are_listed_newest_first
                a_cancelled_import_is_worked_on_no_more
                what_is_given_up_is_gone
                a_failed_import_goes_on_where_it_was
                a_failure_for_good_frees_the_room_of_its_file
                a_file_that_is_left_behind_is_given_up
                imports_go_when_they_are_forgotten
                files_go_when_they_are_in
                imports_go_with_their_client;
            large_groups:
                a_large_group_moves_while_others_insert
                a_large_group_is_deleted_while_others_insert;
            lists:
                contacts_newest_first_by_span_and_group
                groups_oldest_first_by_span
                clients_oldest_first
                has_more_at_the_edge
                empty_lists_are_empty;
            numbers:
                every_form_finds_every_form
                without_a_region_national_forms_stand_for_themselves
                what_is_no_phones_is_found_to_the_letter
                each_client_reads_numbers_by_its_own_region
                a_number_changes_what_it_is_found_by
                a_suffix_is_of_the_digits_as_written;
            operator:
                users_are_listed_oldest_first
                a_user_is_found_by_the_key_of_an_address
                whoever_has_a_client_is_found_by_its_id
                a_disabled_user_is_shut_out_and_listed
                who_is_let_in_again_must_sign_in_again
                no_session_slips_past_a_disabling
                what_is_so_already_gets_no_entry
                a_set_password_ends_all_sessions
                nothing_is_done_to_who_is_gone;
            orders:
                names_are_in_the_order_of_their_folded_bytes
                every_order_of_every_list_in_pages
                very_long_names_are_ordered_by_their_beginning
                a_place_outlives_its_contact
                a_place_needs_no_contact
                a_new_name_is_a_new_place
                renames_between_pages_hide_nothing_else;
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
            passwords:
                a_new_password_ends_all_sessions_but_one
                a_session_to_keep_must_be_ones_own
                nothing_changes_once_the_password_is_another
                of_several_new_passwords_at_once_one_wins
                a_hash_is_replaced_only_from_the_stored_one;
            preconditions:
                a_contact_changes_in_the_state_it_was_seen_in
                a_contact_is_deleted_in_the_state_it_was_seen_in
                a_row_made_anew_is_in_another_state
                of_many_updates_of_one_state_one_is_done
                a_group_changes_in_the_state_it_was_seen_in
                a_client_changes_in_the_state_it_was_seen_in
                a_user_changes_in_the_state_they_were_seen_in;
            recognition:
                a_success_opens_what_it_counted_on
                no_more_is_taken_back_than_was_counted
                a_counter_is_not_asked_about_the_recognised
                a_recognition_is_prolonged_and_never_cut;
            regions:
                another_region_changes_what_numbers_stand_for
                new_contacts_are_derived_under_the_new_region_at_once
                many_contacts_are_derived_in_steps
                a_region_change_meets_other_writes
                the_same_region_derives_nothing;
            rotation:
                a_rotation_puts_in_the_next_secret
                of_many_rotations_at_once_one_is_true
                only_what_lives_is_rotated
                a_use_moves_times_forward_only
                a_pair_is_noted_while_it_is_current
                a_use_revives_nothing;
            search:
                the_table_of_searches
                every_part_of_a_contact_finds_it
                a_search_follows_every_change;
            sessions:
                a_session_begins_with_its_entry
                a_session_that_cannot_begin_leaves_no_entry
                a_session_does_not_begin_with_a_password_of_before
                the_living_are_listed_newest_first
                a_session_lives_until_it_expires
                an_end_is_true_once
                what_does_not_live_cannot_be_ended
                an_ended_session_never_lives_again
                the_expired_end_with_the_others
                all_end_at_once;
            snapshots:
                a_snapshot_is_the_list_with_every_filter
                what_happens_afterwards_is_not_in_it
                neighbours_are_not_in_it
                numbers_are_of_the_region_there_is
                a_large_one_is_of_one_instant
                a_snapshot_that_nobody_takes_is_let_go_of;
            sweeping:
                counters_go_when_their_window_has_passed
                recognitions_go_when_they_end
                sessions_go_when_they_have_ended_or_expired
                entries_go_when_they_are_old
                many_rows_go_in_steps
                an_empty_store_has_nothing_to_sweep;
            updates:
                each_change_alone_and_all_together
                nothing_different_leaves_time_and_revision
                two_changes_in_one_millisecond_differ_in_revision
                a_move_stays_within_the_client
                update_reaches_what_the_scope_reaches
                concurrent_changes_of_different_members_lose_none;
            users:
                a_user_is_read
                names_change_alone_and_together
                nothing_different_leaves_a_user_alone
                nobody_and_the_disabled_change_nothing;
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
