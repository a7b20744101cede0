# Texts of the wallet about counted things. Each is a phrase or sentence of its own.

wallet-requests-waiting =
    { $count ->
        [one] { $count } Anfrage wartet auf Ihre Antwort
       *[other] { $count } Anfragen warten auf Ihre Antwort
    }
wallet-opened-since =
    { $count ->
        [one] { $count } Dokument wurde seit Ihrem letzten Besuch geöffnet
       *[other] { $count } Dokumente wurden seit Ihrem letzten Besuch geöffnet
    }
wallet-new-entries =
    { $count ->
        [one] { $count } neuer Eintrag
       *[other] { $count } neue Einträge
    }
wallet-entries-checked =
    { $count ->
        [one] { $count } Eintrag wurde geprüft
       *[other] { $count } Einträge wurden geprüft
    }
wallet-entries-hidden =
    { $count ->
        [one] { $count } technischer Eintrag wird nicht angezeigt
       *[other] { $count } technische Einträge werden nicht angezeigt
    }
wallet-would-open =
    { $count ->
        [one] Das würde { $count } Dokument öffnen.
       *[other] Das würde { $count } Dokumente öffnen.
    }
wallet-sees-already =
    { $count ->
        [one] Diese Person sieht bereits { $count } Dokument.
       *[other] Diese Person sieht bereits { $count } Dokumente.
    }
wallet-left-out =
    { $count ->
        [one] { $count } Dokument bleibt ausgenommen.
       *[other] { $count } Dokumente bleiben ausgenommen.
    }
wallet-labelled =
    { $count ->
        [one] { $count } Dokument hat ein Schutzkennzeichen
       *[other] { $count } Dokumente haben ein Schutzkennzeichen
    }
wallet-restricted =
    { $count ->
        [one] { $count } Dokument ist vertraulich
       *[other] { $count } Dokumente sind vertraulich
    }
wallet-untitled =
    { $count ->
        [one] { $count } Dokument, dessen Titel dieses Gerät nicht kennt
       *[other] { $count } Dokumente, deren Titel dieses Gerät nicht kennt
    }
wallet-chosen =
    { $count ->
        [one] { $count } Dokument ausgewählt
       *[other] { $count } Dokumente ausgewählt
    }
wallet-found =
    { $count ->
        [one] { $count } Dokument gefunden
       *[other] { $count } Dokumente gefunden
    }
wallet-held-here =
    { $count ->
        [one] Verwahrt { $count } Dokument über Sie
       *[other] Verwahrt { $count } Dokumente über Sie
    }
wallet-intact-copies =
    { $count ->
        [one] { $count } Kopie ist unversehrt
       *[other] { $count } Kopien sind unversehrt
    }
wallet-bad-copies =
    { $count ->
        [one] { $count } Kopie ist beschädigt oder fehlt
       *[other] { $count } Kopien sind beschädigt oder fehlen
    }
wallet-consents-in-force =
    { $count ->
        [one] { $count } Einwilligung gilt
       *[other] { $count } Einwilligungen gelten
    }
wallet-consents-stopped =
    { $count ->
        [one] { $count } Einwilligung zählt nicht, solange alles gestoppt ist
       *[other] { $count } Einwilligungen zählen nicht, solange alles gestoppt ist
    }
wallet-custodians-agree =
    { $count ->
        [one] { $count } Krankenhaus sagt dasselbe
       *[other] { $count } Krankenhäuser sagen dasselbe
    }
wallet-patients =
    { $count ->
        [one] { $count } Patientin oder Patient
       *[other] { $count } Patientinnen und Patienten
    }
