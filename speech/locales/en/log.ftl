# Lines of a patient's log.

# $actor.
actor-at = { $who } of { $institution }
actor-on-behalf = { $who } on behalf of { $principal }

log-enrolled = { $actor } enrolled the patient
log-status-set = { $actor } set the patient’s status to { $status }
log-signing-disabled = { $actor } reported the patient’s key as lost since { $since }
log-signing-enabled = { $actor } reported the patient’s key as found again
log-encryption-key-set = { $actor } changed their encryption key
log-consent-granted =
    { $effect ->
        [permit] { $actor } granted access to { $grantee } (consent { $id })
       *[deny] { $actor } denied access to { $grantee } (consent { $id })
    }
log-consent-amended = { $actor } amended { $consent } (revision { $revision })
log-consent-revoked = { $actor } revoked { $consent }
log-consent-proposed = { $actor } proposed a consent for { $grantee } in the patient’s name. A second clinician has to confirm it
log-consent-assisted = { $actor } entered consent { $id } for { $grantee } in the patient’s name, as the last one who had to agree. It begins to count after a delay, which is usually a day. The patient can revoke it before then, or refuse such consents for good
log-consent-awaits-authority = { $actor } agreed to a consent for { $grantee } in the patient’s name, as the second of two. A health authority has to confirm it too
log-counted = { $actor } contributed the patient to round { $round } of { $study }
log-assisted-refused = { $actor } refused for good that others enter consents in the patient’s name
log-consent-confirmed = { $actor } confirmed { $consent }
log-request-submitted = { $actor } asked for access for { $grantee } (request { $request })
log-request-submitted-own = { $actor } asked for access (request { $request })
log-request-approved = { $actor } approved request { $request } ({ $consent })
log-request-denied = { $actor } denied request { $request }
log-request-withdrawn = { $actor } withdrew request { $request }
log-records-created = { $actor } added { $records }
log-record-created = { $actor } added record { $record }
log-version-added = { $actor } added version { $version } of record { $record }
log-wider-version-added = { $actor } added version { $version } of record { $record }, and extended its months, added labels or raised its confidentiality
log-labelled = { $actor } set the labels of record { $record } to: { $labels }
log-entered-in-error = { $actor } marked record { $record } as { $status }
log-mark-taken-back = { $actor } took back the mark of record { $record }: it counts again
log-mark-proposed = { $actor } proposed to mark record { $record } as { $status }. A second person has to confirm it
log-mark-back-proposed = { $actor } proposed to take back the mark of record { $record }. A second person has to confirm it
log-labels-proposed = { $actor } proposed to add labels to record { $record }: { $labels }. A second person has to confirm it
log-death-proposed = { $actor } proposed to declare the patient deceased. A second person has to confirm it
log-death-back-proposed = { $actor } proposed to take back that the patient is deceased. A second person has to confirm it
log-new-key-proposed = { $actor } proposed to give the patient’s account a new key, { $key }. A second person has to confirm it, and then a health authority has to attest it
log-responsibility-moved = { $actor } made { $institution } responsible for record { $record }
log-share-acknowledged = { $holder } acknowledged its key share of record { $record } (version { $version })
log-many-shares-acknowledged = { $holder } acknowledged its key shares of { $versions }
log-share-lost = { $holder } lost its key share of record { $record } (version { $version })
log-many-shares-lost = { $holder } lost its key shares of { $versions }
log-holders-chosen = { $actor } chose who holds the keys of future records
log-guardians-set = { $actor } named guardians, who can together give the patient’s account a new key. They count from { $from } on
log-key-change-began = { $actor } began to replace the patient’s key with a new one, { $key }. This can be finished from { $from } on. Until it is finished, the hospital can end it by disabling the patient’s key, and the patient can end it with: vouchsafe recovery object
log-key-change-ended = { $actor } ended the change to the new key { $key }. The account keeps its present key
log-recovery-began = { $actor }, a guardian, began to give the patient’s account a new key, { $key }. Other guardians have to approve it. Unless the patient’s key is disabled, the patient can object with: vouchsafe recovery object
log-recovery-approved = { $actor }, a guardian, approved the new key { $key }. More guardians have to approve it
log-recovery-approved-enough = { $actor }, a guardian, approved the new key { $key }, and no other approval is needed. It can replace the present key from { $from } on. Unless the patient’s key is disabled, the patient can object until it does, with: vouchsafe recovery object
log-recovery-proposed = { $actor } confirmed the proposal to give the patient’s account a new key, { $key }. A health authority has to attest it. The patient can object, even if the patient’s key is disabled, with: vouchsafe recovery object
log-recovery-attested = { $actor } attested the new key { $key }. The patient has objected, so an authority has to attest it once more
log-recovery-attested-enough = { $actor } attested the new key { $key }. It can replace the present key from { $from } on. Unless the patient has objected before, the patient can object until it does, even if the patient’s key is disabled, with: vouchsafe recovery object
log-recovery-objected = { $actor } objected to the new key { $key }. It needs two attestations by a health authority now, and the patient cannot object again
log-recovery-objected-ended = { $actor } objected to the new key { $key }. The account does not get it
log-key-replaced = { $actor } finished the change to the new key { $key }. It signs for the patient’s account from now on. The former key signs nothing any more
log-consent-by-law = { $actor } gave { $grantee } the permit to read by law (consent { $id })
log-appointed = { $actor } appointed { $who } as the patient’s representative, who may { $scopes }
log-appointed-standby = { $actor } appointed { $who } on standby as the patient’s representative, who may then { $scopes }. The appointment is not in force until two clinicians have activated it because the patient cannot act
log-representative-ended = { $actor } ended the representation of the patient by { $who }
log-representation-given-up = { $actor } gave up representing the patient
log-activated = { $actor } confirmed that the patient cannot act. { $who }, whom the patient appointed on standby, can act for the patient from now on
log-registered = { $actor } confirmed the registration of { $who }, who is to act for the patient by law as { $basis }, and may then { $scopes }. A health authority has to attest it
log-attested = { $actor } attested that { $who } acts for the patient by law. This is in force from { $from } on, unless it is suspended. A patient who has a key and has not objected before can object once, even if the key is disabled, with: vouchsafe represent object
log-representative-objected = { $actor } objected to { $who }, who cannot act for the patient until a health authority has attested this once more. The patient cannot object to { $who } again
log-representative-suspended = { $actor } suspended { $who }, who can neither act for the patient nor read by law now
log-representative-restored = { $actor } lifted the suspension of { $who } as the patient’s representative
log-ward-enrolled = { $actor } enrolled the patient, whose account has no key, as { $first } had proposed
log-activation-proposed = { $actor } proposed to activate { $who }, whom the patient appointed on standby, because the patient cannot act. A second clinician has to confirm it
log-registration-proposed = { $actor } proposed to register { $who }, who is to act for the patient by law as { $basis }, and may then { $scopes }. A second person has to confirm it, and then a health authority has to attest it

# An opening: $what is one of the following, or two joined by "and".
log-opened = { $actor } { $what }
opened = opened { $records }
opened-own = opened their own { $records }
opened-own-many = opened { $records } of their own
opened-refused = was refused access to { $records }
opened-nothing = opened nothing
# Records, and what opened them.
opened-by-consent = { $records } (consent { $consent })
opened-by-consents =
    { $count ->
        [one] { $records } (consent { $consents })
       *[other] { $records } (consents { $consents })
    }
opened-by-break-glass = { $records } (break-glass)

log-for-purpose = { $line } { $purpose }

# Openings of the same records, shortly after each other.
log-repeated = { $line } ({ $often })
log-repeated-until = { $line } ({ $often }, the last at { $last })
log-times = { $count } times
log-times-at-most = each at most { $count } times

# An entry that this version of the program does not know.
log-unknown = an entry of an unknown kind; update this program to read it
# Entries that are shown one by one only on demand.
log-shares =
    { $count ->
        [one] { $count } entry about key shares
       *[other] { $count } entries about key shares
    }
log-shares-acknowledged = { $entries }, acknowledged by { $holders }
