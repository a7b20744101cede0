# Who sees what, what a consent would change, stopping everything, and who holds keys.

# How many records of a category somebody can read.
access-all =
    { $count ->
        [one] { $category }: the only one
       *[other] { $category }: all { $count }
    }
access-some = { $category }: { $open } of { $count }
access-none = { $category }: none of { $count }
# By which consents.
access-by = By { $consents }.
# Why the other records of the category are closed. $reason is a sentence.
access-not-others = Not the others: { $reason }

# What a consent would change. $records is for example "3 records".
preview-opens = It would open { $records } that { $grantee } cannot read now.
preview-opens-nothing = It would open no record to { $grantee } that is not open already.
preview-closes = It would close { $records } that { $grantee } can read now.
# How many of these are sensitive.
preview-labelled = With a sensitivity label: { $count }.
preview-restricted = Restricted: { $count }.
preview-very-restricted = Very restricted: { $count }.
preview-already = Already open to { $grantee }: { $records }.

# Stopping everything with one signature.
stop-reading = Nobody but you can read your records or your access log, and no study counts you.
stop-asking = Nobody can ask you for access.
stop-adding-allowed = Those whom you allow to add records can still add them.
stop-adding-stopped = Nobody but you can add records, not even those whom you allow to add them.
stop-past = What was read before cannot be unread.
stop-lifting = Lifting it restores what you have allowed.
stop-in-force = Everything is stopped since { $moment } (consent { $id }).
stop-lifted = The stop is lifted. Your other consents count again.

# Who may hold shares of the keys of new records.
holders-any = Any institution of this network may hold shares of the keys of new records.
holders-only = Only { $holders } may hold shares of the keys of new records.
holders-in-countries = Only institutions in { $countries } may hold shares of the keys of new records.

# Kinds of lines of the log.
log-kind-asked = Asked for access
log-kind-opened = Opened records
log-kind-refused = Was refused
log-kind-permitted = Permitted
log-kind-forbidden = Forbade
log-kind-revoked = Revoked
log-kind-counted = Counted in a study
log-kind-added = Added records
log-kind-changed = Changed records
log-kind-account = Account, keys and representatives
log-kind-shares = Key shares
log-kind-unknown = Of an unknown kind
