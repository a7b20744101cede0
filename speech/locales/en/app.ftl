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
wallet-failed-code-expired = This code has expired. Ask for a new one.
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
wallet-threshold = Any { $threshold } of { $count } parts of its key open it.
wallet-copy-good = intact
wallet-holders-default = Your hospitals choose who holds the parts of your records’ keys.
wallet-holders-chosen = You chose who holds the parts of your records’ keys: { $holders }.
wallet-synced-not = Your names and texts are kept only on this device.
wallet-synced = Your names and texts are also kept, encrypted, at { $institutions }. Only your wallet can read them.

# The registration desk.
wallet-enrol = I agree that { $institution } enrols me as { $role }, with the keys of this wallet.
