# Who acts for a patient.

# What a representative may do: a list after "may".
scope-requests = answer access requests
scope-consents = manage consents
scope-records = add or label records
scope-holders = choose who holds the keys of records
# A number that this version of the program does not know.
scope-unknown = do something unknown (scope { $number })
# Before the others, if it is by law.
scope-by-law = read the records as well as the access log
# $scopes is the list.
scopes-until = { $scopes }, until { $until }

# Why the law lets somebody act for a patient, after "as".
legal-basis-parent = a parent
legal-basis-guardian = a guardian appointed by a court
legal-basis-attorney = the holder of a power of attorney
legal-basis-executor = an executor

# By whom somebody represents a patient. $scopes follows "may".
representation-appointed = { $patient } appointed { $who } as a representative, who may { $scopes }.
representation-by-law = { $who } is registered to act for { $patient } by law as { $basis }, and may { $scopes }.
representation-attested = { $authority } has attested this.

# Whether a representation is in force, and if not, why and what to do.
force-in-force = { $who } can act for { $patient } now.
force-suspended = { $who } is suspended and cannot act for { $patient }. Ask the institution that enrolled { $patient }: it or a health authority has suspended { $who }, and who did so can lift it.
force-not-for-standing = { $who } cannot act for { $patient } now. Executors act for patients who have died, all other representatives for patients who live, and nobody for an account that is closed or merged. If the status of { $patient } is wrong, ask the institution that enrolled { $patient }.
force-standby = { $patient } appointed { $who } on standby. If { $patient } cannot act, two attested clinicians of a hospital have to activate the appointment. Otherwise { $patient } can appoint { $who } again without standby.
force-in-doubt = The key of { $patient } counted as lost or stolen when it appointed { $who }, so the appointment is not in force. { $patient } can appoint { $who } again.
force-not-attested = A health authority has to attest that { $who } acts for { $patient }.
force-objected = { $patient } objected to { $who }, who cannot act for { $patient } until a health authority has attested this once more.
force-waits = { $who } can act for { $patient } from { $from } on.

# What a representative says or does for a patient. $text is one or more sentences.
acts-for = { $who } acts for { $patient }.
said-for = { $who }, for { $patient }: “{ $text }”

# A consent that a representative gave, after what it does.
consent-quoted-for = It says, as { $who } gave it for the patient: “{ $text }”
# A permit by law. Nobody says it, so it does not say "I". $what is that of a consent.
law-allows = The law allows { $grantee } to { $what }, as { $authority } has attested.
law-valid-from = This is valid from { $from } until the representation ends.
law-valid-between = This is valid from { $from } until { $until }, unless the representation ends earlier.
