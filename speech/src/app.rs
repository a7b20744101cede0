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
	wallet_failed_code_expired = "wallet-failed-code-expired" ();
	wallet_failed_extension_refused = "wallet-failed-extension-refused" ();
	wallet_failed_extension_away = "wallet-failed-extension-away" ();
	wallet_failed_extension_other = "wallet-failed-extension-other" ();

	wallet_revoke = "wallet-revoke" (id, sentence);
	wallet_refuse = "wallet-refuse" (who);
	wallet_verb_permit = "wallet-verb-permit" ();
	wallet_verb_forbid = "wallet-verb-forbid" ();
	wallet_verb_change = "wallet-verb-change" ();
	wallet_verb_refuse = "wallet-verb-refuse" ();
	wallet_verb_revoke = "wallet-verb-revoke" ();
	wallet_verb_stop = "wallet-verb-stop" ();
	wallet_verb_resume = "wallet-verb-resume" ();

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

	wallet_refused = "wallet-refused" (block);
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
	wallet_consent_in_doubt = "wallet-consent-in-doubt" ();

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
}
