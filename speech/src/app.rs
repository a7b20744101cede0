//! What the wallet's core says to people.

use crate::{messages::messages, Speech};
use fluent_bundle::{FluentArgs, FluentValue};

messages! { pub APP:
	wallet_failed_input = "wallet-failed-input" (reason);
	wallet_failed_passphrase = "wallet-failed-passphrase" ();
	wallet_failed_passkey = "wallet-failed-passkey" ();
	wallet_failed_locked = "wallet-failed-locked" ();
	wallet_failed_confirm = "wallet-failed-confirm" ();
	wallet_failed_not_shown = "wallet-failed-not-shown" ();
	wallet_failed_no_network = "wallet-failed-no-network" ();
	wallet_failed_offline = "wallet-failed-offline" ();
	wallet_failed_not_proven = "wallet-failed-not-proven" ();
	wallet_failed_old = "wallet-failed-old" ();
	wallet_failed_not_enrolled = "wallet-failed-not-enrolled" ();
	wallet_failed_no_access = "wallet-failed-no-access" ();
	wallet_failed_too_few = "wallet-failed-too-few" ();
	wallet_failed_refused = "wallet-failed-refused" ();
	wallet_failed_changed_member = "wallet-failed-changed-member" ();
	wallet_failed_pending = "wallet-failed-pending" ();
	wallet_failed_update = "wallet-failed-update" ();
	wallet_failed_storage = "wallet-failed-storage" ();
	wallet_failed_damaged = "wallet-failed-damaged" ();
	wallet_failed_other = "wallet-failed-other" ();
	wallet_failed_words = "wallet-failed-words" ();
	wallet_failed_other_words = "wallet-failed-other-words" ();
	wallet_failed_short = "wallet-failed-short" (count);
	wallet_failed_backup = "wallet-failed-backup" ();
	wallet_failed_code = "wallet-failed-code" ();
	wallet_failed_code_chain = "wallet-failed-code-chain" ();
	wallet_failed_other_chain = "wallet-failed-other-chain" ();
	wallet_failed_code_expired = "wallet-failed-code-expired" ();
	wallet_failed_code_foreign = "wallet-failed-code-foreign" ();
	wallet_failed_code_large = "wallet-failed-code-large" ();
	wallet_failed_patient_code = "wallet-failed-patient-code" ();
	wallet_failed_reason = "wallet-failed-reason" ();

	wallet_revoke = "wallet-revoke" (id, sentence);
	wallet_refuse = "wallet-refuse" (who);
	wallet_refuse_assisted = "wallet-refuse-assisted" ();
	wallet_choose_holders = "wallet-choose-holders" (choice);
	wallet_verb_permit = "wallet-verb-permit" ();
	wallet_verb_forbid = "wallet-verb-forbid" ();
	wallet_verb_change = "wallet-verb-change" ();
	wallet_verb_refuse = "wallet-verb-refuse" ();
	wallet_verb_revoke = "wallet-verb-revoke" ();
	wallet_verb_stop = "wallet-verb-stop" ();
	wallet_verb_resume = "wallet-verb-resume" ();
	wallet_verb_refuse_all = "wallet-verb-refuse-all" ();
	wallet_verb_join = "wallet-verb-join" ();
	wallet_verb_leave = "wallet-verb-leave" ();
	wallet_verb_choose = "wallet-verb-choose" ();

	wallet_withdraw = "wallet-withdraw" (id, who);
	wallet_verb_ask = "wallet-verb-ask" ();
	wallet_verb_withdraw = "wallet-verb-withdraw" ();
	wallet_note_reason = "wallet-note-reason" (reason);
	wallet_note_ask = "wallet-note-ask" ();
	wallet_asked = "wallet-asked" (who, until, block);
	wallet_withdrawn = "wallet-withdrawn" (block);

	wallet_note_no_end = "wallet-note-no-end" ();
	wallet_note_read_stays = "wallet-note-read-stays" ();
	wallet_note_carry = "wallet-note-carry" (institution);
	wallet_note_no_carry = "wallet-note-no-carry" ();
	wallet_note_still_permitted = "wallet-note-still-permitted" (id, sentence);
	wallet_note_still_denied = "wallet-note-still-denied" (id, sentence);
	wallet_note_stop_reading = "wallet-note-stop-reading" ();
	wallet_note_stop_writing = "wallet-note-stop-writing" ();
	wallet_note_stop_emergency = "wallet-note-stop-emergency" ();
	wallet_note_resume = "wallet-note-resume" ();
	wallet_note_refuse = "wallet-note-refuse" ();
	wallet_note_refuse_assisted = "wallet-note-refuse-assisted" ();
	wallet_note_holders = "wallet-note-holders" ();
	wallet_too_few_holders = "wallet-too-few-holders" (count);
	wallet_note_leave = "wallet-note-leave" ();

	wallet_refused = "wallet-refused" (block);
	wallet_assisted_refused = "wallet-assisted-refused" (block);
	wallet_holders_changed = "wallet-holders-changed" (block);
	wallet_not_carried = "wallet-not-carried" (records, reason);
	wallet_label_key_not_delivered = "wallet-label-key-not-delivered" (institution);

	wallet_preview_nothing = "wallet-preview-nothing" ();
	wallet_preview = "wallet-preview" (records);
	wallet_preview_sensitive = "wallet-preview-sensitive" (labelled, restricted);

	wallet_log_complete = "wallet-log-complete" (entries);
	wallet_log_wrong = "wallet-log-wrong" (institution, reason);
	wallet_log_wrong_entry = "wallet-log-wrong-entry" (institution, entry);
	wallet_log_unread = "wallet-log-unread" (reason);

	wallet_consent_by = "wallet-consent-by" (who);
	wallet_assisted_waits = "wallet-assisted-waits" (signed, institution, moment);
	wallet_assisted_waits_authority = "wallet-assisted-waits-authority" (signed, institution, moment);
	wallet_consent_in_doubt = "wallet-consent-in-doubt" ();
	wallet_study_round_costs = "wallet-study-round-costs" (cost);
	wallet_study_unreadable = "wallet-study-unreadable" (reason);
	wallet_study_has_left = "wallet-study-has-left" (id);
	wallet_budget = "wallet-budget" (left, budget, moment);
	wallet_counted_in = "wallet-counted-in" (round, study, who);

	wallet_record_wrong_content = "wallet-record-wrong-content" ();
	wallet_record_wrong_patient = "wallet-record-wrong-patient" ();
	wallet_record_by_you = "wallet-record-by-you" ();
	wallet_own_account = "wallet-own-account" ();
	wallet_threshold = "wallet-threshold" (threshold, count);
	wallet_copy_good = "wallet-copy-good" ();
	wallet_holders_default = "wallet-holders-default" ();
	wallet_holders_chosen = "wallet-holders-chosen" (holders);
	wallet_synced_not = "wallet-synced-not" ();
	wallet_synced = "wallet-synced" (institutions);

	wallet_enrol = "wallet-enrol" (institution, role);

	desk_enrol = "desk-enrol" (account, institution, kind);
	desk_affiliate = "desk-affiliate" (who, institution, role, from);
	desk_affiliate_until = "desk-affiliate-until" (who, institution, role, from, until);
	desk_end = "desk-end" (who, institution);
	desk_status = "desk-status" (who, status);
	desk_disable = "desk-disable" (who, since);
	desk_enable = "desk-enable" (who);
	desk_done = "desk-done" (sentence);
	desk_verb_enrol = "desk-verb-enrol" ();
	desk_verb_sign = "desk-verb-sign" ();
	desk_note_enrol = "desk-note-enrol" ();
	desk_note_waits = "desk-note-waits" ();
	desk_note_end = "desk-note-end" ();
	desk_note_suspended = "desk-note-suspended" ();
	desk_note_ended = "desk-note-ended" ();
	desk_note_ended_patient = "desk-note-ended-patient" ();
	desk_note_disable = "desk-note-disable" ();
	desk_note_enable = "desk-note-enable" ();
	desk_no_label_key = "desk-no-label-key" ();
	desk_failed_damaged = "desk-failed-damaged" ();
	desk_failed_version = "desk-failed-version" ();
	desk_failed_kind = "desk-failed-kind" ();
	desk_failed_institution = "desk-failed-institution" ();
	desk_failed_enrolled = "desk-failed-enrolled" ();
	desk_failed_not_registrar = "desk-failed-not-registrar" ();
	desk_failed_not_allowed = "desk-failed-not-allowed" ();
	desk_failed_account = "desk-failed-account" ();
	desk_failed_name = "desk-failed-name" ();
}
