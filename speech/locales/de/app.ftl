# What the wallet's core says. Texts without counted things that the page shows by itself are in page.ftl.

# A request of the page failed.
wallet-failed-input = So lässt sich das nicht verwenden: { $reason }
wallet-failed-passphrase = Die Passphrase ist falsch.
wallet-failed-passkey = Dieser Passkey öffnet die App nicht. Benutzen Sie Ihre Passphrase.
wallet-failed-locked = Die App ist gesperrt. Entsperren Sie sie zuerst.
wallet-failed-confirm = Bestätigen Sie, dass Sie es sind. Dann wird unterschrieben.
wallet-failed-not-shown = Das ist nicht, was Sie gesehen haben. Es wurde nichts unterschrieben. Sehen Sie es sich noch einmal an.
wallet-failed-no-network = Diese Seite kennt noch kein Krankenhaus. Öffnen Sie die App über die Adresse Ihres Krankenhauses oder scannen Sie den Code bei der Aufnahme.
wallet-failed-offline = Kein Krankenhaus antwortet. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.
wallet-failed-not-proven = Was ein Krankenhaus gesendet hat, ist nicht bewiesen und wird deshalb nicht angezeigt.
wallet-failed-old = Der neueste beweisbare Stand ist alt. Deshalb wird jetzt nichts erlaubt. Prüfen Sie die Uhr Ihres Geräts und versuchen Sie es später erneut.
wallet-failed-not-enrolled = Ihr Konto ist noch nicht aufgenommen. Fragen Sie bei der Aufnahme Ihres Krankenhauses.
wallet-failed-no-access = Keine Einwilligung erlaubt das.
wallet-failed-too-few = Zu wenige Krankenhäuser antworten, um dieses Dokument zu öffnen. Versuchen Sie es später erneut.
wallet-failed-refused = Die Chain hat das abgelehnt. Es hat sich nichts geändert.
wallet-failed-changed-member = Name oder Schlüssel eines Krankenhauses haben sich geändert. Fragen Sie das Krankenhaus und bestätigen Sie zuerst die Änderung.
wallet-failed-pending = Das wurde unterschrieben und gesendet, ist aber noch nicht endgültig. Es kann noch wirksam werden. Sehen Sie später nach.
wallet-failed-update = Diese App ist zu alt für die Chain. Laden Sie die Seite neu.
wallet-failed-storage = Dieses Gerät speichert die Daten der App nicht. Schaffen Sie Platz oder erlauben Sie dieser Seite, Daten zu speichern.
wallet-failed-damaged = Die gespeicherten Daten der App auf diesem Gerät sind beschädigt. Stellen Sie sie mit Ihren Wörtern wieder her.
wallet-failed-other = Etwas ist schiefgegangen.
wallet-failed-words = Das sind nicht die zwölf Wörter eines Schlüssels. Prüfen Sie Schreibweise und Reihenfolge.
wallet-failed-other-words = Das sind nicht die Wörter dieses Schlüssels.
wallet-failed-short = Die Passphrase ist zu kurz: Sie braucht mindestens { $count } Zeichen.
wallet-failed-backup = Sichern Sie zuerst Ihre Wörter. Sonst ist mit dem Gerät auch Ihr Schlüssel verloren.
wallet-failed-code = Das ist kein Aufnahmecode von Vouchsafe.
wallet-failed-code-chain = Dieser Code gehört zu einem anderen Netz.
wallet-failed-code-expired = Dieser Code ist abgelaufen. Bitten Sie um einen neuen.
wallet-failed-extension-refused = Die Erweiterung hat nicht unterschrieben, weil abgelehnt wurde. Fragen Sie noch einmal, wenn Sie weitermachen möchten.
wallet-failed-extension-away = Die Wallet-Erweiterung antwortet nicht oder hat Ihr Konto nicht mehr. Prüfen Sie, ob sie in diesem Browser eingeschaltet ist und diese Seite erlaubt.
wallet-failed-extension-other = Die Wallet-Erweiterung hat etwas anderes unterschrieben, als Sie gesehen haben. Es wurde nicht gesendet. Prüfen Sie das Konto in der Erweiterung und aktualisieren Sie sie.

# What is signed.
wallet-revoke = Ich widerrufe Einwilligung { $id }. Sie lautet: { $sentence }
wallet-refuse = Ich lehne die Anfrage von { $who } ab.
wallet-verb-permit = Erlauben
wallet-verb-forbid = Verbieten
wallet-verb-change = Ändern
wallet-verb-refuse = Ablehnen
wallet-verb-revoke = Widerrufen
wallet-verb-stop = Alles stoppen
wallet-verb-resume = Stopp aufheben

# What people should know before they sign.
wallet-note-no-end = Das gilt ohne Ende. Sie können es jederzeit widerrufen.
wallet-note-read-stays = Was vorher gelesen wurde, lässt sich nicht zurücknehmen.
wallet-note-carry = Ihr eigener Teil des Dokumentschlüssels liegt bei { $institution }, solange das gilt. So lassen sich die Dokumente auch öffnen, wenn ein Krankenhaus nicht antwortet.
wallet-note-no-carry = Ihr eigener Teil des Dokumentschlüssels bleibt bei Ihnen. Die Dokumente lassen sich nur öffnen, solange genügend Krankenhäuser antworten.
wallet-note-still-permitted = Einwilligung { $id } erlaubt es weiterhin: { $sentence }
wallet-note-still-denied = Einwilligung { $id } verbietet es. Solange sie gilt, bleibt dies ohne Wirkung: { $sentence }
wallet-note-stop-reading = Ab diesem Block kann niemand außer Ihnen Ihre Dokumente lesen, und keine Studie zählt Sie.
wallet-note-stop-writing = Auch Krankenhäuser können keine neuen Dokumente für Sie hinzufügen, bis Sie den Stopp aufheben.
wallet-note-stop-emergency = Im Notfall gilt der Stopp nicht: Notfallzugriffe werden protokolliert und überprüft.
wallet-note-resume = Was Sie vorher erlaubt und verboten haben, gilt wieder genau wie zuvor.
wallet-note-refuse = Wer gefragt hat, erfährt den Grund nicht.

# What became of it.
wallet-refused = Die Anfrage ist abgelehnt (Block { $block }).
wallet-not-carried = Ihr Teil des Schlüssels wurde für { $records } nicht dort hinterlegt: { $reason }
wallet-label-key-not-delivered = Ihr Schlüssel für Schutzkennzeichen wurde { $institution } nicht zugestellt. Bis dahin bleiben die gekennzeichneten Dokumente von dort ohne Einordnung.

# What terms would open.
wallet-preview-nothing = Das öffnet keines der Dokumente, die Sie jetzt haben. Es gilt auch für Dokumente, die später hinzukommen.
wallet-preview = Für diese Person öffnet das Folgendes, das jetzt verschlossen ist: { $records }.
wallet-preview-sensitive = Davon mit Schutzkennzeichen: { $labelled }, vertraulich: { $restricted }.

# The log.
wallet-log-complete = Ihr Zugriffsprotokoll ist vollständig: { $entries }, wie die Chain beweist.
wallet-log-wrong = Ihr Zugriffsprotokoll von { $institution } ist nicht vollständig: { $reason }
wallet-log-wrong-entry = Ihr Zugriffsprotokoll von { $institution } ist nicht vollständig. Der erste Eintrag, der nicht passt, ist Eintrag { $entry }.
wallet-log-unread = Ihr Zugriffsprotokoll konnte nicht geholt werden. Daher weiß niemand, ob es vollständig ist: { $reason }

# Consents.
wallet-consent-by = In Ihrem Namen eingetragen von { $who }.
wallet-consent-in-doubt = Erteilt, während Ihr Schlüssel verloren war. Sie zählt erst, wenn Sie sie bestätigen.

# Records.
wallet-record-wrong-content = Als irrtümlich erfasst markiert: Der Inhalt ist falsch
wallet-record-wrong-patient = Als irrtümlich erfasst markiert: Es gehört einer anderen Person
wallet-record-by-you = Sie
wallet-own-account = Ihr Konto
wallet-threshold = Von { $count } Teilen seines Schlüssels öffnen es { $threshold } beliebige.
wallet-copy-good = unversehrt
wallet-holders-default = Ihre Krankenhäuser legen fest, wer die Teile der Schlüssel Ihrer Dokumente verwahrt.
wallet-holders-chosen = Sie haben festgelegt, wer die Teile der Schlüssel Ihrer Dokumente verwahrt: { $holders }.
wallet-synced-not = Ihre Namen und Texte liegen nur auf diesem Gerät.
wallet-synced = Ihre Namen und Texte liegen auch verschlüsselt bei { $institutions }. Nur Ihre App kann sie lesen.

# The registration desk.
wallet-enrol = Ich stimme zu, dass { $institution } mich mit den Schlüsseln dieser App aufnimmt. Art des Kontos: { $role }.
