# The texts of the wallet's page. The build turns them into a table for the page, so they have no
# selectors and no references, and each is one line. Texts with counted things are in wallet.ftl.

## Everywhere
page-app-name = Vouchsafe
page-skip-to-content = Zum Inhalt springen
page-nav-home = Start
page-nav-requests = Anfragen
page-nav-consents = Einwilligungen
page-nav-records = Dokumente
page-nav-log = Zugriffe
page-nav-settings = Einstellungen
page-nav-hospitals = Krankenhäuser
page-nav-access = Wer sieht was
page-nav-main = Hauptnavigation
page-back = Zurück
page-cancel = Abbrechen
page-close = Schließen
page-continue = Fortfahren
page-save = Speichern
page-done = Fertig
page-ok = OK
page-edit = Ändern
page-remove = Entfernen
page-copy = Kopieren
page-copied = Kopiert
page-print = Drucken
page-try-again = Erneut versuchen
page-show-more = Mehr anzeigen
page-details = Einzelheiten
page-filter = Filtern
page-filters-clear = Alle Filter entfernen
page-sort = Sortieren nach
page-choose = Auswählen
page-loading = Wird geladen
page-new = Neu
page-any = Beliebig
page-from = Von
page-until = Bis

## What is proven, and what is somebody’s word
page-proof-block = Block { $block }
page-proof-final = endgültig
page-proof-complete = Ihr Zugriffsprotokoll ist vollständig
page-proof-checked-here = Dieses Gerät hat das selbst geprüft.
page-proof-word-of = Nach Angabe von { $who }. Das lässt sich nicht beweisen.
page-proof-names = Namen von Personen stammen von ihrem Krankenhaus und sind nicht bewiesen.
page-proof-log-times = Zeiten im Zugriffsprotokoll stammen vom Krankenhaus und sind nicht bewiesen.
page-proof-behind = { $who } liegt hinter den anderen Krankenhäusern zurück.

## Waiting
page-wait-enrolment = Warten, bis Ihr Konto bestätigt ist
page-wait-camera = Die Kamera wird gestartet

## Welcome
page-welcome-heading = Ihre Gesundheitsdaten in Ihrer Hand
page-welcome-intro = Mit dieser App entscheiden Sie, wer Ihre medizinischen Dokumente sehen darf. Sie lesen sie selbst, und Sie sehen, wer sie gesehen hat und warum.
page-welcome-language = Sprache
page-welcome-new = Ich bin neu hier
page-welcome-new-hint = Erzeugen Sie einen neuen Schlüssel. Sie brauchen ihn bei der Aufnahme.
page-welcome-restore = Ich habe schon einen Schlüssel
page-welcome-restore-hint = Stellen Sie ihn mit Ihren 12 Wörtern, Ihrem gedruckten Blatt oder einer Datei wieder her.
page-welcome-extension = Wallet-Erweiterung dieses Browsers benutzen
page-welcome-extension-hint = Eine Erweiterung wie polkadot-js unterschreibt für Sie.
page-welcome-no-extension = Dieser Browser hat keine Wallet-Erweiterung.
page-welcome-install = App installieren
page-welcome-install-hint = Legen Sie diese Seite auf Ihren Startbildschirm. Dann öffnet sie sich wie eine App, und Ihr Gerät löscht ihre Daten nicht.
page-welcome-install-ios = Tippen Sie auf „Teilen“ und dann auf „Zum Home-Bildschirm“.
page-welcome-limits-heading = Was diese App nicht kann
page-welcome-limits-read = Sie kann nicht zurücknehmen, was jemand schon gelesen hat.
page-welcome-limits-key = Niemand kann Ihnen einen verlorenen Schlüssel wiedergeben. Bewahren Sie Ihr gedrucktes Blatt sicher auf.
page-welcome-limits-outside = Sie sieht nicht, was mit einem Dokument außerhalb dieses Systems geschieht.

## A new key
page-create-heading = Ihren Schlüssel erzeugen
page-create-intro = Ihr Schlüssel wird auf diesem Gerät erzeugt und verlässt es nie. Er gehört nur Ihnen.
page-create-passphrase = Passphrase
page-create-passphrase-repeat = Passphrase wiederholen
page-create-passphrase-hint = Mindestens 12 Zeichen. Gut sind mehrere Wörter, die nicht zusammengehören.
page-create-passphrase-short = Diese Passphrase ist zu kurz.
page-create-passphrase-differs = Die beiden Passphrasen stimmen nicht überein.
page-create-passphrase-show = Passphrase anzeigen
page-create-passkey-hint = Ihr Gerät entsperrt die App. Die Passphrase brauchen Sie nur, wenn das nicht klappt.
page-create-passkey-missing = Dieser Browser kann das nicht. Wählen Sie eine Passphrase.
page-create-button = Schlüssel erzeugen

## The words
page-words-heading = Ihre 12 Wörter
page-words-intro = Diese Wörter sind Ihr Schlüssel. Mit ihnen bekommen Sie alles zurück, wenn Sie dieses Gerät verlieren. Wer sie hat, kann in Ihrem Namen handeln.
page-words-show = Wörter anzeigen
page-words-hide = Wörter verbergen
page-words-print = Blatt drucken
page-words-print-hint = Auf dem Blatt stehen die Wörter und ein QR-Code. Bewahren Sie es dort auf, wo Ihr Ausweis liegt. Fotografieren Sie es nicht.
page-words-save = Blatt als Datei speichern
page-words-sheet-title = Vouchsafe: Ihr Schlüssel
page-words-sheet-keep = Halten Sie dieses Blatt geheim und bewahren Sie es sicher auf. Wer es hat, kann Ihre Dokumente lesen und in Ihrem Namen handeln.
page-words-sheet-use = Zum Wiederherstellen: Öffnen Sie die App, wählen Sie „Ich habe schon einen Schlüssel“ und scannen Sie diesen Code oder geben Sie die Wörter ein.
page-words-sheet-account = Konto
page-words-sheet-date = Erstellt am { $moment }
page-words-sheet-encryption = Dieses Blatt enthält nur Ihren Verschlüsselungsschlüssel. Den Schlüssel zum Unterschreiben verwahrt Ihre Erweiterung.

## Backup check
page-check-heading = Sicherung prüfen
page-check-intro = Zeigen Sie, dass Sie Ihr Blatt benutzen können. Das ist vor Ihrer ersten Einwilligung nötig.
page-check-words = Ihre Wörter
page-check-right = Ihre Sicherung funktioniert.
page-check-wrong = Das sind nicht die Wörter dieses Schlüssels. Vergleichen Sie sie mit dem Blatt.
page-check-later = Später
page-check-missing = Sie haben Ihre Sicherung noch nicht geprüft. Tun Sie es vor Ihrer ersten Einwilligung.

## Restore
page-restore-heading = Schlüssel wiederherstellen
page-restore-intro = Wählen Sie, was Sie haben.
page-restore-scan = Gedrucktes Blatt scannen
page-restore-words = Die 12 Wörter eingeben oder einfügen
page-restore-file = Datei wählen
page-restore-file-hint = Ein gespeichertes Blatt, eine polkadot-js-Datei (JSON) oder eine Schlüsseldatei der Kommandozeile (Version 2).
page-restore-file-passphrase = Passphrase der Datei
page-restore-button = Wiederherstellen

## Lock
page-unlock-button = Entsperren
page-unlock-passkey = Mit Passkey entsperren
page-unlock-passphrase = Passphrase
page-unlock-passkey-failed = Der Passkey hat nicht funktioniert. Versuchen Sie es erneut oder benutzen Sie die Passphrase.
page-unlock-to-sign = Zum Unterschreiben entsperren
page-unlock-lost = Ich habe mein Gerät oder meine Passphrase verloren
page-unlock-other = Anderen Schlüssel benutzen
page-lock-now = Jetzt sperren
page-lock-locked = Die App ist gesperrt
page-lost-heading = Wenn Ihr Gerät verloren ist
page-lost-disable = Gehen Sie zur Aufnahme eines Krankenhauses oder rufen Sie dort an. Sie kann das Unterschreiben mit Ihrem Schlüssel sperren, damit niemand in Ihrem Namen handeln kann.
page-lost-restore = Wenn Sie Ihr Blatt haben, stellen Sie Ihren Schlüssel auf einem anderen Gerät wieder her.
page-lost-new = Wenn Sie kein Blatt haben, können Ihre Vertrauenspersonen Ihrem Konto einen neuen Schlüssel geben. Wenn Sie keine benannt haben, kann es das Krankenhaus, das Sie aufgenommen hat, zusammen mit einer Gesundheitsbehörde. Das dauert etwa eine Woche. Fragen Sie an der Aufnahme. Was nur Ihr verlorener Schlüssel öffnen konnte, bringt niemand zurück.

## At the registration desk
page-desk-heading = Bei der Aufnahme
page-desk-intro = Hier bestätigt ein Krankenhaus, wer Sie sind. Fragen Sie bei der Aufnahme nach dem Code.
page-desk-step-scan = 1. Code der Aufnahme scannen
page-desk-step-check = 2. Prüfen, worum es geht
page-desk-step-show = 3. Ihren Code zeigen
page-desk-step-wait = 4. Auf die Bestätigung warten
page-desk-scan = Code scannen
page-desk-link-field = Code von der Aufnahme
page-desk-file = Stattdessen eine Datei öffnen
page-desk-institution-proven = Der Name des Krankenhauses ist bewiesen.
page-desk-chain = Chain
page-desk-what-happens = Das Krankenhaus sieht Ihr Konto und dessen öffentliche Schlüssel. Ihren geheimen Schlüssel sieht es nicht.
page-desk-sign = Unterschreiben
page-desk-save = Code als Datei speichern
page-desk-send-link = Code als Text kopieren
page-desk-done = Sie sind bei { $institution } aufgenommen

## Camera and codes
page-scan-hint = Halten Sie den Code vor die Kamera.
page-scan-no-camera = Es gibt keine Kamera, oder die App darf sie nicht benutzen. Nehmen Sie einen Link oder eine Datei.
page-scan-no-reader = Codes lassen sich hier gerade nicht lesen. Nehmen Sie einen Link oder eine Datei.
page-scan-damaged = Dieser Code lässt sich nicht vollständig lesen. Versuchen Sie es erneut.
page-code-label = QR-Code

## Home
page-home-heading = Start
page-home-waiting = Wartet auf Sie
page-home-nothing-waits = Nichts wartet auf Sie.
page-home-since = Seit Ihrem letzten Besuch
page-home-nobody = Niemand hat Ihre Dokumente seit Ihrem letzten Besuch geöffnet.
page-home-stop = Alles stoppen
page-home-stop-hint = Mit einer Unterschrift allen den Zugriff verbieten
page-home-assisted = Eine Einwilligung in Ihrem Namen gilt bald
page-home-assisted-refuse = Alle solchen Einwilligungen für immer ablehnen
page-home-assisted-refused = Niemand kann in Ihrem Namen Einwilligungen eintragen.
page-home-not-enrolled = Sie sind noch nicht aufgenommen. Gehen Sie zur Aufnahme eines Krankenhauses.
page-home-backup = Sicherung prüfen
page-home-see-log = Zugriffsprotokoll ansehen

## Requests
page-requests-heading = Anfragen
page-requests-none = Niemand bittet um Zugriff.
page-requests-none-hint = Wenn eine Fachkraft Ihre Dokumente sehen möchte, erscheint die Anfrage hier.
page-request-heading = Bitte um Zugriff
page-request-licence-none = Von keiner Behörde bestätigt
page-request-reason = Grund
page-request-sentence = Was Sie erlauben würden
page-request-expires = Antworten Sie bis { $moment }
page-request-would-open = Was dadurch geöffnet würde
page-request-would-open-nothing = Dadurch würde keines Ihrer Dokumente geöffnet.
page-request-sees-already = Was diese Person schon sieht
page-request-sees-nothing = Diese Person sieht jetzt keines Ihrer Dokumente.
page-request-sensitive = Mit Schutzkennzeichen
page-request-restricted = Vertraulich
page-request-narrow = Weniger erlauben
page-request-narrow-hint = Sie können weglassen, was Sie möchten. Die Liste zeigt, was übrig bleibt.
page-request-narrow-category = Nach Kategorie
page-request-narrow-record = Nach Dokument
page-request-narrow-time = Nach Zeit
page-request-narrow-duration = Wie lange
page-request-narrow-reset = Wie angefragt
page-request-narrowed = Sie erlauben weniger als angefragt.
page-request-carry = Auch meinen Teil des Schlüssels senden
page-request-approve = Erlauben
page-request-deny = Ablehnen
page-request-later = Später entscheiden
page-request-deny-hint = Die Person erfährt, dass Sie abgelehnt haben, aber nicht warum.

## Consents
page-consents-heading = Einwilligungen
page-consents-intro = Hier sehen Sie, was Sie erlauben und was Sie verbieten.
page-consents-permits = Was Sie erlauben
page-consents-denials = Was Sie verbieten
page-consents-planned = Geplant
page-consents-past = Vergangen
page-consents-none = Sie haben noch keine Einwilligung erteilt. Außer im Notfall kann niemand außer Ihnen Ihre Dokumente lesen.
page-consents-new = Neue Einwilligung
page-consents-agreed-in = Diesem Text haben Sie in einer anderen Sprache zugestimmt: { $language }.
page-consents-agreed-now = Jetzt in Ihrer Sprache
page-consents-text-lost = Der Text, dem Sie zugestimmt haben, ist nicht auf diesem Gerät. Dieser Satz ist neu aus dem Stand der Chain gebildet.
page-consents-number = Einwilligung { $id }
page-consents-studies = Studien

## A new or changed consent
page-consent-new-heading = Neue Einwilligung
page-consent-amend-heading = Einwilligung ändern
page-consent-effect = Was möchten Sie?
page-consent-permit = Zugriff erlauben
page-consent-deny = Zugriff verbieten
page-consent-who = Wem?
page-consent-what = Was?
page-consent-what-all = Alle Dokumente
page-consent-what-categories = Bestimmte Kategorien
page-consent-what-records = Bestimmte Dokumente
page-consent-actions = Was ist erlaubt oder verboten?
page-consent-action-read = Lesen
page-consent-action-write = Dokumente hinzufügen
page-consent-action-refer = Kolleginnen und Kollegen überweisen
page-consent-action-log = Zugriffsprotokoll lesen
page-consent-action-aggregate = In Statistiken zählen
page-consent-why = Wozu?
page-consent-why-any = Zu jedem Zweck
page-consent-long = Wie lange?
page-consent-long-revoked = Bis ich sie widerrufe
page-consent-long-until = Bis zu einem Tag
page-consent-period = Nur Behandlungen in diesem Zeitraum
page-consent-more = Weitere Bedingungen
page-consent-labels = Sensible Dokumente
page-consent-labels-not = Nicht einschließen
page-consent-labels-some = Nur bestimmte Schutzkennzeichen einschließen
page-consent-labels-all = Alle einschließen
page-consent-labels-only = Nur diese Schutzkennzeichen
page-consent-restricted = Vertrauliche Dokumente
page-consent-restricted-not = Nicht einschließen
page-consent-restricted-yes = Vertrauliche einschließen
page-consent-restricted-very = Auch streng vertrauliche einschließen
page-consent-emergency-hint = Dann bleiben Ihre Dokumente auch bei Lebensgefahr verschlossen.
page-consent-becomes = Künftig
page-consent-amend = Ändern

## Revoking
page-revoke = Widerrufen

## Who sees what
page-access-heading = Wer sieht was
page-access-intro = Das wird auf Ihrem Gerät berechnet, nach denselben Regeln wie in den Krankenhäusern.
page-access-who = Wer
page-access-all = Alle
page-access-some = Einige
page-access-none = Keine
page-access-ask-heading = Was würde jemand jetzt sehen?
page-access-ask-who = Person
page-access-ask-button = Anzeigen
page-access-empty = Außer im Notfall kann niemand Ihre Dokumente sehen.

## Stop everything
page-stop-heading = Alles stoppen
page-stop-intro = Mit einer Unterschrift verbieten Sie allen den Zugriff.
page-stop-what-stops = Was gestoppt wird
page-stop-readers = Niemand außer Ihnen kann Ihre Dokumente oder Ihr Zugriffsprotokoll lesen.
page-stop-studies = Keine Studie zählt Sie mehr.
page-stop-writing = Dürfen Krankenhäuser weiter neue Dokumente hinzufügen?
page-stop-writing-yes = Ja, neue Dokumente dürfen hinzukommen
page-stop-writing-no = Nein, es darf auch nichts hinzukommen
page-stop-emergency = Soll das auch im Notfall gelten?
page-stop-emergency-no = Nein, im Notfall dürfen Fachkräfte meine Dokumente öffnen
page-stop-emergency-yes = Ja, auch im Notfall darf niemand sie öffnen
page-stop-past = Was vorher gelesen wurde, lässt sich nicht zurücknehmen.
page-stop-lift = Stopp aufheben
page-stop-lift-heading = Stopp aufheben?
page-stop-lift-hint = Dann gelten Ihre anderen Einwilligungen wieder wie vorher.
page-stop-done = Alles ist gestoppt.

## Records
page-records-heading = Dokumente
page-records-by-time = Nach Zeit
page-records-by-category = Nach Kategorie
page-records-by-hospital = Nach Krankenhaus
page-records-search = In Titeln suchen
page-records-search-hint = Titel sind verschlüsselt. Nur Dokumente, die Sie schon geöffnet haben, lassen sich über ihren Titel finden.
page-records-none = Es gibt noch keine Dokumente über Sie.
page-records-none-found = Kein Dokument passt.
page-records-not-opened = Noch nicht geöffnet
page-records-open = Öffnen
page-records-open-chosen = Ausgewählte Dokumente öffnen
page-records-open-limit = Mit einer Unterschrift können Sie bis zu 16 Dokumente öffnen.
page-records-open-hint = Die Öffnung steht danach in Ihrem Zugriffsprotokoll.
page-records-add = Dokument hinzufügen
page-records-offline = Auf diesem Gerät

## A record
page-record-heading = Dokument
page-record-number = Dokument { $id }
page-record-category = Kategorie
page-record-author = Geschrieben von
page-record-versions = Fassungen
page-record-version = Fassung { $number }
page-record-newest = neueste
page-record-holders = Wer den Schlüssel verwahrt
page-record-copies = Jede Kopie prüfen
page-record-keep = Auf diesem Gerät behalten
page-record-keep-hint = Es wird verschlüsselt gespeichert, damit Sie es ohne Internet lesen können.
page-record-kept = Auf diesem Gerät gespeichert
page-record-forget = Von diesem Gerät entfernen
page-record-download = Datei speichern
page-record-not-shown = Diese Art von Datei kann hier nicht angezeigt werden. Sie können sie speichern.
page-record-large = Dieses Dokument hat { $size }. Es wird direkt als Datei gespeichert.
page-record-size = Größe: { $size }
page-record-checked = Der Inhalt ist der, der erfasst wurde.
page-record-labels-name = Schutzkennzeichen benennen
page-record-labels-name-hint = Ein Krankenhaus hat dieses Dokument als sensibel gekennzeichnet, ohne zu sagen, warum. Benennen Sie den Grund, damit Ihre Einwilligungen das Dokument unterscheiden können.
page-record-wrong = Hier stimmt etwas nicht
page-record-wrong-hint = Ihre Anmerkung wird an das Dokument angehängt. Das Dokument selbst bleibt, wie es ist. Wer nach Ihren Einwilligungen diese Art von Dokument sehen darf, sieht auch Ihre Anmerkung.
page-record-viewer = Dokument
page-record-zoom-in = Größer
page-record-zoom-out = Kleiner
page-record-viewer-failed = Das Dokument kann nicht angezeigt werden. Sie können es speichern.
page-record-fit = An die Breite anpassen
page-record-loading = Das Dokument wird geladen …
page-record-page = Seite
page-record-page-of = Seite { $page } von { $count }
page-record-needs-password = Dieses Dokument ist mit einem Passwort geschützt. Speichern Sie es und öffnen Sie die Datei.
page-record-too-large = Dieses Dokument ist zu groß, um angezeigt zu werden. Sie können es speichern.
page-record-too-many-pages = Dieses Dokument hat zu viele Seiten, um es von hier zu drucken. Speichern Sie es und drucken Sie die Datei.
page-image = Bild
page-image-compressed = Dieses Bild ist auf eine Weise komprimiert, die hier nicht angezeigt werden kann. Sie können es speichern.
page-image-ct = Computertomografie (CT)
page-image-date = Datum
page-image-frames-hint = Bild auf und Bild ab zeigen die anderen Bilder.
page-image-hint = Ziehen Sie auf dem Bild mit der Maus, oder drücken Sie dort die Pfeiltasten: So ändern Sie Helligkeit und Kontrast.
page-image-kind = Art
page-image-level = Mitte (Helligkeit)
page-image-mammogram = Mammografie
page-image-mr = Kernspin (MRT)
page-image-nuclear = Nuklearmedizin
page-image-original = Wie in der Datei
page-image-pet = PET
page-image-size = Größe
page-image-ultrasound = Ultraschall
page-image-vessels = Röntgen der Gefäße
page-image-window = Fenster (Kontrast)
page-image-x-ray = Röntgen
page-record-range = Normalbereich
page-record-date = Datum

## Adding a document
page-upload-heading = Dokument hinzufügen
page-upload-file = Datei wählen
page-upload-photo = Foto aufnehmen
page-upload-title = Titel
page-upload-title-hint = Der Titel wird verschlüsselt.
page-upload-category = Kategorie
page-upload-month = Monat der Behandlung
page-upload-labels = Schutzkennzeichen
page-upload-confidentiality = Vertraulichkeit
page-upload-note = Ihre Anmerkung
page-upload-too-large = Die Datei ist zu groß.

## Log
page-log-heading = Zugriffsprotokoll
page-log-intro = Alles, was mit Ihren Dokumenten und Einwilligungen geschehen ist.
page-log-none = Noch ist nichts verzeichnet.
page-log-none-found = Kein Eintrag passt.
page-log-filter-person = Person
page-log-filter-hospital = Krankenhaus
page-log-filter-kind = Was geschah
page-log-entry = Eintrag { $number }
page-log-block = Block { $block }
page-log-verify = Protokoll prüfen
page-log-export = Protokoll als Datei speichern
page-log-export-hint = Jede Person kann die Datei prüfen mit: vouchsafe audit verify --file
page-log-report = Das habe ich nicht erwartet
page-log-report-hint = Fragen Sie die Datenschutzbeauftragten der Einrichtung. Sie können die Einwilligung auch widerrufen.

## Hospitals
page-hospitals-heading = Krankenhäuser mit Ihren Dokumenten
page-hospitals-none = Kein Krankenhaus hat Dokumente über Sie.
page-hospitals-since = Seit { $month }
page-hospitals-holds-keys = Verwahrt Teile Ihrer Schlüssel
page-hospitals-holders = Wer Schlüssel neuer Dokumente verwahren darf
page-hospitals-holders-change = Festlegen, wer Schlüssel verwahrt
page-hospitals-holders-hint = Gemeinsam können sie Ihnen helfen, wenn ein Krankenhaus ausfällt. Keines kann ein Dokument allein öffnen.
page-hospitals-countries = Länder, in denen Schlüssel verwahrt werden
page-hospitals-changed = Der Schlüssel von { $who } hat sich geändert
page-hospitals-changed-hint = Fragen Sie das Krankenhaus, ob das stimmt. Bis Sie es bestätigen, geht nichts Neues dorthin.
page-hospitals-changed-confirm = Ich habe gefragt, und es stimmt

## Settings
page-settings-heading = Einstellungen
page-settings-appearance = Darstellung
page-settings-appearance-system = Wie auf diesem Gerät
page-settings-appearance-light = Hell
page-settings-appearance-dark = Dunkel
page-settings-lock = Sperre
page-settings-passphrase-change = Passphrase ändern
page-settings-passphrase-old = Alte Passphrase
page-settings-passphrase-changed = Die Passphrase ist geändert.
page-settings-passkeys = Passkeys
page-settings-passkey-add = Passkey hinzufügen
page-settings-passkey-none = Kein Passkey
page-settings-backup = Sicherung
page-settings-backup-print = Blatt noch einmal drucken
page-settings-devices = Geräte
page-settings-devices-hint = Stellen Sie Ihren Schlüssel mit Ihrem Blatt auf einem zweiten Gerät wieder her. Dann hat es auch die Namen und Texte.
page-settings-storage = Speicher
page-settings-storage-persistent = Dieses Gerät behält die Daten der App.
page-settings-storage-not-persistent = Dieses Gerät könnte die Daten der App löschen. Installieren Sie die App und bewahren Sie Ihr Blatt auf.
page-settings-version = Version
page-settings-version-hash = Prüfsumme dieser Version
page-settings-version-matches = Diese Version ist die veröffentlichte.
page-settings-version-differs = Diese Version ist nicht die veröffentlichte.
page-settings-version-unknown = Ob diese Version die veröffentlichte ist, wurde nicht geprüft.
page-settings-version-earlier = Dies ist eine frühere Version. Veröffentlicht ist { $version }.
page-settings-version-none = Die Krankenhäuser haben noch keine Version veröffentlicht. Darum lässt sie sich nicht vergleichen.
page-settings-version-differs-hint = Geben Sie hier weder Ihre Wörter noch Ihr Passwort ein. Sagen Sie es Ihrem Krankenhaus und benutzen Sie die App eines anderen Krankenhauses.
page-settings-version-published = Prüfsumme der veröffentlichten Version
page-settings-update = Es gibt eine neue Version
page-settings-update-hint = Ihre Daten bleiben, wie sie sind.
page-settings-update-button = Neue Version benutzen
page-settings-account = Konto
page-settings-names = Namen, die Sie kennen
page-settings-remove-key = Schlüssel von diesem Gerät entfernen
page-settings-remove-key-hint = Ihr Konto und Ihre Dokumente bleiben. Um zurückzukommen, brauchen Sie Ihr Blatt.

## Signing and confirming
page-sign-heading = Bitte bestätigen
page-sign-you-sign = Das unterschreiben Sie:
page-sign-with-extension = Ihre Erweiterung bittet Sie um die Unterschrift.
page-sign-signed = Unterschrieben
page-sign-final = Fertig. Das ist endgültig.

## Errors
page-error-heading = Das hat nicht geklappt
page-error-nothing-signed = Es wurde nichts unterschrieben.
page-error-signed-maybe = Sie haben unterschrieben, aber es ist nicht sicher, ob es angekommen ist. Sehen Sie in einer Minute nach, bevor Sie es wiederholen.
page-error-internal = Die App hat einen Fehler gemacht. Laden Sie die Seite neu.
page-error-reload = Neu laden

## Offline
page-offline-heading = Sie sind offline
page-offline-state = Sie sehen den letzten geprüften Stand: { $moment }.
page-offline-no-signing = Solange Sie offline sind, kann nichts unterschrieben werden.

## Practitioners
page-practice-nav-patients = Patienten
page-practice-heading = Ihre Patientinnen und Patienten
page-practice-acting-for = Sie handeln für { $institution }
page-practice-no-institution = Sie arbeiten zurzeit für keine Einrichtung. Fragen Sie bei der Aufnahme nach.
page-practice-scan = Code einer Patientin oder eines Patienten scannen
page-practice-code = Code der Patientin oder des Patienten
page-practice-code-hint = Er steht in dieser App unter „Anfragen“ als „Mein Code“. Sie können auch die Adresse eines Kontos einfügen.
page-practice-find = Person suchen
page-practice-choose = Bekannte Person wählen
page-practice-choose-none = Hier erscheinen Personen, die Sie um Zugriff gebeten haben.
page-practice-patient = Patientin oder Patient
page-practice-institution = Sie handeln für
page-practice-ask-heading = Um Zugriff bitten
page-practice-ask-categories = Welche Dokumente?
page-practice-ask-all = Alle Dokumente
page-practice-ask-some = Nur bestimmte Arten von Dokumenten
page-practice-ask-period = Aus welcher Zeit? Lassen Sie es leer für alle.
page-practice-ask-duration = Wie lange?
page-practice-ask-for = Für wen?
page-practice-ask-reason = Grund
page-practice-ask-reason-hint = Nur die Patientin oder der Patient liest ihn.
page-practice-ask-review = Anfrage ansehen
page-practice-ask-missing = Wählen Sie mindestens eine Art von Dokumenten.
page-practice-requests = Ihre Anfragen
page-practice-requests-none = Sie haben um nichts gebeten.
page-practice-asked-at = Gefragt: { $moment }
page-practice-request-until = Kann beantwortet werden bis { $moment }
page-practice-request-waiting = Wartet auf Antwort
page-practice-request-gone = Wartet nicht mehr
page-practice-request-gone-hint = Sie wurde beantwortet oder zurückgezogen. Die Antwort selbst sieht nur die Patientin oder der Patient. Was Sie lesen dürfen, sehen Sie bei der Person.
page-practice-request-expired = Abgelaufen
page-practice-withdraw = Zurückziehen
page-practice-open-heading = Was Ihnen jetzt offen steht
page-practice-open-none = Jetzt steht Ihnen nichts offen.
page-practice-open-hint = Die Patientin oder der Patient sieht, dass, wann und wozu Sie es geöffnet haben.
page-practice-open-named-by = Jedes dieser Dokumente ist bewiesen. Dass es keine weiteren gibt, sagt { $who }. Das lässt sich nicht beweisen.
page-practice-open-none-named-by = Das sagt { $who }. Es lässt sich nicht beweisen.
page-practice-open-more = Es gibt mehr Dokumente, als hier gezeigt werden.
page-practice-time-left = Noch offen: { $time }
page-practice-time-over = Dieses Dokument ist geschlossen. Eine Öffnung endet nach einigen Minuten.
page-practice-not-kept = Über Ihre Patientinnen und Patienten bleibt auf diesem Gerät nichts gespeichert.
page-practice-save-hint = Eine Datei, die Sie speichern, bleibt auf diesem Gerät.

## A patient’s own code
page-code-own-heading = Mein Code
page-code-own-show = Meinen Code zeigen
page-code-own-intro = Lassen Sie diesen Code von einer Ärztin, einem Arzt oder einer Pflegekraft scannen. Sie können Sie dann um Zugriff auf Ihre Dokumente bitten.
page-code-own-contents = Der Code enthält die Adresse Ihres Kontos und das Netz, zu dem es gehört. Er sagt nichts über Ihre Gesundheit, und niemand kann damit etwas lesen oder unterschreiben.

## Registration desk
page-registrar-heading = Aufnahme
page-registrar-show = Zeigen Sie diesen Code der Person
page-registrar-check-hint = Vergleichen Sie den Ausweis, bevor Sie unterschreiben.
page-registrar-name = Name der Person
page-registrar-kind = Art des Kontos
page-registrar-role = Funktion
page-registrar-names = Personal
page-registrar-names-hint = Patientinnen und Patienten dieser Einrichtung sehen diese Namen in ihrem Zugriffsprotokoll und in Anfragen.
page-registrar-names-none = Noch keine Namen
page-registrar-account = Konto
page-registrar-for = Einrichtung
page-registrar-none = Sie arbeiten zurzeit nicht in der Aufnahme.
page-registrar-none-hint = Ihre Einrichtung entscheidet, wer für sie aufnimmt. Fragen Sie dort.
page-registrar-step-code = 1. Ihren Code zeigen
page-registrar-make = Code machen
page-registrar-code-until = Gültig bis { $moment }
page-registrar-copy-link = Als Link kopieren
page-registrar-new-code = Anderer Code
page-registrar-step-answer = 2. Code der Person lesen
page-registrar-answer-field = Code oder Link der Person
page-registrar-next = Funktion und Namen geben
page-registrar-find = Konto suchen
page-registrar-find-hint = Um einer Person eine Funktion zu geben oder ein Konto zu sperren.
page-registrar-find-field = Adresse oder Code des Kontos
page-registrar-find-button = Konto zeigen
page-registrar-status = Status
page-registrar-enrolled-by = Aufgenommen von
page-registrar-name-field = Name, den Patientinnen und Patienten sehen
page-registrar-name-hint = Er ist das Wort Ihrer Einrichtung und liegt bei ihr, nicht auf der Chain.
page-registrar-name-save = Namen speichern
page-registrar-name-remove = Namen entfernen
page-registrar-name-saved = Die Namen sind gespeichert.
page-registrar-work = Funktion
page-registrar-work-from = Ab { $from }, ohne Ende
page-registrar-work-until = Ab { $from } bis { $until }
page-registrar-work-ended = Beendet
page-registrar-work-waits = Noch nicht angenommen
page-registrar-work-none = Diese Person arbeitet hier nicht.
page-registrar-work-last = Letzter Tag (UTC)
page-registrar-work-last-hint = Lassen Sie das Feld leer, wenn es kein Ende gibt.
page-registrar-work-change = Funktion ändern
page-registrar-work-give = Diese Funktion geben
page-registrar-work-end = Funktion jetzt beenden
page-registrar-work-not-yours = Das kann nur die Einrichtung selbst ändern.
page-registrar-status-new = Neuer Status
page-registrar-status-set = Status setzen
page-registrar-key = Schlüssel verloren oder gestohlen
page-registrar-key-since = Seit welchem Tag (UTC)
page-registrar-key-since-hint = Höchstens vor 30 Tagen. Leer heißt: jetzt.
page-registrar-key-disable = Unterschreiben sperren
page-registrar-key-enable = Unterschreiben wieder erlauben
page-registrar-key-disabled = Das Unterschreiben mit diesem Schlüssel ist gesperrt. Vielleicht hat ihn seit { $moment } jemand anders.

## Added by the page
page-hide = Verbergen
page-show-again = Wieder anzeigen
page-step = Schritt { $number } von { $total }
page-passphrase-new = Neue Passphrase
page-create-passphrase-heading = Passphrase wählen
page-words-hidden = Die Wörter sind verborgen. Achten Sie darauf, dass niemand auf Ihren Bildschirm sieht.
page-words-again = Wörter noch einmal zeigen
page-check-button = Prüfen
page-restore-words-hint = Auch der Text aus dem Code des Blattes passt hier.
page-desk-institution-not-proven = Der Name des Krankenhauses ist nicht bewiesen. Fragen Sie bei der Aufnahme, ob er stimmt.
page-desk-role = Aufgenommen als
page-person-attested = Zulassung bestätigt
page-person-name = Name
page-person-name-own = Dieser Name ist bewiesen, oder Sie haben ihn selbst vergeben.
page-proof-is-old = Dieser Stand ist alt: { $moment }. Vielleicht gibt es Neues, das Sie nicht sehen.
page-proof-log-incomplete = Ihr Zugriffsprotokoll ist nicht vollständig
page-consents-permit = Erlaubt
page-consents-denial = Verboten
page-consents-none-current = Sie erlauben im Moment niemandem etwas.
page-consents-current-count = Geltende Einwilligungen
page-consent-who-search = Nach einem Namen oder Krankenhaus suchen
page-consent-why-some = Für bestimmte Zwecke
page-consent-carry-hint = Das Krankenhaus kann die Dokumente dann auch öffnen, wenn ein anderes nicht erreichbar ist.
page-consent-missing = Es fehlt noch etwas. Wählen Sie, wem, und füllen Sie aus, was Sie gewählt haben.
page-consent-review = Einwilligung ansehen
page-seen-open = Kann öffnen
page-seen-closed = Kann nicht öffnen
page-stop-can-lift = Sie können den Stopp jederzeit aufheben. Dann gelten Ihre anderen Einwilligungen wieder.
page-records-close = Geöffnete Dokumente schließen
page-record-is-open = Auf diesem Gerät geöffnet
page-record-read = Lesen
page-record-not-available = Noch nicht verfügbar
page-record-share-there = Hat seinen Teil
page-record-share-missing = Teil ist nicht angekommen
page-record-copies-heading = Kopien
page-record-values = Alle Werte
page-log-lines = Einträge: { $count }
page-hospitals-made = Dort angelegte Dokumente
page-settings-enrolled-by = Aufgenommen von
page-settings-custodian-answers = Antwortet
page-settings-custodian-silent = Antwortet nicht
page-settings-names-none = Sie haben niemandem einen Namen gegeben.
page-person-own-name = Ein Name, den nur Sie sehen
page-record-remark = Bewertung
page-home-not-a-patient = Für diese Art von Konto hat diese App keine Ansichten. Benutzen Sie die Befehlszeile.

# The patient’s choices: the stop, consents that staff enter, studies, holders, custodians.
page-home-assisted-refuse-one = Diese Einwilligung ablehnen
page-assisted-heading = Einwilligungen, die Personal für Sie einträgt
page-assisted-hint = Für Menschen, die diese App nicht nutzen können, dürfen zwei Fachkräfte ihres Krankenhauses eine Einwilligung eintragen. Sie können das endgültig ablehnen.
page-stop-writing-hint = Nur, wem Sie das schon erlaubt haben.
page-studies-heading = Studien
page-studies-intro = Studien zählen Menschen. Ihre Dokumente sehen sie nicht. Sie entscheiden, ob Sie gezählt werden.
page-studies-choices = Was Sie gewählt haben
page-studies-no-choice = Sie haben nichts gewählt. Darum zählt Sie keine Studie.
page-studies-choose = Für alle Studien auf einmal wählen
page-studies-choose-hint = Dann zählen Studien Sie, ohne jedes Mal zu fragen. Sie können aus jeder austreten und dies jederzeit widerrufen.
page-studies-traits = Zählen Sie mich auch in Studien, die …
page-studies-disease = Nur Studien zu dieser Krankheit
page-studies-disease-hint = Ihre Nummer in der Krankheitsliste MONDO, zum Beispiel MONDO:0005148. Für alle Krankheiten bleibt das Feld leer.
page-studies-open = Studien zurzeit
page-studies-none = Zurzeit gibt es keine Studien.
page-studies-ended = Beendete Studien
page-studies-counted = Wo Sie gezählt wurden
page-studies-counted-none = Sie wurden in keiner Studie gezählt.
page-study-number = Studie { $id }
page-study-read = Lesen, worum es geht
page-study-what = Dem stimmen Sie zu, wenn Sie teilnehmen
page-study-counts = Zählt Sie
page-study-counts-not = Zählt Sie nicht
page-study-join = Teilnehmen
page-study-leave = Austreten oder draußen bleiben
page-consent-changes = Was sich ändert
page-consent-unchanged = Der Satz bleibt, wie er ist.
page-consent-removed = Nicht mehr:
page-consent-added = Neu:
page-access-ask-link = Was würde { $who } jetzt sehen?
page-hospitals-holders-any = Wenn Sie nichts wählen, dürfen alle Schlüssel verwahren.
page-hospitals-holders-which = Einrichtungen, die Schlüssel verwahren dürfen
page-settings-passkey-number = Passkey { $number }
page-settings-talks-with = Krankenhäuser, mit denen sich diese App verbindet
page-settings-talks-with-hint = Sie zeigen dieser App den Stand der Kette, und die App prüft den Beweis. Mit zweien oder mehr merkt sie, wenn eines davon Neues verschweigt.
page-settings-custodians-choose = Andere Krankenhäuser wählen
page-settings-custodians-which = Krankenhäuser (höchstens { $count })
page-settings-custodians-wrong = Wählen Sie 1 bis { $count } Krankenhäuser.
page-settings-custodians-automatic = Die App wählen lassen
page-log-print-part = Dieser Ausdruck hat nicht alle Einträge. Mit der Schaltfläche auf der Seite drucken Sie alle.
## Documents of one’s own, and on this device
page-upload-limit = Fotos, PDF und andere Dateien bis { $size }.
page-upload-more = Schutzkennzeichen und Vertraulichkeit
page-unfinished-heading = Nicht fertig
page-unfinished-finish = Fertig hinzufügen
page-unfinished-give-up = Aufgeben
page-record-related-heading = Anmerkungen und zugehörige Dokumente
page-record-labels-which = Welche Kennzeichen
page-record-file-save = In eine Datei speichern
page-record-file-done = Die Datei ist gespeichert. Der Inhalt ist der, der erfasst wurde.
page-kept-none = Auf diesem Gerät ist kein Dokument gespeichert. Öffnen Sie ein Dokument, und wählen Sie „Auf diesem Gerät behalten“.
page-kept-hint = Diese Dokumente können Sie ohne Internet lesen. Wenn Sie sie hier lesen, steht das nicht in Ihrem Zugriffsprotokoll.
page-kept-room = { $size } von { $most } sind belegt.
## Wallet-Erweiterungen
page-extension-heading = Ihre Wallet-Erweiterung
page-extension-intro = Die Erweiterung verwahrt den Schlüssel, mit dem Sie unterschreiben. Sie fragt Sie jedes Mal, wenn etwas unterschrieben wird.
page-extension-which = Welche Erweiterung hat Ihren Schlüssel?
page-extension-account = Welches Konto möchten Sie benutzen?
page-extension-no-account = Diese Erweiterung zeigt dieser Seite kein passendes Konto (sr25519). Geben Sie in der Erweiterung eines frei oder legen Sie dort eines an.
page-extension-not-allowed = Die Erweiterung lässt diese Seite nicht zu oder antwortet nicht. Es wurde nichts unterschrieben. Erlauben Sie diese Seite in der Erweiterung.
page-extension-key = Um Ihre Dokumente zu lesen, brauchen Sie einen zweiten Schlüssel. Dieses Gerät verwahrt ihn, und Sie bewahren ihn auf einem gedruckten Blatt auf.
page-extension-new = Zweiten Schlüssel anlegen
page-extension-restore = Ich habe das Blatt des zweiten Schlüssels
page-extension-confirm = In der Erweiterung bestätigen
page-extension-call = Die Erweiterung kann den Satz nicht anzeigen. Sie zeigt dasselbe als Code. Diese App hat geprüft, dass der Code das sagt, was Sie hier gelesen haben.
page-extension-text = Lesen Sie den Text, den die Erweiterung zeigt.
page-extension-waiting = Warten auf Ihre Erweiterung
page-extension-again = Erweiterung noch einmal fragen
page-extension-kept = Der Schlüssel zum Unterschreiben ist in dieser Erweiterung:
page-words-heading-encryption = Die 24 Wörter Ihres zweiten Schlüssels
page-words-intro-encryption = Mit diesem Schlüssel werden Ihre Dokumente gelesen. Der Schlüssel zum Unterschreiben bleibt in Ihrer Erweiterung: Bewahren Sie auch dessen Wörter auf. Sie brauchen beide, wenn Sie dieses Gerät verlieren.
page-words-sheet-keep-encryption = Halten Sie dieses Blatt geheim und bewahren Sie es sicher auf. Mit ihm und Ihrem Konto kann man Ihre Dokumente lesen.
page-words-sheet-use-encryption = Zum Wiederherstellen: Öffnen Sie die App in einem Browser mit Ihrer Erweiterung, wählen Sie „Wallet-Erweiterung dieses Browsers benutzen“ und scannen Sie diesen Code oder geben Sie die Wörter ein.
page-restore-words-encryption = Die 24 Wörter des zweiten Schlüssels eingeben oder einfügen
