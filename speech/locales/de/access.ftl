# Who sees what, what a consent would change, stopping everything, and who holds keys.

# How many records of a category somebody can read.
access-all =
    { $count ->
        [one] { $category }: das einzige
       *[other] { $category }: alle { $count }
    }
access-some = { $category }: { $open } von { $count }
access-none = { $category }: keines von { $count }
# By which consents.
access-by = Durch { $consents }.
# Why the other records of the category are closed. $reason is a sentence.
access-not-others = Die anderen nicht: { $reason }

# What a consent would change. $records is for example "3 Dokumente".
preview-opens = Für { $grantee } würde sich Folgendes öffnen, das jetzt verschlossen ist: { $records }.
preview-opens-nothing = Für { $grantee } würde sich kein weiteres Dokument öffnen.
preview-closes = Für { $grantee } würde sich Folgendes schließen, das jetzt offen ist: { $records }.
# How many of these are sensitive.
preview-labelled = Mit einem Schutzkennzeichen: { $count }.
preview-restricted = Vertraulich: { $count }.
preview-very-restricted = Streng vertraulich: { $count }.
preview-already = Schon offen für { $grantee }: { $records }.

# Stopping everything with one signature.
stop-reading = Niemand außer Ihnen kann Ihre Dokumente oder Ihr Zugriffsprotokoll lesen, und keine Studie zählt Sie.
stop-asking = Niemand kann Sie um Zugriff bitten.
stop-adding-allowed = Wem Sie das Hinzufügen von Dokumenten erlauben, kann weiter Dokumente hinzufügen.
stop-adding-stopped = Niemand außer Ihnen kann Dokumente hinzufügen, auch nicht, wem Sie es erlauben.
stop-past = Was vorher gelesen wurde, lässt sich nicht ungelesen machen.
stop-lifting = Wenn Sie den Stopp aufheben, gilt wieder, was Sie erlaubt haben.
stop-in-force = Alles ist gestoppt seit { $moment } (Einwilligung { $id }).
stop-lifted = Der Stopp ist aufgehoben. Ihre anderen Einwilligungen gelten wieder.

# Who may hold shares of the keys of new records.
holders-any = Jede Einrichtung dieses Netzes darf Teile der Schlüssel neuer Dokumente verwahren.
holders-only = Teile der Schlüssel neuer Dokumente dürfen nur diese verwahren: { $holders }.
holders-in-countries = Nur Einrichtungen in { $countries } dürfen Teile der Schlüssel neuer Dokumente verwahren.

# Kinds of lines of the log.
log-kind-asked = Um Zugriff gebeten
log-kind-opened = Dokumente geöffnet
log-kind-refused = Abgewiesen
log-kind-permitted = Erlaubt
log-kind-forbidden = Verboten
log-kind-revoked = Widerrufen
log-kind-counted = In einer Studie gezählt
log-kind-added = Dokumente hinzugefügt
log-kind-changed = Dokumente geändert
log-kind-account = Konto, Schlüssel und Vertretung
log-kind-shares = Schlüsselteile
log-kind-unknown = Unbekannte Art
