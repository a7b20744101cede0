# Who may do what, and why.

decision-permit = { $reader } may { $act } { $purpose }. { $reason }
decision-refuse = { $reader } may not { $act } { $purpose }. { $reason }

# $act.
act-on-record = { $action } record { $record } of { $patient } ({ $category })
act-on-log = read the access log of { $patient }

# $reason: one or more sentences.
basis-own = Patients may always read their own records and access log.
basis-consent = Consent { $id } for { $grantee } allows it.
basis-break-glass = A clinician broke the glass in an emergency.
reason-not-active = { $reader } is not enrolled, is not active, or does not act for an institution.
reason-wrong-patient = The record was entered for the wrong patient and is closed to everyone.
reason-denied = Consent { $id } for { $grantee } forbids it.
reason-no-consent = The patient has given no consent to { $reader } or to any group that { $reader } belongs to.
reason-not-covered = No consent covers it. The closest is consent { $id } for { $grantee }, which { $mismatch }.
reason-not-attested = Only physicians, nurses, midwives and dentists whose licence the authority has attested can break the glass.
reason-organisation = { $reader } is an organisation, and only people can do this.
reason-standing = The patient’s account does not allow it now.
reason-barred = The patient’s key has been disabled, or the account suspended, since { $moment }.
reason-deceased = The patient died before { $moment }.
reason-merged = The patient’s account was merged into another.
reason-closed = The patient’s account is closed.
consent-quoted = It says: “{ $text }”

# $mismatch.
mismatch-policy-version = was made under rules that this chain does not know
mismatch-action = is for another action
mismatch-purpose = is for another purpose
mismatch-country = is for people in other countries
mismatch-record = is for other records
mismatch-category = is for other kinds of records
mismatch-author = is for records written by other institutions
mismatch-responsible = is for records for which other institutions are responsible
mismatch-data-period = is for another period of care
mismatch-confidentiality = does not cover records as confidential as this
mismatch-trait = does not cover studies of this kind
mismatch-standing = does not count: the patient has died, or it was given while the patient’s key was lost and has not been confirmed
mismatch-label = does not cover the record’s sensitivity labels
mismatch-not-yet-valid = is not valid yet
mismatch-expired = has expired
mismatch-affiliation = was given to an affiliation with this institution that has ended
