# What the wallet's core says. Texts without counted things that the page shows by itself are in page.ftl.

# A request of the page failed.
wallet-failed-input = This cannot be used as it is: { $reason }
wallet-failed-passphrase = The passphrase is wrong.
wallet-failed-passkey = This passkey does not open the wallet. Use your passphrase.
wallet-failed-locked = The wallet is locked. Unlock it first.
wallet-failed-confirm = Confirm that it is you. Then it is signed.
wallet-failed-not-shown = This is not what you saw. Nothing was signed. Look at it again.
wallet-failed-no-network = This page does not know a hospital yet. Open the wallet from your hospital’s address, or scan the code at its registration desk.
wallet-failed-offline = No hospital answers. Check your connection, and try again.
wallet-failed-part = A part of the wallet could not be loaded. Check your connection, and try again. If that does not help, reload the page.
wallet-failed-not-proven = What a hospital sent is not proven, so it is not shown.
wallet-failed-old = The newest state that can be proven is old, so nothing is permitted now. Check the clock of your device, and try again later.
wallet-failed-not-enrolled = Your account is not enrolled yet. Ask at the registration desk of your hospital.
wallet-failed-no-access = No consent allows this.
wallet-failed-too-few = Too few hospitals answer to open this record. Try again later.
wallet-failed-refused = The chain refused this. Nothing has changed.
wallet-failed-changed-member = A hospital’s name or key has changed. Ask the hospital, and confirm the change first.
wallet-failed-pending = This was signed and sent, but it is not final yet. It can still take effect. Look later whether it has.
wallet-failed-update = This wallet is too old for the chain. Load the page again.
wallet-failed-storage = This device does not keep the wallet’s data. Free some space, or allow this page to keep data.
wallet-failed-damaged = What this device keeps of the wallet is damaged. Restore it from your words.
wallet-failed-other = Something went wrong.
wallet-failed-words = These are not the twelve words of a key. Check the spelling and the order.
wallet-failed-other-words = These are not the words of this key.
wallet-failed-short = The passphrase is too short: it needs at least { $count } characters.
wallet-failed-backup = Save your words first. Without them, a lost device takes your key with it.
wallet-failed-code = This is not a registration code of Vouchsafe.
wallet-failed-code-chain = This code is for another network.
wallet-failed-other-chain = This app was made for another network of hospitals. Nothing was signed. Open the app at the address that your hospital gives you.
wallet-failed-code-expired = This code has expired. Ask for a new one.
wallet-failed-code-foreign = This code is not from Vouchsafe.
wallet-failed-code-large = This code is too large to be one of Vouchsafe.
wallet-failed-no-document = The file is empty.
wallet-failed-too-large = The file is too large. You can add files of up to { $most } MiB here.
wallet-failed-unfinished-first = An earlier document is not finished. Finish it or give it up under “Records” first.
wallet-failed-unfinished = The document is not finished, and nothing is lost. It is kept encrypted on this device: you can finish it under “Records”.
wallet-failed-given-up = Your hospitals or the chain do not accept this document. Nothing of it is kept.
wallet-failed-kept-full = There is no room for more documents on this device. Remove some of those that you keep.
wallet-failed-kept-lost = The copy on this device is gone or damaged, so it was removed. Open the record again.
wallet-failed-extension-refused = The extension has not signed, because it was refused. Ask again if you want to go on.
wallet-failed-extension-away = The wallet extension does not answer, or does not have your account any more. Check that it is switched on in this browser and that it allows this page.
wallet-failed-extension-other = The wallet extension has signed something else than what you saw. It was not sent. Check the account in the extension, and update the extension.

# What is signed. The first is in quotes because it is a sentence of its own.
wallet-revoke = I revoke consent { $id }, which says: { $sentence }
wallet-refuse = I refuse the request of { $who }.
wallet-verb-permit = Permit
wallet-verb-forbid = Forbid
wallet-verb-change = Change
wallet-verb-refuse = Refuse
wallet-verb-revoke = Revoke
wallet-verb-stop = Stop everything
wallet-verb-resume = Lift the stop

# What people should know before they sign.
wallet-note-no-end = This has no end. You can revoke it at any time.
wallet-note-read-stays = What was read before cannot be taken back.
wallet-note-carry = Your own part of the records’ key is left with { $institution } for as long as this is in force. So the records open even if one hospital does not answer.
wallet-note-no-carry = Your own part of the records’ key stays with you. The records open only while enough hospitals answer.
wallet-note-still-permitted = Consent { $id } still permits it: { $sentence }
wallet-note-still-denied = Consent { $id } forbids it, so this has no effect as long as that is in force: { $sentence }
wallet-note-stop-reading = Nobody but you can read your records from this block on, and no study counts you.
wallet-note-stop-writing = Hospitals cannot add new records for you either, until you lift it.
wallet-note-stop-emergency = It does not bind in an emergency: doctors who break the glass are logged and reviewed.
wallet-note-resume = What you permitted and forbade before counts again, exactly as it was.
wallet-note-refuse = The asking person is not told why.

# What became of it.
wallet-refused = The request is refused (block { $block }).
wallet-not-carried = Your part of the key of { $records } was not left there: { $reason }
wallet-label-key-not-delivered = Your label key was not delivered to { $institution }. Its records with labels are unclassified until it is.

# What terms would open.
wallet-preview-nothing = This opens none of the records that you have now. It also holds for records that come later.
wallet-preview = This opens { $records } that this person cannot open now.
wallet-preview-sensitive = Of these, { $labelled } with sensitivity labels and { $restricted } restricted.

# The log.
wallet-log-complete = Your log is complete: its { $entries } lead to what the chain proves.
wallet-log-wrong = Your log from { $institution } is not complete: { $reason }
wallet-log-wrong-entry = Your log from { $institution } is not complete. The first entry that does not fit is entry { $entry }.
wallet-log-unread = Your log could not be fetched, so nobody knows whether it is complete: { $reason }

# Consents.
wallet-consent-by = Entered in your name by { $who }.
wallet-consent-in-doubt = Given while your key was lost. It does not count until you confirm it.

# Records.
wallet-record-wrong-content = Marked as entered in error: its content is wrong
wallet-record-wrong-patient = Marked as entered in error: it is another patient’s
wallet-record-by-you = You
wallet-own-account = Your account
wallet-held = { $held } of { $count } have their part of its key.
wallet-threshold = Any { $threshold } of { $count } parts of its key open it.
wallet-copy-good = intact
wallet-holders-default = Your hospitals choose who holds the parts of your records’ keys.
wallet-holders-chosen = You chose who holds the parts of your records’ keys: { $holders }.
wallet-synced-not = Your names and texts are kept only on this device.
wallet-synced = Your names and texts are also kept, encrypted, at { $institutions }. Only your wallet can read them.
wallet-synced-older = { $institution } gave this wallet an older copy of your names and texts than before. Nothing is lost: this device has the newer one.

# The registration desk.
wallet-enrol = I agree that { $institution } enrols me as { $role }, with the keys of this wallet.

# Practitioners.
wallet-failed-patient-code = This is not the code of a patient who is enrolled.
wallet-failed-reason = The reason is too long. Shorten it.
wallet-withdraw = I withdraw request { $id } to { $who }.
wallet-verb-ask = Sign and ask
wallet-verb-withdraw = Withdraw
wallet-note-reason = Only the patient reads your reason: { $reason }
wallet-note-ask = The patient can permit all of it, a part of it, or nothing.
wallet-asked = Your request is with { $who }. It can be answered until { $until } (block { $block }).
wallet-withdrawn = Your request is withdrawn (block { $block }).
# What a registrar signs at the desk, and what is to be known about it.
desk-enrol = I enrol the account { $account } for { $institution }. Kind of account: { $kind }. I have checked who this person is.
desk-affiliate = { $who } works for { $institution } from { $from } on, without an end. Function: { $role }.
desk-affiliate-until = { $who } works for { $institution } from { $from } until { $until }. Function: { $role }.
desk-end = { $who } no longer works for { $institution }, from now on.
desk-status = The account { $who } gets this status: { $status }.
desk-disable = Nobody can sign with the key of { $who } from now on. Somebody else may have had it since { $since }.
desk-enable = { $who } can sign again.
desk-done = It is done and proven: { $sentence }
desk-verb-enrol = Sign and enrol
desk-verb-sign = Sign
desk-note-enrol = Compare an identity document with the person first. An enrolment cannot be taken back, only suspended.
desk-note-other-kind = The code that you showed last was for { $asked }. This answer is for { $role }.
desk-note-waits = Another institution enrolled this person. So it counts when the person has accepted it.
desk-note-end = What patients permitted to this person at your institution ends with it.
desk-note-suspended = Nobody can act with this account until you make it active again.
desk-note-ended = This is final. The account cannot be made active again here.
desk-note-ended-patient = Nobody can act with this account. You can make it active again.
desk-note-disable = What a patient permitted with this key since then does not count until the patient confirms it.
desk-note-enable = What was permitted while the key was lost counts only when the patient confirms it.
desk-no-label-key = The person’s label key was not delivered. Their wallet makes one when it needs it.
desk-failed-damaged = A part of this code is missing or was changed. Scan or copy all of it again.
desk-failed-version = This code was made by another version of Vouchsafe. Load the page again on both devices, and make a new code.
desk-failed-kind = This is a code of Vouchsafe, but not the one that is needed here.
desk-failed-institution = This code was not signed for your institution. Show your code again, and have it signed again.
desk-failed-enrolled = This account is enrolled already.
desk-failed-not-registrar = You are not a registrar of this institution now.
desk-failed-not-allowed = The chain does not let a registrar do this with this account.
desk-failed-account = Nobody is enrolled with this account. Check its address.
desk-failed-name = This name cannot be set. A name has at most 120 bytes and no hidden characters, and the person works or has worked for your institution.
# The patient’s choices: consents that staff enter, holders of keys, studies.
wallet-refuse-assisted = I refuse for good that a hospital’s staff enter consents in my name. This cannot be undone.
wallet-choose-holders = I choose who may hold the keys of my new records. { $choice }
wallet-verb-refuse-all = Refuse all for good
wallet-verb-join = Join
wallet-verb-leave = Leave
wallet-verb-choose = Choose
wallet-note-refuse-assisted = Consents that were entered before stay until you revoke them.
wallet-note-holders = Records that you have already keep the holders that they have. With few holders, a record cannot be opened if several of them do not answer.
wallet-too-few-holders = A record’s key needs at least { $count } institutions that may hold parts of it. Choose more.
wallet-note-leave = What was counted before stays in the results. You can join again.
wallet-assisted-refused = Nobody can enter a consent in your name any more (block { $block }).
wallet-holders-changed = Your choice holds for records that are added from now on (block { $block }).
wallet-assisted-waits = { $signed } of { $institution } has entered a consent in your name. It does not count yet: until { $moment } it waits for a second clinician.
wallet-assisted-waits-authority = { $signed } of { $institution } have entered a consent in your name. It does not count yet: until { $moment } it waits for a health authority.
wallet-study-round-costs = Each round uses { $cost } of your privacy budget.
wallet-study-unreadable = What the study asks cannot be read now: { $reason }
wallet-study-has-left = You have left this study with consent { $id }.
wallet-budget = You have { $left } of your { $budget } units of privacy budget left until { $moment }. Then a new year begins.
wallet-counted-in = Round { $round } of study { $study }, counted by { $who }
# Documents of one’s own: what is signed, and what comes of it.
wallet-add = I add a document to my records: { $title } ({ $category }, { $period }).
wallet-add-labels = Its sensitivity labels: { $labels }.
wallet-add-confidentiality = Its confidentiality: { $level }.
wallet-add-note = I add a note to the record { $record }: { $note }
wallet-finish = I finish adding { $title } to my records.
wallet-label = I name the sensitivity labels of the record { $record }: { $labels }.
wallet-verb-add = Encrypt and add
wallet-verb-finish = Finish adding
wallet-verb-label = Name the labels
wallet-you = you
wallet-note-keys = The key is shared among { $holders }. None of them alone can open the document.
wallet-note-add = Your consents decide who may see it, as for your other records.
wallet-note-note = The record itself stays as it is. The note belongs to it and can be seen by those who may see this kind of record.
wallet-note-label = A label cannot be taken off again. Your consents that name this label then count for this record.
wallet-note-title = Note on { $record }
wallet-no-title = Give the document a title of at most { $most } characters.
wallet-no-note = Write a note of at most { $most } characters.
wallet-no-label = Choose at least one label.
wallet-added = { $title } is in your records (block { $block }).
wallet-added-partly = { $institutions } did not confirm a part of the key yet. You can finish this later under “Records”.
wallet-labels-added = The record { $record } now has the labels { $labels }.
wallet-unfinished-ready = It is in your records.
wallet-unfinished-missing = It is in your records. A part of its key has not arrived at { $institutions } yet.
wallet-unfinished-not-added = It is not in your records yet. It is kept encrypted on this device.
wallet-kept = Version { $version }, kept on this device on { $time }. There may be a newer version.
wallet-waiting-adding = Encrypting the document, sending it to your hospitals, and waiting until they confirm it
wallet-waiting-file = Fetching the document and writing it into the file
