# Who acts for a patient.

# What a representative may do: a list after "darf".
scope-requests = Zugriffsanfragen beantworten
scope-consents = Einwilligungen verwalten
scope-records = Dokumente hinzufügen oder kennzeichnen
scope-holders = die Verwahrung der Schlüssel regeln
# A number that this version of the program does not know.
scope-unknown = etwas Unbekanntes tun (Befugnis { $number })
# Before the others, if it is by law.
scope-by-law = die Dokumente sowie das Zugriffsprotokoll lesen
# $scopes is the list.
scopes-until = bis { $until } { $scopes }

# Why the law lets somebody act for a patient, after "als".
legal-basis-parent = Elternteil
legal-basis-guardian = gerichtlich bestellte Betreuung
legal-basis-attorney = bevollmächtigte Person
legal-basis-executor = mit dem Nachlass betraute Person

# By whom somebody represents a patient. $scopes follows "darf".
representation-appointed = { $patient } hat { $who } zur Vertretung bestellt. { $who } darf { $scopes }.
representation-by-law = { $who } ist als { $basis } zur gesetzlichen Vertretung von { $patient } eingetragen und darf { $scopes }.
representation-attested = { $authority } hat das beglaubigt.

# Whether a representation is in force, and if not, why and what to do.
force-in-force = { $who } kann jetzt für { $patient } handeln.
force-suspended = Die Vertretung durch { $who } ist ausgesetzt. { $who } kann nicht für { $patient } handeln. Fragen Sie die Einrichtung, die { $patient } aufgenommen hat. Diese Einrichtung oder eine Gesundheitsbehörde hat die Vertretung ausgesetzt und kann das wieder aufheben.
force-not-for-standing = { $who } kann jetzt nicht für { $patient } handeln. Wer mit dem Nachlass betraut ist, handelt nur für Verstorbene, alle anderen handeln nur für Lebende, und für ein geschlossenes oder zusammengeführtes Konto handelt niemand. Wenn der Status von { $patient } falsch ist, fragen Sie die Einrichtung, die { $patient } aufgenommen hat.
force-standby = { $patient } hat { $who } vorsorglich bestellt. Wenn { $patient } nicht handeln kann, müssen zwei Fachkräfte eines Krankenhauses mit beglaubigter Zulassung die Vertretung in Kraft setzen. Sonst kann { $patient } die Vertretung ohne Vorbehalt neu bestellen.
force-in-doubt = Der Schlüssel von { $patient } galt als verloren oder gestohlen, als damit { $who } bestellt wurde. Darum gilt die Vertretung nicht. { $patient } kann { $who } noch einmal bestellen.
force-not-attested = Eine Gesundheitsbehörde muss beglaubigen, dass { $who } für { $patient } handelt.
force-objected = { $patient } hat der Vertretung durch { $who } widersprochen. { $who } kann nicht für { $patient } handeln, bis eine Gesundheitsbehörde das noch einmal beglaubigt hat.
force-waits = { $who } kann ab { $from } für { $patient } handeln.

# What a representative says or does for a patient. $text is one or more sentences.
acts-for = { $who } handelt für { $patient }.
said-for = { $who }, für { $patient }: „{ $text }“

# A consent that a representative gave, after what it does.
consent-quoted-for = Sie lautet, wie { $who } sie für die Patientin oder den Patienten erteilt hat: „{ $text }“
# A permit by law. Nobody says it, so it does not say "ich". $what is that of a consent.
law-allows = Das Gesetz erlaubt { $grantee }, { $what }, wie { $authority } beglaubigt hat.
law-valid-from = Das gilt ab { $from }, bis die Vertretung endet.
law-valid-between = Das gilt ab { $from } und bis { $until }, wenn die Vertretung nicht früher endet.
