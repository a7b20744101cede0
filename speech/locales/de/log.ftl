# Lines of a patient's log.

# $actor.
actor-at = { $who } ({ $institution })
actor-on-behalf = { $who } im Namen von { $principal }

log-enrolled = { $actor } hat die Patientin oder den Patienten aufgenommen
log-status-set = { $actor } hat den Status der Patientin oder des Patienten auf „{ $status }“ gesetzt
log-signing-disabled = { $actor } hat den Schlüssel der Patientin oder des Patienten als verloren gemeldet, seit { $since }
log-signing-enabled = { $actor } hat den Schlüssel der Patientin oder des Patienten als wiedergefunden gemeldet
log-encryption-key-set = { $actor } hat den eigenen Verschlüsselungsschlüssel geändert
log-consent-granted =
    { $effect ->
        [permit] { $actor } hat den Zugriff für { $grantee } erlaubt (Einwilligung { $id })
       *[deny] { $actor } hat den Zugriff für { $grantee } verboten (Einwilligung { $id })
    }
log-consent-amended = { $actor } hat { $consent } geändert (Stand { $revision })
log-consent-revoked = { $actor } hat { $consent } widerrufen
log-consent-proposed = { $actor } hat im Namen der Patientin oder des Patienten eine Einwilligung für { $grantee } vorgeschlagen. Eine zweite Fachkraft muss sie bestätigen
log-consent-assisted = { $actor } hat im Namen der Patientin oder des Patienten Einwilligung { $id } für { $grantee } eingetragen, als letzte Person, die zustimmen musste. Sie gilt erst nach einer Frist, meist einem Tag. Die Patientin oder der Patient kann sie vorher widerrufen oder solche Einwilligungen für immer ablehnen
log-consent-awaits-authority = { $actor } hat im Namen der Patientin oder des Patienten einer Einwilligung für { $grantee } zugestimmt, als zweite von zwei Personen. Eine Gesundheitsbehörde muss sie noch bestätigen
log-counted = { $actor } hat die Patientin oder den Patienten in Runde { $round } gezählt, für { $study }
log-assisted-refused = { $actor } hat für immer abgelehnt, dass andere im Namen der Patientin oder des Patienten Einwilligungen eintragen
log-consent-confirmed = { $actor } hat { $consent } bestätigt
log-request-submitted = { $actor } hat um Zugriff für { $grantee } gebeten (Anfrage { $request })
log-request-submitted-own = { $actor } hat um Zugriff gebeten (Anfrage { $request })
log-request-approved = { $actor } hat Anfrage { $request } genehmigt ({ $consent })
log-request-denied = { $actor } hat Anfrage { $request } abgelehnt
log-request-withdrawn = { $actor } hat Anfrage { $request } zurückgezogen
log-records-created = { $actor } hat { $records } hinzugefügt
log-record-created = { $actor } hat Dokument { $record } hinzugefügt
log-version-added = { $actor } hat Fassung { $version } von Dokument { $record } hinzugefügt
log-wider-version-added = { $actor } hat Fassung { $version } von Dokument { $record } hinzugefügt und dabei seine Monate erweitert, Schutzkennzeichen ergänzt oder seine Vertraulichkeit erhöht
log-labelled = { $actor } hat die Schutzkennzeichen von Dokument { $record } festgelegt: { $labels }
log-entered-in-error = { $actor } hat Dokument { $record } als „{ $status }“ markiert
log-mark-taken-back = { $actor } hat die Markierung von Dokument { $record } zurückgenommen: Es gilt wieder
log-mark-proposed = { $actor } hat vorgeschlagen, Dokument { $record } als „{ $status }“ zu markieren. Eine zweite Person muss das bestätigen
log-mark-back-proposed = { $actor } hat vorgeschlagen, die Markierung von Dokument { $record } zurückzunehmen. Eine zweite Person muss das bestätigen
log-labels-proposed = { $actor } hat Schutzkennzeichen für Dokument { $record } vorgeschlagen: { $labels }. Eine zweite Person muss das bestätigen
log-death-proposed = { $actor } hat vorgeschlagen, die Patientin oder den Patienten für verstorben zu erklären. Eine zweite Person muss das bestätigen
log-death-back-proposed = { $actor } hat vorgeschlagen, die Erklärung zurückzunehmen, dass die Patientin oder der Patient verstorben ist. Eine zweite Person muss das bestätigen
log-new-key-proposed = { $actor } hat vorgeschlagen, dem Konto der Patientin oder des Patienten einen neuen Schlüssel zu geben: { $key }. Eine zweite Person muss das bestätigen, danach muss eine Gesundheitsbehörde ihn beglaubigen
log-responsibility-moved = { $actor } hat { $institution } die Verantwortung für Dokument { $record } übertragen
log-share-acknowledged = { $holder } hat den Erhalt eines Schlüsselteils von Dokument { $record } bestätigt (Fassung { $version })
log-many-shares-acknowledged = { $holder } hat den Erhalt von Schlüsselteilen bestätigt: { $versions }
log-share-lost = { $holder } hat den Schlüsselteil von Dokument { $record } verloren (Fassung { $version })
log-many-shares-lost = { $holder } hat Schlüsselteile verloren: { $versions }
log-holders-chosen = { $actor } hat festgelegt, wer die Schlüssel künftiger Dokumente verwahrt
log-guardians-set = { $actor } hat Vertrauenspersonen benannt, die dem Konto der Patientin oder des Patienten gemeinsam einen neuen Schlüssel geben können. Sie zählen ab dem { $from }
log-key-change-began = { $actor } hat begonnen, den Schlüssel der Patientin oder des Patienten durch einen neuen zu ersetzen: { $key }. Das kann ab dem { $from } abgeschlossen werden. Bis zum Abschluss kann das Krankenhaus es beenden, indem es den Schlüssel sperrt, und die Patientin oder der Patient mit: vouchsafe recovery object
log-key-change-ended = { $actor } hat den Wechsel zum neuen Schlüssel { $key } beendet. Das Konto behält seinen bisherigen Schlüssel
log-recovery-began = { $actor } hat als Vertrauensperson begonnen, dem Konto der Patientin oder des Patienten einen neuen Schlüssel zu geben: { $key }. Andere Vertrauenspersonen müssen ihn noch genehmigen. Wenn der bisherige Schlüssel nicht gesperrt ist, kann die Patientin oder der Patient widersprechen mit: vouchsafe recovery object
log-recovery-approved = { $actor } hat als Vertrauensperson den neuen Schlüssel { $key } genehmigt. Weitere Vertrauenspersonen müssen ihn noch genehmigen
log-recovery-approved-enough = { $actor } hat als Vertrauensperson den neuen Schlüssel { $key } genehmigt, und es fehlt keine Genehmigung mehr. Er kann den bisherigen Schlüssel ab dem { $from } ersetzen. Wenn der bisherige Schlüssel nicht gesperrt ist, kann die Patientin oder der Patient widersprechen, bis das geschehen ist, mit: vouchsafe recovery object
log-recovery-proposed = { $actor } hat den Vorschlag bestätigt, dem Konto der Patientin oder des Patienten einen neuen Schlüssel zu geben: { $key }. Eine Gesundheitsbehörde muss ihn noch beglaubigen. Die Patientin oder der Patient kann widersprechen, auch wenn der bisherige Schlüssel gesperrt ist, mit: vouchsafe recovery object
log-recovery-attested = { $actor } hat den neuen Schlüssel { $key } beglaubigt. Weil die Patientin oder der Patient widersprochen hat, muss eine Behörde ihn noch einmal beglaubigen
log-recovery-attested-enough = { $actor } hat den neuen Schlüssel { $key } beglaubigt. Er kann den bisherigen Schlüssel ab dem { $from } ersetzen. Wenn die Patientin oder der Patient noch nicht widersprochen hat, ist das möglich, bis das geschehen ist, auch wenn der bisherige Schlüssel gesperrt ist, mit: vouchsafe recovery object
log-recovery-objected = { $actor } hat dem neuen Schlüssel { $key } widersprochen. Eine Gesundheitsbehörde muss ihn nun insgesamt zweimal beglaubigen, und die Patientin oder der Patient kann nicht noch einmal widersprechen
log-recovery-objected-ended = { $actor } hat dem neuen Schlüssel { $key } widersprochen. Das Konto bekommt ihn nicht
log-key-replaced = { $actor } hat den Wechsel zum neuen Schlüssel { $key } abgeschlossen. Er unterschreibt ab jetzt für das Konto der Patientin oder des Patienten. Der bisherige Schlüssel unterschreibt nichts mehr
log-consent-by-law = { $actor } hat { $grantee } die gesetzliche Leseerlaubnis erteilt (Einwilligung { $id })
log-appointed = { $actor } hat { $who } zur Vertretung der Patientin oder des Patienten bestellt. { $who } darf { $scopes }
log-appointed-standby = { $actor } hat { $who } vorsorglich zur Vertretung der Patientin oder des Patienten bestellt. { $who } darf dann { $scopes }. Die Vertretung gilt erst, wenn zwei Fachkräfte sie in Kraft gesetzt haben, weil die Patientin oder der Patient nicht handeln kann
log-representative-ended = { $actor } hat die Vertretung der Patientin oder des Patienten durch { $who } beendet
log-representation-given-up = { $actor } hat die Vertretung der Patientin oder des Patienten niedergelegt
log-activated = { $actor } hat bestätigt, dass die Patientin oder der Patient nicht handeln kann. Die vorsorglich bestellte Vertretung durch { $who } gilt ab jetzt
log-registered = { $actor } hat bestätigt, dass { $who } als { $basis } zur gesetzlichen Vertretung der Patientin oder des Patienten eingetragen wird. { $who } darf dann { $scopes }. Eine Gesundheitsbehörde muss das noch beglaubigen
log-attested = { $actor } hat die gesetzliche Vertretung der Patientin oder des Patienten durch { $who } beglaubigt. Sie gilt ab { $from }, wenn sie nicht ausgesetzt ist. Eine Patientin oder ein Patient mit Schlüssel kann einmal widersprechen, wenn das nicht schon geschehen ist, auch wenn der Schlüssel gesperrt ist, mit: vouchsafe represent object
log-representative-objected = { $actor } hat der Vertretung durch { $who } widersprochen. { $who } kann nicht für die Patientin oder den Patienten handeln, bis eine Gesundheitsbehörde das noch einmal beglaubigt hat. Ein weiterer Widerspruch ist dann nicht möglich
log-representative-suspended = { $actor } hat die Vertretung der Patientin oder des Patienten durch { $who } ausgesetzt. { $who } kann jetzt weder für die Patientin oder den Patienten handeln noch aufgrund des Gesetzes lesen
log-representative-restored = { $actor } hat die Aussetzung der Vertretung durch { $who } aufgehoben
log-ward-enrolled = { $actor } hat die Patientin oder den Patienten aufgenommen, wie { $first } vorgeschlagen hatte. Das Konto hat keinen Schlüssel
log-activation-proposed = { $actor } hat vorgeschlagen, die vorsorglich bestellte Vertretung durch { $who } in Kraft zu setzen, weil die Patientin oder der Patient nicht handeln kann. Eine zweite Fachkraft muss das bestätigen
log-registration-proposed = { $actor } hat vorgeschlagen, { $who } als { $basis } zur gesetzlichen Vertretung der Patientin oder des Patienten einzutragen. { $who } darf dann { $scopes }. Eine zweite Person muss das bestätigen, danach muss eine Gesundheitsbehörde es beglaubigen

# An opening: $what is one of the following, or two joined by "und".
log-opened = { $actor } { $what }
opened = hat { $records } geöffnet
opened-own = hat { $records } aus der eigenen Akte geöffnet
opened-own-many = hat { $records } aus der eigenen Akte geöffnet
opened-refused = hat keinen Zugriff auf { $records } erhalten
opened-nothing = hat nichts geöffnet
# Records, and what opened them.
opened-by-consent = { $records } (Einwilligung { $consent })
opened-by-consents =
    { $count ->
        [one] { $records } (Einwilligung { $consents })
       *[other] { $records } (Einwilligungen { $consents })
    }
opened-by-break-glass = { $records } (Notfallzugriff)

log-for-purpose = { $line }, { $purpose }

# Openings of the same records, shortly after each other.
log-repeated = { $line } ({ $often })
log-repeated-until = { $line } ({ $often }, zuletzt { $last })
log-times = { $count }-mal
log-times-at-most = jedes höchstens { $count }-mal

# An entry that this version of the program does not know.
log-unknown = ein Eintrag unbekannter Art; aktualisieren Sie dieses Programm, um ihn zu lesen
# Entries that are shown one by one only on demand.
log-shares =
    { $count ->
        [one] { $count } Eintrag zu Schlüsselteilen
       *[other] { $count } Einträge zu Schlüsselteilen
    }
log-shares-acknowledged = { $entries }, bestätigt von { $holders }
