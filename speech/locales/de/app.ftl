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
wallet-failed-part = Ein Teil der App konnte nicht geladen werden. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut. Hilft das nicht, laden Sie die Seite neu.
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
wallet-failed-other-chain = Diese App wurde für ein anderes Netz von Krankenhäusern gemacht. Nichts wurde unterschrieben. Öffnen Sie die App unter der Adresse, die Ihr Krankenhaus Ihnen gibt.
wallet-failed-code-expired = Dieser Code ist abgelaufen. Bitten Sie um einen neuen.
wallet-failed-code-foreign = Dieser Code ist nicht von Vouchsafe.
wallet-failed-code-large = Dieser Code ist zu groß, um von Vouchsafe zu sein.
wallet-failed-no-document = Die Datei ist leer.
wallet-failed-too-large = Die Datei ist zu groß. Sie können hier Dateien bis { $most } MiB hinzufügen.
wallet-failed-unfinished-first = Ein früheres Dokument ist nicht fertig hinzugefügt. Stellen Sie es zuerst unter „Dokumente“ fertig, oder geben Sie es auf.
wallet-failed-unfinished = Das Dokument ist noch nicht fertig hinzugefügt. Nichts ist verloren: Es liegt verschlüsselt auf diesem Gerät, und Sie können es unter „Dokumente“ fertigstellen.
wallet-failed-given-up = Ihre Krankenhäuser oder die Blockchain nehmen dieses Dokument nicht an. Nichts davon wird aufbewahrt.
wallet-failed-kept-full = Auf diesem Gerät ist kein Platz für weitere Dokumente. Entfernen Sie einige von denen, die Sie hier behalten.
wallet-failed-kept-lost = Die Kopie auf diesem Gerät fehlt oder ist beschädigt. Sie wurde entfernt. Öffnen Sie das Dokument noch einmal.
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
wallet-held = { $held } von { $count } haben ihren Teil des Schlüssels.
wallet-threshold = Von { $count } Teilen seines Schlüssels öffnen es { $threshold } beliebige.
wallet-copy-good = unversehrt
wallet-holders-default = Ihre Krankenhäuser legen fest, wer die Teile der Schlüssel Ihrer Dokumente verwahrt.
wallet-holders-chosen = Sie haben festgelegt, wer die Teile der Schlüssel Ihrer Dokumente verwahrt: { $holders }.
wallet-synced-not = Ihre Namen und Texte liegen nur auf diesem Gerät.
wallet-synced = Ihre Namen und Texte liegen auch verschlüsselt bei { $institutions }. Nur Ihre App kann sie lesen.
wallet-synced-older = { $institution } hat eine ältere Kopie Ihrer Namen und Texte geliefert als zuvor. Es ging nichts verloren: Dieses Gerät hat die neuere.

# The registration desk.
wallet-enrol = Ich stimme zu, dass { $institution } mich mit den Schlüsseln dieser App aufnimmt. Art des Kontos: { $role }.

# Practitioners.
wallet-failed-patient-code = Das ist nicht der Code einer Patientin oder eines Patienten, die oder der aufgenommen ist.
wallet-failed-reason = Der Grund ist zu lang. Kürzen Sie ihn.
wallet-withdraw = Ich ziehe die Anfrage { $id } an { $who } zurück.
wallet-verb-ask = Unterschreiben und anfragen
wallet-verb-withdraw = Zurückziehen
wallet-note-reason = Nur die Patientin oder der Patient liest Ihren Grund: { $reason }
wallet-note-ask = Die Patientin oder der Patient kann alles, einen Teil davon oder nichts erlauben.
wallet-asked = Ihre Anfrage ist bei { $who }. Sie kann beantwortet werden bis { $until } (Block { $block }).
wallet-withdrawn = Ihre Anfrage ist zurückgezogen (Block { $block }).
# What a registrar signs at the desk, and what is to be known about it.
desk-enrol = Ich nehme das Konto { $account } für { $institution } auf. Art des Kontos: { $kind }. Ich habe geprüft, wer diese Person ist.
desk-affiliate = { $who } arbeitet ab { $from } für { $institution }, ohne Ende. Funktion: { $role }.
desk-affiliate-until = { $who } arbeitet ab { $from } bis { $until } für { $institution }. Funktion: { $role }.
desk-end = { $who } arbeitet ab sofort nicht mehr für { $institution }.
desk-status = Das Konto { $who } bekommt diesen Status: { $status }.
desk-disable = Mit dem Schlüssel von { $who } kann ab sofort niemand mehr unterschreiben. Vielleicht hat ihn seit { $since } jemand anders.
desk-enable = { $who } kann wieder unterschreiben.
desk-done = Erledigt und bewiesen: { $sentence }
desk-verb-enrol = Unterschreiben und aufnehmen
desk-verb-sign = Unterschreiben
desk-note-enrol = Vergleichen Sie zuerst einen Ausweis mit der Person. Eine Aufnahme lässt sich nicht zurücknehmen, nur sperren.
desk-note-other-kind = Der Code, den Sie zuletzt gezeigt haben, war für: { $asked }. Diese Antwort ist für: { $role }.
desk-note-waits = Eine andere Einrichtung hat diese Person aufgenommen. Deshalb gilt es erst, wenn die Person es angenommen hat.
desk-note-end = Was Patientinnen und Patienten dieser Person in Ihrer Einrichtung erlaubt haben, endet damit.
desk-note-suspended = Mit diesem Konto kann niemand handeln, bis Sie es wieder aktiv setzen.
desk-note-ended = Das ist endgültig. Das Konto lässt sich hier nicht wieder aktiv setzen.
desk-note-ended-patient = Mit diesem Konto kann niemand handeln. Sie können es wieder aktiv setzen.
desk-note-disable = Was jemand seitdem mit diesem Schlüssel erlaubt hat, gilt erst, wenn die Person es bestätigt.
desk-note-enable = Was erlaubt wurde, während der Schlüssel verloren war, gilt erst, wenn die Person es bestätigt.
desk-no-label-key = Der Schlüssel für Kennzeichen wurde nicht zugestellt. Die App der Person macht einen, wenn sie ihn braucht.
desk-failed-damaged = Ein Teil dieses Codes fehlt oder wurde verändert. Scannen oder kopieren Sie ihn noch einmal ganz.
desk-failed-version = Dieser Code stammt von einer anderen Version von Vouchsafe. Laden Sie die Seite auf beiden Geräten neu und machen Sie einen neuen Code.
desk-failed-kind = Das ist ein Code von Vouchsafe, aber nicht der, der hier gebraucht wird.
desk-failed-institution = Dieser Code wurde nicht für Ihre Einrichtung unterschrieben. Zeigen Sie Ihren Code noch einmal und lassen Sie ihn neu unterschreiben.
desk-failed-enrolled = Dieses Konto ist bereits aufgenommen.
desk-failed-not-registrar = Sie arbeiten zurzeit nicht in der Aufnahme dieser Einrichtung.
desk-failed-not-allowed = Die Chain lässt die Aufnahme das mit diesem Konto nicht tun.
desk-failed-account = Mit diesem Konto ist niemand aufgenommen. Prüfen Sie die Adresse.
desk-failed-name = Dieser Name lässt sich nicht eintragen. Ein Name hat höchstens 120 Byte und keine versteckten Zeichen, und die Person arbeitet oder arbeitete in Ihrer Einrichtung.
# The patient’s choices: consents that staff enter, holders of keys, studies.
wallet-refuse-assisted = Ich lehne endgültig ab, dass Personal eines Krankenhauses in meinem Namen Einwilligungen einträgt. Das lässt sich nicht rückgängig machen.
wallet-choose-holders = Ich lege fest, wer Schlüssel meiner neuen Dokumente verwahren darf. { $choice }
wallet-verb-refuse-all = Alle endgültig ablehnen
wallet-verb-join = Teilnehmen
wallet-verb-leave = Austreten
wallet-verb-choose = Festlegen
wallet-note-refuse-assisted = Einwilligungen, die vorher eingetragen wurden, bleiben, bis Sie sie widerrufen.
wallet-note-holders = Bei Dokumenten, die Sie schon haben, ändert sich nichts. Bei wenigen Stellen lässt sich ein Dokument nicht öffnen, wenn mehrere davon nicht antworten.
wallet-too-few-holders = Für den Schlüssel eines Dokuments braucht es mindestens { $count } Einrichtungen, die Teile verwahren dürfen. Wählen Sie mehr.
wallet-note-leave = Was vorher gezählt wurde, bleibt in den Ergebnissen. Sie können wieder teilnehmen.
wallet-assisted-refused = Niemand kann mehr in Ihrem Namen eine Einwilligung eintragen (Block { $block }).
wallet-holders-changed = Ihre Wahl gilt für Dokumente, die ab jetzt hinzukommen (Block { $block }).
wallet-assisted-waits = { $signed } von { $institution } hat in Ihrem Namen eine Einwilligung eingetragen. Sie gilt noch nicht: Bis { $moment } wartet sie auf eine zweite Fachkraft.
wallet-assisted-waits-authority = { $signed } von { $institution } haben in Ihrem Namen eine Einwilligung eingetragen. Sie gilt noch nicht: Bis { $moment } wartet sie auf eine Gesundheitsbehörde.
wallet-study-round-costs = Jede Runde verbraucht { $cost } Ihres Datenschutzbudgets.
wallet-study-unreadable = Was die Studie fragt, lässt sich gerade nicht lesen: { $reason }
wallet-study-has-left = Sie sind mit Einwilligung { $id } aus dieser Studie ausgetreten.
wallet-budget = Von Ihren { $budget } Einheiten Datenschutzbudget sind bis { $moment } noch { $left } übrig. Dann beginnt ein neues Jahr.
wallet-counted-in = Runde { $round } der Studie { $study }, gezählt von { $who }
# Eigene Dokumente: was unterschrieben wird und was daraus wird.
wallet-add = Ich füge meinen Dokumenten ein Dokument hinzu: { $title } ({ $category }, { $period }).
wallet-add-labels = Seine Schutzkennzeichen: { $labels }.
wallet-add-confidentiality = Seine Vertraulichkeit: { $level }.
wallet-add-note = Ich füge dem Dokument { $record } eine Anmerkung hinzu: { $note }
wallet-finish = Ich füge { $title } fertig zu meinen Dokumenten hinzu.
wallet-label = Ich benenne die Schutzkennzeichen des Dokuments { $record }: { $labels }.
wallet-verb-add = Verschlüsseln und hinzufügen
wallet-verb-finish = Fertig hinzufügen
wallet-verb-label = Kennzeichen benennen
wallet-you = Sie
wallet-note-keys = Der Schlüssel wird aufgeteilt auf { $holders }. Niemand davon kann das Dokument allein öffnen.
wallet-note-add = Ihre Einwilligungen bestimmen, wer es sehen darf, wie bei Ihren anderen Dokumenten.
wallet-note-note = Das Dokument selbst bleibt, wie es ist. Die Anmerkung gehört dazu. Wer diese Art von Dokument sehen darf, kann sie sehen.
wallet-note-label = Ein Kennzeichen lässt sich nicht mehr entfernen. Ihre Einwilligungen, die dieses Kennzeichen nennen, gelten dann für dieses Dokument.
wallet-note-title = Anmerkung zu { $record }
wallet-no-title = Geben Sie dem Dokument einen Titel mit höchstens { $most } Zeichen.
wallet-no-note = Schreiben Sie eine Anmerkung mit höchstens { $most } Zeichen.
wallet-no-label = Wählen Sie mindestens ein Kennzeichen.
wallet-added = { $title } ist bei Ihren Dokumenten (Block { $block }).
wallet-added-partly = { $institutions }: Ein Teil des Schlüssels ist dort noch nicht bestätigt. Sie können das später unter „Dokumente“ fertigstellen.
wallet-labels-added = Das Dokument { $record } hat jetzt die Kennzeichen { $labels }.
wallet-unfinished-ready = Es ist bei Ihren Dokumenten.
wallet-unfinished-missing = Es ist bei Ihren Dokumenten. Ein Teil seines Schlüssels ist noch nicht angekommen bei { $institutions }.
wallet-unfinished-not-added = Es ist noch nicht bei Ihren Dokumenten. Es liegt verschlüsselt auf diesem Gerät.
wallet-kept = Fassung { $version }, auf diesem Gerät seit { $time }. Vielleicht gibt es eine neuere Fassung.
wallet-waiting-adding = Das Dokument wird verschlüsselt und an Ihre Krankenhäuser geschickt, bis sie es bestätigen
wallet-waiting-file = Das Dokument wird geholt und in die Datei geschrieben
