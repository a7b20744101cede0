# The sentence that a patient agrees to. It is signed: it says everything that the terms say, and
# nothing else. The patient speaks. $effect is permit or deny. $grantee is in the dative.

consent =
    { $effect ->
        [permit] Ich erlaube { $grantee }, { $what }.
       *[deny] Ich verbiete { $grantee }, { $what }.
    }
# No action is named, so every action is meant.
consent-to-anything =
    { $effect ->
        [permit] Ich erlaube { $grantee }, { $purposes } in vollem Umfang auf { $records } zuzugreifen.
       *[deny] Ich verbiete { $grantee }, { $purposes } in irgendeiner Weise auf { $records } zuzugreifen.
    }
# $records there, in a consent that forbids.
records-or-log = { $records } oder { $log }

# $what, with $purposes. $records and $log are in the accusative.
do-records = { $records } { $purposes } { $actions }
do-read-records-and-log =
    { $effect ->
        [permit] { $records } und { $log } { $purposes } zu lesen
       *[deny] { $records } oder { $log } { $purposes } zu lesen
    }
do-records-and-log =
    { $effect ->
        [permit] { $purposes } { $records } { $actions } sowie { $log } zu lesen
       *[deny] { $purposes } { $records } { $actions } oder { $log } zu lesen
    }
do-log = { $log } { $purposes } zu lesen
do-log-limited = { $log }, beschränkt auf { $records }, { $purposes } zu lesen
# Only in a request.
do-anything = { $purposes } in vollem Umfang auf { $records } zuzugreifen

# $records.
records-all =
    { $person ->
        [first] meine Dokumente
        [second] Ihre Dokumente
       *[third] die Dokumente der Patientin oder des Patienten
    }
records-of-categories =
    { $person ->
        [first] meine { $categories }
        [second] Ihre { $categories }
       *[third] { $categories } der Patientin oder des Patienten
    }
# $form is one for a single record.
records-named =
    { $person ->
        [first]
            { $form ->
                [one] mein { $records }
               *[plain] meine { $records }
            }
        [second]
            { $form ->
                [one] Ihr { $records }
               *[plain] Ihre { $records }
            }
       *[third] { $records } der Patientin oder des Patienten
    }
# The records by their short ids.
records-by-id =
    { $count ->
        [one] Dokument { $ids }
       *[other] Dokumente { $ids }
    }
access-log =
    { $person ->
        [first] mein Zugriffsprotokoll
        [second] Ihr Zugriffsprotokoll
       *[third] das Zugriffsprotokoll der Patientin oder des Patienten
    }

# $purposes, if none is named.
purposes-any = zu jedem Zweck

# The sentences that follow, each only if the terms say something about it.
full-access = Zugriff in vollem Umfang heißt: diese Dokumente lesen, ergänzen und für Überweisungen an Kolleginnen und Kollegen verwenden. Nicht dazu gehört, { $log } zu lesen oder Statistiken zu berechnen.
# Beside records that are named one by one.
only-categories = Das gilt nur für { $categories }.
only-period =
    { $effect ->
        [permit] Das gilt nur für Dokumente zu Behandlungen, die vollständig { $period } stattfanden.
       *[deny] Das gilt nur für Dokumente zu Behandlungen, die irgendwann { $period } stattfanden.
    }
# Confidentiality. Restricted records are more sensitive than normal ones.
restricted-not-included = Vertrauliche Dokumente sind nicht eingeschlossen.
restricted-included = Vertrauliche Dokumente sind eingeschlossen, streng vertrauliche nicht.
very-restricted-included = Vertrauliche und streng vertrauliche Dokumente sind eingeschlossen.
# In place of restricted-not-included and labels-not-included.
sensitive-not-included = Dokumente, die vertraulich sind oder ein Schutzkennzeichen haben, sind nicht eingeschlossen.
only-restricted = Das gilt nur für vertrauliche und streng vertrauliche Dokumente.
only-very-restricted = Das gilt nur für streng vertrauliche Dokumente.
# Traits of studies.
traits-not-included = Studien, die { $traits }, sind nicht eingeschlossen.
traits-included = Studien jeder Art sind eingeschlossen.
traits-unknown-included = Studien, die { $traits }, sind eingeschlossen.
only-traits = Das gilt nur für Studien, die { $traits }.
# In a consent for a single study.
traits-of-study = Diese Einwilligung gilt auch, wenn die Studie zu denen gehört, die { $traits }.
only-authors = Das gilt nur für Dokumente, die von { $institutions } geschrieben wurden.
only-responsible = Das gilt nur für Dokumente, für die { $institutions } verantwortlich ist.
only-countries =
    { $effect ->
        [permit] Das gilt nur für Personen, die für eine Einrichtung in { $countries } handeln.
       *[deny] Das gilt nur für Personen, die für eine Einrichtung in { $countries } handeln, und für Personen, die für keine Einrichtung handeln.
    }
only-countries-of-studies = Das gilt nur für Studien in { $countries }.
log-excluded =
    { $effect ->
        [permit] Weil diese Einwilligung auf bestimmte Dokumente beschränkt ist, umfasst sie { $log } nicht.
        [request] Weil diese Anfrage auf bestimmte Dokumente beschränkt ist, umfasst sie { $log } nicht.
       *[deny] Weil dieser Widerspruch auf bestimmte Dokumente beschränkt ist, umfasst er { $log } nicht.
    }

# Sensitivity labels, in a consent that allows.
labels-not-included = Dokumente mit einem Schutzkennzeichen sind nicht eingeschlossen.
labels-included = Dokumente mit Schutzkennzeichen jeder Art sind eingeschlossen.
# Named labels: $labels.
labels-included-if = Dokumente mit einem Schutzkennzeichen sind nur eingeschlossen, wenn sie kein anderes haben als { $labels }.
only-labelled = Das gilt nur für Dokumente mit einem Schutzkennzeichen, und nur, wenn sie kein anderes haben als { $labels }.
# Sensitivity labels, in a consent that forbids.
only-labels = Das gilt nur für Dokumente mit dem Schutzkennzeichen { $labels } und für sensible Dokumente, deren Schutzkennzeichen noch niemand benannt hat.

valid-until-revoked =
    { $effect ->
        [permit] Diese Einwilligung gilt, bis ich sie widerrufe.
       *[deny] Dieser Widerspruch gilt, bis ich ihn widerrufe.
    }
valid-from =
    { $effect ->
        [permit] Diese Einwilligung gilt ab { $from }, bis ich sie widerrufe.
       *[deny] Dieser Widerspruch gilt ab { $from }, bis ich ihn widerrufe.
    }
valid-until =
    { $effect ->
        [permit] Diese Einwilligung gilt bis { $until }, wenn ich sie nicht früher widerrufe.
       *[deny] Dieser Widerspruch gilt bis { $until }, wenn ich ihn nicht früher widerrufe.
    }
valid-between =
    { $effect ->
        [permit] Diese Einwilligung gilt ab { $from } und bis { $until }, wenn ich sie nicht früher widerrufe.
       *[deny] Dieser Widerspruch gilt ab { $from } und bis { $until }, wenn ich ihn nicht früher widerrufe.
    }

# Only in a consent that forbids.
in-emergency-too = Das gilt auch im Notfall.
not-in-emergency = Das gilt nicht im Notfall.

# $period, between "vollständig" or "irgendwann" and "stattfanden".
period-from = ab { $from }
period-to = bis Ende { $to }
period-between = von { $from } bis { $to }
period-month = im { $month }

# A consent by its number.
consent-ref = Einwilligung { $id } für { $grantee }

# How it is with a consent now.
consent-in-force-since = gilt seit { $moment }
consent-not-yet = gilt erst ab { $moment }
consent-expired = abgelaufen am { $moment }

# What became of it.
consent-granted = Einwilligung { $id } gilt seit { $moment } (Block { $block }).
consent-amended = Einwilligung { $id } ist seit { $moment } geändert (Block { $block }).
consent-revoked = Einwilligung { $id } für { $grantee } ist seit { $moment } widerrufen (Block { $block }). Was vorher gelesen wurde, lässt sich nicht ungelesen machen.
