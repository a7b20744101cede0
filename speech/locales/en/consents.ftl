# The sentence that a patient agrees to. It is signed: it says everything that the terms say, and
# nothing else. The patient speaks. $effect is permit or deny.

consent =
    { $effect ->
        [permit] I allow { $grantee } to { $what }.
       *[deny] I forbid { $grantee } to { $what }.
    }
# No action is named, so every action is meant.
consent-to-anything =
    { $effect ->
        [permit] I give { $grantee } full access to { $records } { $purposes }.
       *[deny] I deny { $grantee } any access to { $records } { $purposes }.
    }
# $records there, in a consent that forbids.
records-or-log = { $records } or { $log }

# $what, with $purposes. $records is for example "my records" or "my imaging results".
do-records = { $actions } { $records } { $purposes }
do-read-records-and-log =
    { $effect ->
        [permit] read { $records } and { $log } { $purposes }
       *[deny] read { $records } or { $log } { $purposes }
    }
do-records-and-log =
    { $effect ->
        [permit] { $actions } { $records } and to read { $log } { $purposes }
       *[deny] { $actions } { $records } or to read { $log } { $purposes }
    }
do-log = read { $log } { $purposes }
do-log-limited = read { $log }, limited to { $records }, { $purposes }
# Only in a request.
do-anything = have full access to { $records } { $purposes }

# $records.
records-all =
    { $person ->
        [first] my records
        [second] your records
       *[third] the patient’s records
    }
records-of-categories =
    { $person ->
        [first] my { $categories }
        [second] your { $categories }
       *[third] the patient’s { $categories }
    }
records-named =
    { $person ->
        [first] my { $records }
        [second] your { $records }
       *[third] the patient’s { $records }
    }
# The records by their short ids.
records-by-id =
    { $count ->
        [one] record { $ids }
       *[other] records { $ids }
    }
access-log =
    { $person ->
        [first] my access log
        [second] your access log
       *[third] the patient’s access log
    }

# $purposes, if none is named.
purposes-any = for any purpose

# The sentences that follow, each only if the terms say something about it.
full-access = Full access means reading these records, adding to them and referring colleagues to them, but not reading { $log } or computing statistics.
# Beside records that are named one by one.
only-categories = This applies only to { $categories }.
only-period =
    { $effect ->
        [permit] This applies only to records of care that took place entirely { $period }.
       *[deny] This applies only to records of care that took place at any time { $period }.
    }
# Confidentiality. Restricted records are more sensitive than normal ones.
restricted-not-included = Restricted records are not included.
restricted-included = Restricted records are included, but very restricted ones are not.
very-restricted-included = Restricted and very restricted records are included.
# In place of restricted-not-included and labels-not-included.
sensitive-not-included = Records that are restricted or have a sensitivity label are not included.
only-restricted = This applies only to restricted and very restricted records.
only-very-restricted = This applies only to very restricted records.
# Traits of studies.
traits-not-included = Studies that { $traits } are not included.
traits-included = Studies of every kind are included.
traits-unknown-included = Studies that { $traits } are included.
only-traits = This applies only to studies that { $traits }.
# In a consent for a single study.
traits-of-study = This consent also applies if the study is one of those that { $traits }.
only-authors = This applies only to records written by { $institutions }.
only-responsible = This applies only to records for which { $institutions } is responsible.
only-countries =
    { $effect ->
        [permit] This applies only to people who act for an institution in { $countries }.
       *[deny] This applies only to people who act for an institution in { $countries }, and to people who act for no institution.
    }
only-countries-of-studies = This applies only to studies in { $countries }.
log-excluded =
    Because this { $effect ->
        [permit] consent
        [request] request
       *[deny] refusal
    } is limited to certain records, it does not cover { $log }.

# Sensitivity labels, in a consent that allows.
labels-not-included = Records with a sensitivity label are not included.
labels-included = Records with any sensitivity label are included.
# Named labels: $labels.
labels-included-if = Records with a sensitivity label are included only if they have no label other than { $labels }.
only-labelled = This applies only to records with a sensitivity label, and only if they have no label other than { $labels }.
# Sensitivity labels, in a consent that forbids.
only-labels = This applies only to records labelled { $labels }, and to sensitive records whose labels nobody has named yet.

valid-until-revoked =
    This { $effect ->
        [permit] consent
       *[deny] refusal
    } is valid until I revoke it.
valid-from =
    This { $effect ->
        [permit] consent
       *[deny] refusal
    } is valid from { $from } until I revoke it.
valid-until =
    This { $effect ->
        [permit] consent
       *[deny] refusal
    } is valid until { $until }, unless I revoke it earlier.
valid-between =
    This { $effect ->
        [permit] consent
       *[deny] refusal
    } is valid from { $from } until { $until }, unless I revoke it earlier.

# Only in a consent that forbids.
in-emergency-too = It also applies in an emergency.
not-in-emergency = It does not apply in an emergency.

# $period, after "took place entirely" or "took place at any time".
period-from = from { $from } onwards
period-to = before the end of { $to }
period-between = from { $from } to { $to }
period-month = in { $month }

# A consent by its number.
consent-ref = consent { $id } for { $grantee }

# How it is with a consent now.
consent-in-force-since = in force since { $moment }
consent-not-yet = not in force before { $moment }
consent-expired = expired on { $moment }

# What became of it.
consent-granted = Consent { $id } is in force as of { $moment } (block { $block }).
consent-amended = Consent { $id } is amended as of { $moment } (block { $block }).
consent-revoked = Consent { $id } for { $grantee } is revoked as of { $moment } (block { $block }). What was read before cannot be unread.
