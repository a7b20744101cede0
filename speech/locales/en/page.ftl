# The texts of the wallet's page. The build turns them into a table for the page, so they have no
# selectors and no references, and each is one line. Texts with counted things are in wallet.ftl.

## Everywhere
page-app-name = Vouchsafe
page-skip-to-content = Skip to content
page-nav-home = Home
page-nav-requests = Requests
page-nav-consents = Consents
page-nav-records = Records
page-nav-log = Log
page-nav-settings = Settings
page-nav-hospitals = Hospitals
page-nav-access = Who sees what
page-nav-main = Main navigation
page-back = Back
page-cancel = Cancel
page-close = Close
page-continue = Continue
page-save = Save
page-done = Done
page-ok = OK
page-edit = Change
page-remove = Remove
page-copy = Copy
page-copied = Copied
page-print = Print
page-try-again = Try again
page-show-more = Show more
page-details = Details
page-filter = Filter
page-filters-clear = Remove all filters
page-sort = Sort by
page-choose = Choose
page-loading = Loading
page-new = New
page-any = Any
page-from = From
page-until = Until

## What is proven, and what is somebody’s word
page-proof-block = Block { $block }
page-proof-final = final
page-proof-complete = Your log is complete
page-proof-checked-here = This device has checked this itself.
page-proof-word-of = As { $who } says. This cannot be proven.
page-proof-names = Names of people come from their hospital and are not proven.
page-proof-log-times = Times in the log come from the hospital and are not proven.
page-proof-behind = { $who } is behind the other hospitals.

## Waiting
page-wait-enrolment = Waiting until your account is confirmed
page-wait-camera = Starting the camera

## Welcome
page-welcome-heading = Your medical records in your hands
page-welcome-intro = With this app you decide who may see your medical records. You read them yourself, and you see who saw them and why.
page-welcome-language = Language
page-welcome-new = I am new here
page-welcome-new-hint = Make a new key. You need it at the registration desk.
page-welcome-restore = I already have a key
page-welcome-restore-hint = Restore it with your 12 words, your printed sheet or a file.
page-welcome-extension = Use a wallet extension of this browser
page-welcome-extension-hint = An extension such as polkadot-js signs for you.
page-welcome-no-extension = This browser has no wallet extension.
page-welcome-install = Install this app
page-welcome-install-hint = Put this page on your home screen. Then it opens like an app, and your device does not delete its data.
page-welcome-install-ios = Tap “Share”, then “Add to Home Screen”.
page-welcome-limits-heading = What this app cannot do
page-welcome-limits-read = It cannot take back what somebody has already read.
page-welcome-limits-key = Nobody can give you a lost key again. Keep your printed sheet in a safe place.
page-welcome-limits-outside = It cannot see what happens to a record outside this system.

## A new key
page-create-heading = Make your key
page-create-intro = Your key is made on this device and never leaves it. It belongs to you alone.
page-create-passphrase = Passphrase
page-create-passphrase-repeat = Repeat the passphrase
page-create-passphrase-hint = At least 12 characters. Several words that do not belong together are good.
page-create-passphrase-short = This passphrase is too short.
page-create-passphrase-differs = The two passphrases are not the same.
page-create-passphrase-show = Show the passphrase
page-create-passkey-hint = Your device unlocks the app. The passphrase is then needed only if that fails.
page-create-passkey-missing = This browser cannot do this. Choose a passphrase.
page-create-button = Make the key

## The words
page-words-heading = Your 12 words
page-words-intro = These words are your key. With them you get everything back if you lose this device. Whoever has them can act in your name.
page-words-show = Show the words
page-words-hide = Hide the words
page-words-print = Print the sheet
page-words-print-hint = The sheet has the words and a QR code. Keep it where you keep your passport. Do not photograph it.
page-words-save = Save the sheet as a file
page-words-sheet-title = Vouchsafe: your key
page-words-sheet-keep = Keep this sheet secret and safe. Whoever has it can read your records and act in your name.
page-words-sheet-use = To restore: open the app, choose “I already have a key” and scan this code or enter the words.
page-words-sheet-account = Account
page-words-sheet-date = Made on { $moment }
page-words-sheet-encryption = This sheet holds your encryption key only. Your extension keeps the key that signs.

## Backup check
page-check-heading = Check your backup
page-check-intro = Show that you can use your sheet. You need this before your first consent.
page-check-words = Your words
page-check-right = Your backup works.
page-check-wrong = These are not the words of this key. Compare them with the sheet.
page-check-later = Later
page-check-missing = You have not checked your backup yet. Do it before your first consent.

## Restore
page-restore-heading = Restore your key
page-restore-intro = Choose what you have.
page-restore-scan = Scan the printed sheet
page-restore-words = Enter or paste the 12 words
page-restore-file = Choose a file
page-restore-file-hint = A saved sheet, a polkadot-js file (JSON) or a key file of the command line (version 2).
page-restore-file-passphrase = Passphrase of the file
page-restore-button = Restore

## Lock
page-unlock-button = Unlock
page-unlock-passkey = Unlock with your passkey
page-unlock-passphrase = Passphrase
page-unlock-passkey-failed = The passkey did not work. Try again, or use the passphrase.
page-unlock-to-sign = Unlock to sign
page-unlock-lost = I have lost my device or my passphrase
page-unlock-other = Use another key
page-lock-now = Lock now
page-lock-locked = The app is locked
page-lost-heading = If your device is lost
page-lost-disable = Go to the registration desk of a hospital, or call it. It can disable signing with your key, so that nobody can act in your name.
page-lost-restore = If you have your sheet, restore your key on another device.
page-lost-new = If you have no sheet, your guardians can give your account a new key. If you have no guardians, the hospital that enrolled you can, together with a health authority. It takes about a week. Ask at the registration desk. Nobody can bring back what only your lost key could open.

## At the registration desk
page-desk-heading = At the registration desk
page-desk-intro = Here a hospital confirms who you are. Ask for the code at the desk.
page-desk-step-scan = 1. Scan the code of the desk
page-desk-step-check = 2. Check what is asked
page-desk-step-show = 3. Show your code
page-desk-step-wait = 4. Wait for the confirmation
page-desk-scan = Scan the code
page-desk-link-field = Code from the desk
page-desk-file = Open a file instead
page-desk-institution-proven = The name of the hospital is proven.
page-desk-chain = Chain
page-desk-what-happens = The hospital sees your account and its public keys. It does not see your key.
page-desk-sign = Sign
page-desk-save = Save the code as a file
page-desk-send-link = Copy the code as text
page-desk-done = You are enrolled at { $institution }

## Camera and codes
page-scan-hint = Hold the code in front of the camera.
page-scan-no-camera = There is no camera, or the app may not use it. Use a link or a file.
page-scan-no-reader = Codes cannot be read here now. Use a link or a file.
page-scan-damaged = This code cannot be read completely. Try again.
page-code-label = QR code

## Home
page-home-heading = Home
page-home-waiting = Waiting for you
page-home-nothing-waits = Nothing waits for you.
page-home-since = Since your last visit
page-home-nobody = Nobody has opened your records since your last visit.
page-home-stop = Stop everything
page-home-stop-hint = Forbid everyone access with one signature
page-home-assisted = A consent in your name is about to begin
page-home-assisted-refuse = Refuse all such consents for good
page-home-assisted-refused = Nobody can enter consents in your name.
page-home-not-enrolled = You are not enrolled yet. Go to the registration desk of a hospital.
page-home-backup = Check your backup
page-home-see-log = See the log

## Requests
page-requests-heading = Requests
page-requests-none = Nobody asks for access.
page-requests-none-hint = When a practitioner asks to see your records, the request appears here.
page-request-heading = Request for access
page-request-licence-none = Not attested by an authority
page-request-reason = Reason
page-request-sentence = What you would allow
page-request-expires = Answer by { $moment }
page-request-would-open = What this would open
page-request-would-open-nothing = This would open none of your records.
page-request-sees-already = What this person sees already
page-request-sees-nothing = This person sees none of your records now.
page-request-sensitive = With sensitivity labels
page-request-restricted = Restricted
page-request-narrow = Allow less
page-request-narrow-hint = You can leave out whatever you like. The list shows what would remain.
page-request-narrow-category = By category
page-request-narrow-record = By record
page-request-narrow-time = By time
page-request-narrow-duration = For how long
page-request-narrow-reset = As it was asked for
page-request-narrowed = You allow less than was asked for.
page-request-carry = Also send my part of the key
page-request-approve = Allow
page-request-deny = Refuse
page-request-later = Decide later
page-request-deny-hint = The person learns that you refused, not why.

## Consents
page-consents-heading = Consents
page-consents-intro = Here you see what you allow and what you forbid.
page-consents-permits = What you allow
page-consents-denials = What you forbid
page-consents-planned = Planned
page-consents-past = Past
page-consents-none = You have given no consent yet. Nobody but you can read your records, outside emergencies.
page-consents-new = New consent
page-consents-agreed-in = You agreed to this text in { $language }.
page-consents-agreed-now = In your language now
page-consents-text-lost = The text that you agreed to is not on this device. This sentence is made again from what is on the chain.
page-consents-number = Consent { $id }
page-consents-studies = Studies

## A new or changed consent
page-consent-new-heading = New consent
page-consent-amend-heading = Change a consent
page-consent-effect = What do you want?
page-consent-permit = Allow access
page-consent-deny = Forbid access
page-consent-who = Who?
page-consent-what = What?
page-consent-what-all = All records
page-consent-what-categories = Certain categories
page-consent-what-records = Certain records
page-consent-actions = What may they do?
page-consent-action-read = Read
page-consent-action-write = Add records
page-consent-action-refer = Refer colleagues
page-consent-action-log = Read the access log
page-consent-action-aggregate = Count in statistics
page-consent-why = What for?
page-consent-why-any = For any purpose
page-consent-long = How long?
page-consent-long-revoked = Until I revoke it
page-consent-long-until = Until a day
page-consent-period = Only care in this period
page-consent-more = More conditions
page-consent-labels = Sensitive records
page-consent-labels-not = Do not include
page-consent-labels-some = Include only certain labels
page-consent-labels-all = Include all
page-consent-labels-only = Only these labels
page-consent-restricted = Restricted records
page-consent-restricted-not = Do not include
page-consent-restricted-yes = Include restricted records
page-consent-restricted-very = Include very restricted records too
page-consent-emergency-hint = Then your records stay closed even if your life is in danger.
page-consent-becomes = From now on
page-consent-amend = Change

## Revoking
page-revoke = Revoke

## Who sees what
page-access-heading = Who sees what
page-access-intro = This is computed on your device, with the same rules as at the hospitals.
page-access-who = Who
page-access-all = All
page-access-some = Some
page-access-none = None
page-access-ask-heading = What would somebody see now?
page-access-ask-who = Person
page-access-ask-button = Show
page-access-empty = Nobody can see your records, outside emergencies.

## Stop everything
page-stop-heading = Stop everything
page-stop-intro = With one signature you forbid everyone access.
page-stop-what-stops = What stops
page-stop-readers = Nobody but you can read your records or your log.
page-stop-studies = No study counts you any more.
page-stop-writing = May hospitals still add new records?
page-stop-writing-yes = Yes, new records may be added
page-stop-writing-no = No, nothing may be added either
page-stop-emergency = Should it hold in an emergency too?
page-stop-emergency-no = No, clinicians may open my records in an emergency
page-stop-emergency-yes = Yes, nobody may open them even in an emergency
page-stop-past = What was read before cannot be taken back.
page-stop-lift = Lift the stop
page-stop-lift-heading = Lift the stop?
page-stop-lift-hint = Then your other consents count again as before.
page-stop-done = Everything is stopped.

## Records
page-records-heading = Records
page-records-by-time = By time
page-records-by-category = By category
page-records-by-hospital = By hospital
page-records-search = Search in titles
page-records-search-hint = Titles are encrypted. Only records that you have opened can be found by their titles.
page-records-none = There are no records about you yet.
page-records-none-found = No record fits.
page-records-not-opened = Not opened yet
page-records-open = Open
page-records-open-chosen = Open the chosen records
page-records-open-limit = You can open up to 16 records with one signature.
page-records-open-hint = The opening is recorded in your log.
page-records-add = Add a document
page-records-offline = On this device

## A record
page-record-heading = Record
page-record-number = Record { $id }
page-record-category = Category
page-record-author = Written by
page-record-versions = Versions
page-record-version = Version { $number }
page-record-newest = newest
page-record-holders = Who holds the key
page-record-copies = Check every copy
page-record-keep = Keep on this device
page-record-keep-hint = It is stored encrypted, so that you can read it offline.
page-record-kept = Kept on this device
page-record-forget = Remove from this device
page-record-download = Save the file
page-record-not-shown = This kind of file cannot be shown here. You can save it.
page-record-large = This document has { $size }. It is saved straight to a file.
page-record-size = Size: { $size }
page-record-checked = The content is what was recorded.
page-record-labels-name = Name the labels
page-record-labels-name-hint = A hospital marked this record as sensitive without saying why. Name the reason, so that your consents can distinguish this record.
page-record-wrong = Something is wrong here
page-record-wrong-hint = Your note is added to the record. The record itself stays as it is. Those who may see this kind of record can see your note.
page-record-viewer = Document
page-record-zoom-in = Larger
page-record-zoom-out = Smaller
page-record-viewer-failed = The document cannot be shown. You can save it.
page-record-fit = Fit the width
page-record-loading = Loading the document …
page-record-page = Page
page-record-page-of = Page { $page } of { $count }
page-record-needs-password = This document needs a password. Save it and open the file.
page-record-too-large = This document is too large to be shown. You can save it.
page-record-too-many-pages = This document has too many pages to print from here. Save it and print the file.
page-image = Image
page-image-compressed = This image is compressed in a way that cannot be shown here. You can save it.
page-image-ct = Computed tomography (CT)
page-image-date = Date
page-image-frames-hint = Page Up and Page Down show the other images.
page-image-hint = On the image, drag with the mouse or press the arrow keys to change brightness and contrast.
page-image-kind = Kind
page-image-level = Level (brightness)
page-image-mammogram = Mammogram
page-image-mr = Magnetic resonance (MRI)
page-image-nuclear = Nuclear medicine
page-image-original = As in the file
page-image-pet = PET scan
page-image-size = Size
page-image-ultrasound = Ultrasound
page-image-vessels = X-ray of blood vessels
page-image-window = Window (contrast)
page-image-x-ray = X-ray
page-record-range = Normal range
page-record-date = Date

## Adding a document
page-upload-heading = Add a document
page-upload-file = Choose a file
page-upload-photo = Take a photo
page-upload-title = Title
page-upload-title-hint = The title is encrypted.
page-upload-category = Category
page-upload-month = Month of care
page-upload-labels = Sensitivity labels
page-upload-confidentiality = Confidentiality
page-upload-note = Your note
page-upload-too-large = The file is too large.

## Log
page-log-heading = Access log
page-log-intro = Everything that was done with your records and consents.
page-log-none = Nothing has been recorded yet.
page-log-none-found = No entry fits.
page-log-filter-person = Person
page-log-filter-hospital = Hospital
page-log-filter-kind = What happened
page-log-entry = Entry { $number }
page-log-block = Block { $block }
page-log-verify = Check the log
page-log-export = Save the log as a file
page-log-export-hint = Anybody can check the file with: vouchsafe audit verify --file
page-log-report = I did not expect this
page-log-report-hint = Ask the privacy officer of the institution. You can also revoke the consent.

## Hospitals
page-hospitals-heading = Hospitals with your records
page-hospitals-none = No hospital holds records about you.
page-hospitals-since = Since { $month }
page-hospitals-holds-keys = Holds parts of your keys
page-hospitals-holders = Who may hold keys of new records
page-hospitals-holders-change = Choose who holds keys
page-hospitals-holders-hint = Together they can help you if a hospital fails. None of them can open a record alone.
page-hospitals-countries = Countries in which keys are held
page-hospitals-changed = The key of { $who } has changed
page-hospitals-changed-hint = Ask the hospital whether this is right. Until you confirm it, nothing new goes there.
page-hospitals-changed-confirm = I have asked, and it is right

## Settings
page-settings-heading = Settings
page-settings-appearance = Appearance
page-settings-appearance-system = As on this device
page-settings-appearance-light = Light
page-settings-appearance-dark = Dark
page-settings-lock = Lock
page-settings-passphrase-change = Change the passphrase
page-settings-passphrase-old = Old passphrase
page-settings-passphrase-changed = The passphrase is changed.
page-settings-passkeys = Passkeys
page-settings-passkey-add = Add a passkey
page-settings-passkey-none = No passkey
page-settings-backup = Backup
page-settings-backup-print = Print the sheet again
page-settings-devices = Devices
page-settings-devices-hint = Restore your key on a second device with your sheet. It then has the names and texts, too.
page-settings-storage = Storage
page-settings-storage-persistent = This device keeps the app’s data.
page-settings-storage-not-persistent = This device may delete the app’s data. Install the app, and keep your sheet.
page-settings-version = Version
page-settings-version-hash = Hash of this version
page-settings-version-matches = This version is the published one.
page-settings-version-differs = This version is not the published one.
page-settings-version-unknown = Whether this version is the published one has not been checked.
page-settings-version-earlier = This is an earlier version. The published one is { $version }.
page-settings-version-none = The hospitals have not published a version yet, so it cannot be compared.
page-settings-version-differs-hint = Do not enter your words or passphrase here. Tell your hospital, and use the app of another hospital.
page-settings-version-published = Hash of the published version
page-settings-update = There is a new version
page-settings-update-hint = Your data stays as it is.
page-settings-update-button = Use the new version
page-settings-account = Account
page-settings-names = Names that you know
page-settings-remove-key = Remove the key from this device
page-settings-remove-key-hint = Your account and records stay. You need your sheet to come back.

## Signing and confirming
page-sign-heading = Please confirm
page-sign-you-sign = You sign this:
page-sign-with-extension = Your extension asks you to sign.
page-sign-signed = Signed
page-sign-final = Done. This is final.

## Errors
page-error-heading = That did not work
page-error-nothing-signed = Nothing was signed.
page-error-signed-maybe = You have signed, but it is not certain whether it arrived. Look again in a minute before you repeat it.
page-error-internal = The app has made a mistake. Reload the page.
page-error-reload = Reload

## Offline
page-offline-heading = You are offline
page-offline-state = You see the last state that was checked, as of { $moment }.
page-offline-no-signing = Nothing can be signed while you are offline.

## Practitioners
page-practice-nav-patients = Patients
page-practice-heading = Your patients
page-practice-acting-for = You act for { $institution }
page-practice-no-institution = You do not work for an institution at present. Ask the registration desk.
page-practice-scan = Scan the code of a patient
page-practice-code = Code of the patient
page-practice-code-hint = Patients find it in this app under “Requests”, as “My code”. You can also paste the address of an account.
page-practice-find = Find the patient
page-practice-choose = Choose a known patient
page-practice-choose-none = Patients whom you have asked for access appear here.
page-practice-patient = Patient
page-practice-institution = You act for
page-practice-ask-heading = Ask for access
page-practice-ask-categories = Which records?
page-practice-ask-all = All records
page-practice-ask-some = Only some kinds of records
page-practice-ask-period = From which time? Leave it empty for all.
page-practice-ask-duration = For how long?
page-practice-ask-for = For whom?
page-practice-ask-reason = Reason
page-practice-ask-reason-hint = Only the patient reads it.
page-practice-ask-review = Look at the request
page-practice-ask-missing = Choose at least one kind of record.
page-practice-requests = Your requests
page-practice-requests-none = You have not asked for anything.
page-practice-asked-at = Asked: { $moment }
page-practice-request-until = Can be answered until { $moment }
page-practice-request-waiting = Waiting for an answer
page-practice-request-gone = No longer waiting
page-practice-request-gone-hint = The patient has answered, or it was withdrawn. The answer itself is shown only to the patient. What you may read is shown with the patient.
page-practice-request-expired = Expired
page-practice-withdraw = Withdraw
page-practice-open-heading = What is open to you now
page-practice-open-none = Nothing is open to you now.
page-practice-open-hint = The patient sees that you opened it, when and why.
page-practice-open-named-by = Each of these records is proven. { $who } says that there are no others. This cannot be proven.
page-practice-open-none-named-by = { $who } says this. It cannot be proven.
page-practice-open-more = There are more records than are shown here.
page-practice-time-left = Open for another { $time }
page-practice-time-over = This document is closed. An opening ends after some minutes.
page-practice-not-kept = Nothing about your patients is kept on this device.
page-practice-save-hint = A file that you save stays on this device.

## A patient’s own code
page-code-own-heading = My code
page-code-own-show = Show my code
page-code-own-intro = Let a doctor or nurse scan this code. They can then ask you for access to your records.
page-code-own-contents = The code has the address of your account and the network that it belongs to. It says nothing about your health, and nobody can read or sign anything with it.

## Registration desk
page-registrar-heading = Registration desk
page-registrar-show = Show this code to the person
page-registrar-check-hint = Compare the person’s identity card before you sign.
page-registrar-name = Name of the person
page-registrar-kind = Kind of account
page-registrar-role = Function
page-registrar-names = Staff
page-registrar-names-hint = Patients of this institution see these names in their log and in requests.
page-registrar-names-none = No names yet
page-registrar-account = Account
page-registrar-for = Institution
page-registrar-none = You are not a registrar now.
page-registrar-none-hint = Your institution decides who registers people for it. Ask there.
page-registrar-step-code = 1. Show your code
page-registrar-make = Make a code
page-registrar-code-until = Valid until { $moment }
page-registrar-copy-link = Copy as a link
page-registrar-new-code = Another code
page-registrar-step-answer = 2. Read the person’s code
page-registrar-answer-field = Code or link from the person
page-registrar-next = Give a function and a name
page-registrar-find = Find an account
page-registrar-find-hint = To give somebody a function, or to suspend an account.
page-registrar-find-field = Address or code of the account
page-registrar-find-button = Show the account
page-registrar-status = Status
page-registrar-enrolled-by = Enrolled by
page-registrar-name-field = Name that patients see
page-registrar-name-hint = It is your institution’s word, and is kept at its custodian, not on the chain.
page-registrar-name-save = Save the name
page-registrar-name-remove = Remove the name
page-registrar-name-saved = The names are saved.
page-registrar-work = Function
page-registrar-work-from = From { $from }, without an end
page-registrar-work-until = From { $from } until { $until }
page-registrar-work-ended = Ended
page-registrar-work-waits = Not accepted yet
page-registrar-work-none = This person does not work here.
page-registrar-work-last = Last day (UTC)
page-registrar-work-last-hint = Leave it empty if there is no end.
page-registrar-work-change = Change the function
page-registrar-work-give = Give this function
page-registrar-work-end = End the function now
page-registrar-work-not-yours = Only the institution itself can change this.
page-registrar-status-new = New status
page-registrar-status-set = Set the status
page-registrar-key = Key lost or stolen
page-registrar-key-since = Since which day (UTC)
page-registrar-key-since-hint = At most 30 days ago. Leave it empty for now.
page-registrar-key-disable = Disable signing
page-registrar-key-enable = Enable signing again
page-registrar-key-disabled = Signing with this key is disabled. Somebody else may have had it since { $moment }.

## Added by the page
page-hide = Hide
page-show-again = Show again
page-step = Step { $number } of { $total }
page-passphrase-new = New passphrase
page-create-passphrase-heading = Choose a passphrase
page-words-hidden = The words are hidden. Make sure that nobody looks at your screen.
page-words-again = Show the words again
page-check-button = Check
page-restore-words-hint = You can also paste the text of the sheet’s code.
page-desk-institution-not-proven = The name of the hospital is not proven. Ask at the desk whether it is right.
page-desk-role = Enrolled as
page-person-attested = Licence attested
page-person-name = Name
page-person-name-own = This name is proven, or you gave it yourself.
page-proof-is-old = This state is old. It is as of { $moment }. There may be something new that you do not see.
page-proof-log-incomplete = Your log is not complete
page-consents-permit = Allowed
page-consents-denial = Forbidden
page-consents-none-current = At present you allow nobody anything.
page-consents-current-count = Consents in force
page-consent-who-search = Search for a name or a hospital
page-consent-why-some = For certain purposes
page-consent-carry-hint = The hospital can then open the records even if another hospital cannot be reached.
page-consent-missing = Something is still missing. Choose who, and fill in what you have chosen.
page-consent-review = Look at the consent
page-seen-open = Can open
page-seen-closed = Cannot open
page-stop-can-lift = You can lift the stop at any time. Then your other consents count again.
page-records-close = Close the opened records
page-record-is-open = Open on this device
page-record-read = Read
page-record-not-available = Not available yet
page-record-share-there = Has its part
page-record-share-missing = Part has not arrived
page-record-copies-heading = Copies
page-record-values = All values
page-log-lines = Entries: { $count }
page-hospitals-made = Records made here
page-settings-enrolled-by = Enrolled by
page-settings-custodian-answers = Answers
page-settings-custodian-silent = Does not answer
page-settings-names-none = You have given nobody a name.
page-person-own-name = A name that only you see
page-record-remark = Assessment
page-home-not-a-patient = This app has no screens for this kind of account. Use the command line.

# The patient’s choices: the stop, consents that staff enter, studies, holders, custodians.
page-home-assisted-refuse-one = Refuse this consent
page-assisted-heading = Consents that hospital staff enter for you
page-assisted-hint = For people who cannot use this app, two clinicians of their hospital can enter a consent. You can refuse that for good.
page-stop-writing-hint = Only those whom you already allow to add records.
page-studies-heading = Studies
page-studies-intro = Studies count people. They do not see your records. You decide whether you are counted.
page-studies-choices = What you have chosen
page-studies-no-choice = You have chosen nothing, so no study counts you.
page-studies-choose = Choose for all studies at once
page-studies-choose-hint = Then studies count you without asking each time. You can leave any of them, and revoke this at any time.
page-studies-traits = Also count me in studies that …
page-studies-disease = Only studies on this disease
page-studies-disease-hint = Its number in the list of diseases MONDO, such as MONDO:0005148. Leave it empty for every disease.
page-studies-open = Studies now
page-studies-none = There are no studies at present.
page-studies-ended = Studies that have ended
page-studies-counted = Where you were counted
page-studies-counted-none = You were not counted in any study.
page-study-number = Study { $id }
page-study-read = Read what it is
page-study-what = What you agree to if you join
page-study-counts = Counts you
page-study-counts-not = Does not count you
page-study-join = Join
page-study-leave = Leave, or stay out
page-consent-changes = What changes
page-consent-unchanged = The sentence stays as it is.
page-consent-removed = No longer:
page-consent-added = New:
page-access-ask-link = What would { $who } see now?
page-hospitals-holders-any = If you choose nothing, any of them may hold keys.
page-hospitals-holders-which = Institutions that may hold keys
page-settings-passkey-number = Passkey { $number }
page-settings-talks-with = Hospitals that this app connects to
page-settings-talks-with-hint = They show this app the state of the chain, and the app checks the proof. With two or more, it notices if one of them hides something new.
page-settings-custodians-choose = Choose other hospitals
page-settings-custodians-which = Hospitals (at most { $count })
page-settings-custodians-wrong = Choose 1 to { $count } hospitals.
page-settings-custodians-automatic = Let the app choose
page-log-print-part = This print does not have all entries. Use the button on the page to print them all.
## Documents of one’s own, and on this device
page-upload-limit = Photos, PDF and other files of up to { $size }.
page-upload-more = Labels and confidentiality
page-unfinished-heading = Not finished
page-unfinished-finish = Finish adding
page-unfinished-give-up = Give up
page-record-related-heading = Notes and related records
page-record-labels-which = Which labels
page-record-file-save = Save to a file
page-record-file-done = The file is saved. Its content is what was recorded.
page-kept-none = No document is kept on this device. Open a record, then choose “Keep on this device”.
page-kept-hint = You can read these documents without internet. Reading them here is not in your log.
page-kept-room = { $size } of { $most } are used.
## Wallet extensions
page-extension-heading = Your wallet extension
page-extension-intro = The extension keeps the key that signs. It asks you each time something is signed.
page-extension-which = Which extension has your key?
page-extension-account = Which account do you want to use?
page-extension-no-account = This extension shows this page no account of the right kind (sr25519). Allow one in the extension, or make one there.
page-extension-not-allowed = The extension does not allow this page, or does not answer. Nothing was signed. Allow this page in the extension.
page-extension-key = To read your records you need a second key. This device keeps it, and you keep it on a printed sheet.
page-extension-new = Make the second key
page-extension-restore = I have the sheet of the second key
page-extension-confirm = Confirm in your extension
page-extension-call = The extension cannot show the sentence. It shows the same as code. This app has checked that the code says what you have read here.
page-extension-text = Read the text that the extension shows.
page-extension-waiting = Waiting for your extension
page-extension-again = Ask the extension again
page-extension-kept = The key that signs is in this extension:
page-words-heading-encryption = The 24 words of your second key
page-words-intro-encryption = With this key your records are read. The key that signs stays in your extension: keep its words too. You need both if you lose this device.
page-words-sheet-keep-encryption = Keep this sheet secret and safe. With it and your account, your records can be read.
page-words-sheet-use-encryption = To restore: open the app in a browser with your extension, choose “Use a wallet extension of this browser” and scan this code or enter the words.
page-restore-words-encryption = Enter or paste the 24 words of the second key
