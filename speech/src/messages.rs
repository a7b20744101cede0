//! Every message that is not the name of an item of a list, as a function of its arguments. So the
//! compiler finds a message that is not used, and a test compares ids and arguments with each
//! language's files. `form` is the grammatical [`Form`](crate::phrase::Form): a language uses it
//! only if it needs it.

use crate::Speech;
use fluent_bundle::{FluentArgs, FluentValue};

macro_rules! messages {
	($visibility:vis $list:ident: $($name:ident = $id:literal ($($arg:ident),*);)+) => {
		impl Speech {
			$(#[doc = concat!("The text of `", $id, "`.")]
			$visibility fn $name(
				&self,
				$($arg: impl Into<FluentValue<'static>>),*
			) -> String {
				let args: Vec<(&str, FluentValue)> = vec![$((stringify!($arg), $arg.into())),*];
				self.format($id, None, &FluentArgs::from_iter(args))
			})+
		}

		/// Each message's id and arguments.
		#[cfg(test)]
		pub(crate) const $list: &[(&str, &[&str])] = &[$(($id, &[$(stringify!($arg)),*])),+];
	};
}

pub(crate) use messages;

messages! { pub(crate) MESSAGES:
	action_unknown = "action-unknown" (number);
	purpose_unknown = "purpose-unknown" (number);
	trait_unknown = "trait-unknown" (number);
	label_unnamed = "label-unnamed" (tag);
	label_unclassified = "label-unclassified" ();
	labels_empty = "labels-empty" ();
	country_unknown = "country-unknown" (code, form);

	list_and_pair = "list-and-pair" (first, last);
	list_and_middle = "list-and-middle" (first, rest);
	list_and_end = "list-and-end" (first, last);
	list_or_pair = "list-or-pair" (first, last);
	list_or_middle = "list-or-middle" (first, rest);
	list_or_end = "list-or-end" (first, last);
	list_sentences = "list-sentences" (first, rest);
	quoted = "quoted" (text);
	own_words = "own-words" ();
	decimal = "decimal" (whole, fraction);

	month_of_year = "month-of-year" (month, year);
	moment_on = "moment" (day, month, year, time);
	time_of_day = "time-of-day" (time);
	time = "time" (hour, minute);
	time_with_seconds = "time-with-seconds" (hour, minute, second);
	days = "days" (count);
	hours = "hours" (count);
	minutes = "minutes" (count);
	seconds = "seconds" (count);

	grantee_everyone = "grantee-everyone" (effect);
	grantee_everyone_short = "grantee-everyone-short" ();
	grantee_role = "grantee-role" (role, form);
	grantee_institution = "grantee-institution" (institution, form);
	grantee_role_at = "grantee-role-at" (role, institution, form);
	grantee_care_team = "grantee-care-team" (team, institution, form);
	grantee_practitioner_at = "grantee-practitioner-at" (practitioner, institution);
	grantee_practitioner_at_short = "grantee-practitioner-at-short" (practitioner, institution);
	grantee_study = "grantee-study" (study, form);
	grantee_research = "grantee-research" (form);
	grantee_research_on = "grantee-research-on" (disease, form);
	grantor_law = "grantor-law" (authority);
	grantor_patient = "grantor-patient" ();
	grantor_representative = "grantor-representative" (who);
	grantor_assisted = "grantor-assisted" (first, second);

	consent_sentence = "consent" (effect, grantee, what);
	consent_to_anything = "consent-to-anything" (effect, grantee, records, purposes);
	records_or_log = "records-or-log" (records, log);
	do_records = "do-records" (actions, records, purposes);
	do_read_records_and_log = "do-read-records-and-log" (effect, records, log, purposes);
	do_records_and_log = "do-records-and-log" (effect, actions, records, log, purposes);
	do_log = "do-log" (log, purposes);
	do_log_limited = "do-log-limited" (log, records, purposes);
	do_anything = "do-anything" (records, purposes);
	records_all = "records-all" (person);
	records_of_categories = "records-of-categories" (person, categories);
	records_named = "records-named" (person, records, form);
	records_by_id = "records-by-id" (count, ids);
	access_log = "access-log" (person);
	purposes_any = "purposes-any" ();
	full_access = "full-access" (log);
	only_categories = "only-categories" (categories);
	only_period = "only-period" (effect, period);
	restricted_not_included = "restricted-not-included" ();
	restricted_included = "restricted-included" ();
	very_restricted_included = "very-restricted-included" ();
	sensitive_not_included = "sensitive-not-included" ();
	only_restricted = "only-restricted" ();
	only_very_restricted = "only-very-restricted" ();
	traits_not_included = "traits-not-included" (traits);
	traits_included = "traits-included" ();
	traits_unknown_included = "traits-unknown-included" (traits);
	only_traits = "only-traits" (traits);
	traits_of_study = "traits-of-study" (traits);
	only_authors = "only-authors" (institutions);
	only_responsible = "only-responsible" (institutions);
	only_countries = "only-countries" (effect, countries);
	only_countries_of_studies = "only-countries-of-studies" (countries);
	log_excluded = "log-excluded" (effect, log);
	labels_not_included = "labels-not-included" ();
	labels_included = "labels-included" ();
	labels_included_if = "labels-included-if" (labels);
	only_labelled = "only-labelled" (labels);
	only_labels = "only-labels" (labels);
	valid_until_revoked = "valid-until-revoked" (effect);
	valid_from = "valid-from" (effect, from);
	valid_until = "valid-until" (effect, until);
	valid_between = "valid-between" (effect, from, until);
	in_emergency_too = "in-emergency-too" ();
	not_in_emergency = "not-in-emergency" ();
	period_from = "period-from" (from);
	period_to = "period-to" (to);
	period_between = "period-between" (from, to);
	period_month = "period-month" (month);
	consent_ref = "consent-ref" (id, grantee);
	consent_in_force_since = "consent-in-force-since" (moment);
	consent_not_yet = "consent-not-yet" (moment);
	consent_expired = "consent-expired" (moment);
	consent_granted = "consent-granted" (id, moment, block);
	consent_amended = "consent-amended" (id, moment, block);
	consent_revoked = "consent-revoked" (id, grantee, moment, block);

	request_own = "request-own" (asker, what, duration);
	request_sentence = "request" (asker, grantee, what, duration);
	request_referral = "request-referral" (who);

	study_asks = "study-asks" (study, question);
	study_run = "study-run" (researcher, purpose, country);
	study_on_disease = "study-on-disease" (disease);
	study_sponsor_nonprofit = "study-sponsor-nonprofit" ();
	study_sponsor_profit = "study-sponsor-profit" ();
	study_traits = "study-traits" (traits);
	study_cohort = "study-cohort" (conditions);
	study_counting = "study-counting" (aggregators);
	study_noise = "study-noise" (factor);
	study_noise_of_rounds = "study-noise-of-rounds" (factor, count, all);
	study_noise_of_many = "study-noise-of-many" (factor, count);
	study_cost = "study-cost" (count, cost, budget);
	study_leaving = "study-leaving" ();
	study_counted = "study-counted" (reason);
	study_has_ended = "study-has-ended" ();
	study_not_counted = "study-not-counted" (reason);
	study_no_consent = "study-no-consent" ();
	study_no_budget = "study-no-budget" (left, cost);
	study_researcher_not_active = "study-researcher-not-active" (researcher);
	round_open = "round-open" (moment);
	round_closed = "round-closed" ();
	round_gathering_lists = "round-gathering-lists" (block, attempt, attempts, lists, reports);
	round_gathering_reports = "round-gathering-reports" (block, attempt, attempts, lists, reports);
	round_agreeing = "round-agreeing" (block, attempt, attempts, moment);
	round_late = "round-late" (block, attempt, attempts);
	round_agreed = "round-agreed" (moment);
	round_agreed_late = "round-agreed-late" ();
	round_answered = "round-answered" ();
	round_lost = "round-lost" (reason);
	result_noise = "result-noise" (half);
	result_hidden = "result-hidden" (least);
	result_people = "result-people" (count);
	result_empty = "result-empty" (count);

	decision_permit = "decision-permit" (reader, act, purpose, reason);
	decision_refuse = "decision-refuse" (reader, act, purpose, reason);
	act_on_record = "act-on-record" (action, record, patient, category);
	act_on_log = "act-on-log" (patient);
	basis_own = "basis-own" ();
	basis_consent = "basis-consent" (id, grantee);
	basis_break_glass = "basis-break-glass" ();
	reason_not_active = "reason-not-active" (reader);
	reason_wrong_patient = "reason-wrong-patient" ();
	reason_denied = "reason-denied" (id, grantee);
	reason_no_consent = "reason-no-consent" (reader);
	reason_not_covered = "reason-not-covered" (id, grantee, mismatch);
	reason_not_attested = "reason-not-attested" ();
	reason_organisation = "reason-organisation" (reader);
	reason_standing = "reason-standing" ();
	reason_barred = "reason-barred" (moment);
	reason_deceased = "reason-deceased" (moment);
	reason_merged = "reason-merged" ();
	reason_closed = "reason-closed" ();
	consent_quoted = "consent-quoted" (text);

	scope_unknown = "scope-unknown" (number);
	scope_by_law = "scope-by-law" ();
	scopes_until = "scopes-until" (scopes, until);
	representation_appointed = "representation-appointed" (patient, who, scopes);
	representation_by_law = "representation-by-law" (who, patient, basis, scopes);
	representation_attested = "representation-attested" (authority);
	force_in_force = "force-in-force" (who, patient);
	force_suspended = "force-suspended" (who, patient);
	force_not_for_standing = "force-not-for-standing" (who, patient);
	force_standby = "force-standby" (who, patient);
	force_in_doubt = "force-in-doubt" (who, patient);
	force_not_attested = "force-not-attested" (who, patient);
	force_objected = "force-objected" (who, patient);
	force_waits = "force-waits" (who, patient, from);
	acts_for_patient = "acts-for" (who, patient);
	said_for_patient = "said-for" (who, patient, text);
	consent_quoted_for = "consent-quoted-for" (who, text);
	law_allows = "law-allows" (grantee, what, authority);
	law_valid_from = "law-valid-from" (from);
	law_valid_between = "law-valid-between" (from, until);

	access_all = "access-all" (category, count);
	access_some = "access-some" (category, open, count);
	access_none = "access-none" (category, count);
	access_by = "access-by" (consents);
	access_not_others = "access-not-others" (reason);
	preview_opens = "preview-opens" (records, grantee);
	preview_opens_nothing = "preview-opens-nothing" (grantee);
	preview_closes = "preview-closes" (records, grantee);
	preview_labelled = "preview-labelled" (count);
	preview_restricted = "preview-restricted" (count);
	preview_very_restricted = "preview-very-restricted" (count);
	preview_already = "preview-already" (grantee, records);
	stop_reading = "stop-reading" ();
	stop_asking = "stop-asking" ();
	stop_adding_allowed = "stop-adding-allowed" ();
	stop_adding_stopped = "stop-adding-stopped" ();
	stop_past = "stop-past" ();
	stop_lifting = "stop-lifting" ();
	stop_in_force = "stop-in-force" (moment, id);
	stop_lifted = "stop-lifted" ();
	holders_any = "holders-any" ();
	holders_only = "holders-only" (holders);
	holders_in_countries = "holders-in-countries" (countries);

	actor_at = "actor-at" (who, institution);
	actor_on_behalf = "actor-on-behalf" (who, principal);
	log_enrolled = "log-enrolled" (actor);
	log_status_set = "log-status-set" (actor, status);
	log_signing_disabled = "log-signing-disabled" (actor, since);
	log_signing_enabled = "log-signing-enabled" (actor);
	log_encryption_key_set = "log-encryption-key-set" (actor);
	log_consent_granted = "log-consent-granted" (effect, actor, id, grantee);
	log_consent_amended = "log-consent-amended" (actor, consent, revision);
	log_consent_revoked = "log-consent-revoked" (actor, consent);
	log_consent_confirmed = "log-consent-confirmed" (actor, consent);
	log_consent_proposed = "log-consent-proposed" (actor, grantee);
	log_consent_assisted = "log-consent-assisted" (actor, id, grantee);
	log_consent_awaits_authority = "log-consent-awaits-authority" (actor, grantee);
	log_counted = "log-counted" (actor, round, study);
	log_assisted_refused = "log-assisted-refused" (actor);
	log_request_submitted = "log-request-submitted" (actor, grantee, request);
	log_request_submitted_own = "log-request-submitted-own" (actor, request);
	log_request_approved = "log-request-approved" (actor, request, consent);
	log_request_denied = "log-request-denied" (actor, request);
	log_request_withdrawn = "log-request-withdrawn" (actor, request);
	log_records_created = "log-records-created" (actor, records);
	log_record_created = "log-record-created" (actor, record);
	log_version_added = "log-version-added" (actor, version, record);
	log_wider_version_added = "log-wider-version-added" (actor, version, record);
	log_labelled = "log-labelled" (actor, record, labels);
	log_entered_in_error = "log-entered-in-error" (actor, record, status);
	log_mark_taken_back = "log-mark-taken-back" (actor, record);
	log_mark_proposed = "log-mark-proposed" (actor, record, status);
	log_mark_back_proposed = "log-mark-back-proposed" (actor, record);
	log_labels_proposed = "log-labels-proposed" (actor, record, labels);
	log_death_proposed = "log-death-proposed" (actor);
	log_death_back_proposed = "log-death-back-proposed" (actor);
	log_new_key_proposed = "log-new-key-proposed" (actor, key);
	log_responsibility_moved = "log-responsibility-moved" (actor, institution, record);
	log_share_acknowledged = "log-share-acknowledged" (holder, record, version);
	log_many_shares_acknowledged = "log-many-shares-acknowledged" (holder, versions);
	log_share_lost = "log-share-lost" (holder, record, version);
	log_many_shares_lost = "log-many-shares-lost" (holder, versions);
	log_holders_chosen = "log-holders-chosen" (actor);
	log_guardians_set = "log-guardians-set" (actor, from);
	log_key_change_began = "log-key-change-began" (actor, key, from);
	log_key_change_ended = "log-key-change-ended" (actor, key);
	log_recovery_began = "log-recovery-began" (actor, key);
	log_recovery_approved = "log-recovery-approved" (actor, key);
	log_recovery_approved_enough = "log-recovery-approved-enough" (actor, key, from);
	log_recovery_proposed = "log-recovery-proposed" (actor, key);
	log_recovery_attested = "log-recovery-attested" (actor, key);
	log_recovery_attested_enough = "log-recovery-attested-enough" (actor, key, from);
	log_recovery_objected = "log-recovery-objected" (actor, key);
	log_recovery_objected_ended = "log-recovery-objected-ended" (actor, key);
	log_key_replaced = "log-key-replaced" (actor, key);
	log_consent_by_law = "log-consent-by-law" (actor, grantee, id);
	log_appointed = "log-appointed" (actor, who, scopes);
	log_appointed_standby = "log-appointed-standby" (actor, who, scopes);
	log_representative_ended = "log-representative-ended" (actor, who);
	log_representation_given_up = "log-representation-given-up" (actor);
	log_activated = "log-activated" (actor, who);
	log_registered = "log-registered" (actor, who, basis, scopes);
	log_attested = "log-attested" (actor, who, from);
	log_representative_objected = "log-representative-objected" (actor, who);
	log_representative_suspended = "log-representative-suspended" (actor, who);
	log_representative_restored = "log-representative-restored" (actor, who);
	log_ward_enrolled = "log-ward-enrolled" (actor, first);
	log_activation_proposed = "log-activation-proposed" (actor, who);
	log_registration_proposed = "log-registration-proposed" (actor, who, basis, scopes);
	log_opened = "log-opened" (actor, what);
	opened = "opened" (records);
	opened_own = "opened-own" (records);
	opened_own_many = "opened-own-many" (records);
	opened_refused = "opened-refused" (records);
	opened_nothing = "opened-nothing" ();
	opened_by_consent = "opened-by-consent" (records, consent);
	opened_by_consents = "opened-by-consents" (count, records, consents);
	opened_by_break_glass = "opened-by-break-glass" (records);
	log_for_purpose = "log-for-purpose" (line, purpose);
	log_repeated = "log-repeated" (line, often);
	log_repeated_until = "log-repeated-until" (line, often, last);
	log_times = "log-times" (count);
	log_times_at_most = "log-times-at-most" (count);
	log_unknown = "log-unknown" ();
	log_shares = "log-shares" (count);
	log_shares_acknowledged = "log-shares-acknowledged" (entries, holders);

	doc_day = "doc-day" (day, month, year);
	doc_day_at = "doc-day-at" (date, time);
	doc_between = "doc-between" (from, to);
	doc_since_date = "doc-since-date" (from);
	doc_until_date = "doc-until-date" (to);
	doc_at_least = "doc-at-least" (low);
	doc_at_most = "doc-at-most" (high);
	doc_weeks = "doc-weeks" (count);
	doc_months = "doc-months" (count);
	doc_years = "doc-years" (count);
	doc_per_hour = "doc-per-hour" (count);
	doc_per_day = "doc-per-day" (count);
	doc_per_week = "doc-per-week" (count);
	doc_per_month = "doc-per-month" (count);
	doc_per_year = "doc-per-year" (count);
	doc_every = "doc-every" (duration);
	doc_often_every = "doc-often-every" (count, duration);
	doc_for = "doc-for" (duration);
	doc_as_needed_for = "doc-as-needed-for" (reason);
	doc_code = "doc-code" (code);
	doc_code_of = "doc-code-of" (code, system);
	doc_remark = "doc-remark" (text, remark);
	doc_labelled = "doc-labelled" (label, value);
	doc_decimal_mark = "doc-decimal-mark" ();
	doc_times = "doc-times" (when, count);
	doc_left_out = "doc-left-out" (count);
	doc_wrong_entries = "doc-wrong-entries" (titles);
	doc_file_inside = "doc-file-inside" (name);
}
