# Documents made readable for patients: headings, labels, and the meaning of codes.

# Headings.
doc-allergies = Allergien
doc-problems = Diagnosen und Beschwerden
doc-medication = Medikation
doc-reports = Befunde
doc-results = Ergebnisse
doc-vaccinations = Impfungen
doc-visits = Arztbesuche und Aufenthalte
doc-procedures = Eingriffe
doc-plans = Behandlungspläne und Verordnungen
doc-goals = Ziele
doc-images = Bilder
doc-documents = Dokumente
doc-bills = Rechnungen
doc-insurance = Versicherung
doc-family = Erkrankungen in der Familie
doc-devices = Geräte und Implantate
doc-wishes = Einwilligungen und Verfügungen
doc-questionnaires = Fragebögen
doc-others = Weitere Angaben
doc-people = Personen und Orte

# Labels of facts, and columns of tables.
doc-what = Was
doc-name = Name
doc-patient = Patientin oder Patient
doc-born = Geboren
doc-died = Verstorben
doc-sex = Geschlecht
doc-language = Sprache
doc-contact = Kontakt
doc-address = Anschrift
doc-number = Nummer
doc-role = Funktion
doc-reaction = Reaktion
doc-severity = Schwere
# How dangerous an allergy is.
doc-risk = Gefahr
doc-group = Gruppe
doc-status = Status
doc-certainty = Sicherheit
doc-stage = Stadium
doc-since = Seit
doc-until = Bis
doc-last = Zuletzt
doc-recorded = Erfasst
doc-when = Wann
doc-where = Wo
doc-who = Wer
# The person or institution that an order is for.
doc-to = An
doc-kind = Art
doc-body-site = Körperstelle
doc-method = Methode
doc-dose = Dosis
doc-amount = Menge
# For how many days the medicine is enough.
doc-supply = Reicht für
doc-reason = Grund
doc-valid = Gültig
doc-not-to-be-done = Nicht geben oder durchführen
doc-form = Darreichungsform
doc-ingredients = Wirkstoffe und Bestandteile
doc-lot = Charge
doc-manufacturer = Hersteller
doc-against = Gegen
doc-dose-number = Impfdosis Nr.
doc-value = Wert
doc-range = Normalbereich
# What a result means: too high, normal.
doc-meaning = Bewertung
doc-conclusion = Beurteilung
doc-diagnosis = Diagnose
doc-discharge = Entlassen nach
doc-outcome = Ausgang
doc-complications = Komplikationen
doc-follow-up = Wie es weitergeht
doc-measures = Maßnahmen
doc-progress = Verlauf
doc-target = Zielwert
doc-pictures-count = Anzahl der Bilder
doc-file = Datei
doc-bill = Rechnung
# What the insurer decided about a bill.
doc-settlement = Abrechnung der Versicherung
# Who sent a bill.
doc-from = Von
doc-insurer = Versicherung
doc-total = Summe
doc-paid = Bezahlt
doc-holder = Versicherte Person
# Diseases in the family.
doc-conditions = Krankheiten
doc-question = Frage
doc-answer = Antwort
doc-note = Anmerkung
doc-further = Weitere Einzelheiten

# Values.
doc-yes = ja
doc-no = nein
# In place of a title.
doc-unnamed = Ohne Namen
doc-as-needed = bei Bedarf
doc-nothing = Dieser Teil hat keinen Inhalt, der als Text gezeigt werden kann. Die Datei enthält alles.
doc-file-inside = Die Datei enthält „{ $name }“. Speichern Sie die Datei, um sie zu öffnen.
doc-wrong = Irrtümlich erfasst: Verlassen Sie sich nicht darauf.
doc-wrong-title = Irrtümlich erfasst
doc-wrong-entries = Irrtümlich erfasst: { $titles }. Verlassen Sie sich nicht darauf.
doc-left-out =
    { $count ->
        [one] { $count } weiterer Teil wurde hier weggelassen, weil das Dokument sehr lang ist. Die Datei enthält alles.
       *[other] { $count } weitere Teile wurden hier weggelassen, weil das Dokument sehr lang ist. Die Datei enthält alles.
    }
doc-code = Code { $code }
doc-code-of = Code { $code } aus { $system }
doc-remark = { $text } ({ $remark })
doc-labelled = { $label }: { $value }
doc-decimal-mark = ,
# The same value on several dates. $when is a period.
doc-times =
    { $count ->
        [one] { $when }
       *[other] { $when } ({ $count }-mal)
    }

# Dates, periods and ranges.
doc-day = { $day }. { $month } { $year }
doc-day-at = { $date }, { $time } Uhr
doc-between = { $from } bis { $to }
doc-since-date = seit { $from }
doc-until-date = bis { $to }
doc-at-least = mindestens { $low }
doc-at-most = höchstens { $high }
doc-weeks =
    { $count ->
        [one] { $count } Woche
       *[other] { $count } Wochen
    }
doc-months =
    { $count ->
        [one] { $count } Monat
       *[other] { $count } Monate
    }
doc-years =
    { $count ->
        [one] { $count } Jahr
       *[other] { $count } Jahre
    }

# How often a medicine is taken.
doc-per-hour =
    { $count ->
        [one] einmal stündlich
       *[other] { $count }-mal stündlich
    }
doc-per-day =
    { $count ->
        [one] einmal täglich
       *[other] { $count }-mal täglich
    }
doc-per-week =
    { $count ->
        [one] einmal wöchentlich
       *[other] { $count }-mal wöchentlich
    }
doc-per-month =
    { $count ->
        [one] einmal monatlich
       *[other] { $count }-mal monatlich
    }
doc-per-year =
    { $count ->
        [one] einmal jährlich
       *[other] { $count }-mal jährlich
    }
doc-every = alle { $duration }
doc-often-every = { $count }-mal alle { $duration }
doc-for = { $duration } lang
doc-as-needed-for = bei Bedarf: { $reason }

# Statuses.
doc-status-active = aktuell
doc-status-recurrence = wiedergekehrt
doc-status-relapse = wiedergekehrt
doc-status-inactive = nicht aktuell
doc-status-remission = in Rückbildung
doc-status-resolved = ausgeheilt
doc-status-unconfirmed = nicht bestätigt
doc-status-provisional = vorläufig
doc-status-differential = eine von mehreren Möglichkeiten
doc-status-confirmed = bestätigt
doc-status-refuted = ausgeschlossen
doc-status-entered-in-error = irrtümlich erfasst
doc-status-registered = angemeldet, ohne Ergebnis
doc-status-partial = unvollständig
doc-status-preliminary = vorläufig
doc-status-final = endgültig
doc-status-amended = nachträglich geändert
doc-status-corrected = berichtigt
doc-status-appended = nachträglich ergänzt
doc-status-cancelled = abgesagt
doc-status-preparation = in Vorbereitung
doc-status-in-progress = läuft
doc-status-not-done = nicht durchgeführt
doc-status-on-hold = unterbrochen
doc-status-stopped = abgesetzt
doc-status-completed = abgeschlossen
doc-status-draft = Entwurf
doc-status-revoked = zurückgezogen
doc-status-planned = geplant
doc-status-arrived = angekommen
doc-status-onleave = beurlaubt
doc-status-finished = beendet
doc-status-intended = vorgesehen
doc-status-not-taken = nicht eingenommen
doc-status-proposed = vorgeschlagen
doc-status-accepted = angenommen
doc-status-rejected = abgelehnt
doc-status-improving = bessert sich
doc-status-worsening = verschlechtert sich
doc-status-no-change = unverändert
doc-status-achieved = erreicht
doc-status-sustaining = erreicht und anhaltend
doc-status-not-achieved = nicht erreicht
doc-status-no-progress = kein Fortschritt
doc-status-not-attainable = nicht erreichbar
doc-status-available = verfügbar
doc-status-current = aktuell
doc-status-superseded = durch Neueres ersetzt
doc-status-pending = noch nicht vereinbart
doc-status-booked = gebucht
doc-status-fulfilled = hat stattgefunden
doc-status-noshow = nicht erschienen
doc-status-issued = ausgestellt
doc-status-balanced = ausgeglichen

# How dangerous an allergy is, and how severe a reaction was.
doc-risk-low = gering
doc-risk-high = hoch
doc-severity-mild = leicht
doc-severity-moderate = mittelschwer
doc-severity-severe = schwer
doc-allergen-food = Lebensmittel
doc-allergen-medication = Arzneimittel
doc-allergen-environment = Umwelt
doc-allergen-biologic = biologischer Stoff

# What a result means.
doc-meaning-N = normal
doc-meaning-A = nicht normal
doc-meaning-AA = gefährlich verändert
doc-meaning-H = zu hoch
doc-meaning-HH = viel zu hoch
doc-meaning-HU = deutlich zu hoch
doc-meaning-L = zu niedrig
doc-meaning-LL = viel zu niedrig
doc-meaning-LU = deutlich zu niedrig
doc-meaning-POS = positiv
doc-meaning-NEG = negativ
doc-meaning-IND = weder positiv noch negativ
doc-meaning-DET = nachgewiesen
doc-meaning-ND = nicht nachgewiesen
doc-meaning-S = empfindlich
doc-meaning-I = teilweise resistent
doc-meaning-R = resistent

# Kinds of visits.
doc-visit-AMB = ambulanter Besuch
doc-visit-EMER = Notfall
doc-visit-FLD = Behandlung außerhalb eines Krankenhauses
doc-visit-HH = Hausbesuch
doc-visit-IMP = stationärer Aufenthalt
doc-visit-ACUTE = stationärer Aufenthalt, akut
doc-visit-NONAC = stationärer Aufenthalt, nicht akut
doc-visit-OBSENC = Beobachtung
doc-visit-PRENC = vor der Aufnahme
doc-visit-SS = Kurzaufenthalt
doc-visit-VR = per Telefon oder Video

# When a medicine is taken.
doc-time-BID = zweimal täglich
doc-time-TID = 3-mal täglich
doc-time-QID = 4-mal täglich
doc-time-QD = einmal täglich
doc-time-QOD = jeden zweiten Tag
doc-time-AM = vormittags
doc-time-PM = nachmittags
doc-time-HS = vor dem Schlafen
doc-time-BED = zur Schlafenszeit
doc-time-WAKE = nach dem Aufwachen
doc-time-MORN = morgens
doc-time-AFT = nachmittags
doc-time-EVE = abends
doc-time-NIGHT = nachts
doc-time-AC = vor den Mahlzeiten
doc-time-ACM = vor dem Frühstück
doc-time-ACD = vor dem Mittagessen
doc-time-ACV = vor dem Abendessen
doc-time-C = zu den Mahlzeiten
doc-time-CM = zum Frühstück
doc-time-CD = zum Mittagessen
doc-time-CV = zum Abendessen
doc-time-PC = nach den Mahlzeiten
doc-time-PCM = nach dem Frühstück
doc-time-PCD = nach dem Mittagessen
doc-time-PCV = nach dem Abendessen
doc-time-mon = montags
doc-time-tue = dienstags
doc-time-wed = mittwochs
doc-time-thu = donnerstags
doc-time-fri = freitags
doc-time-sat = samstags
doc-time-sun = sonntags

doc-sex-male = männlich
doc-sex-female = weiblich
doc-sex-other = anderes

# Kinds of bills.
doc-bill-institutional = Krankenhaus oder Einrichtung
doc-bill-oral = Zahnbehandlung
doc-bill-pharmacy = Apotheke
doc-bill-professional = ärztliche oder therapeutische Behandlung
doc-bill-vision = Augenbehandlung

# Kinds of results.
doc-result-vital-signs = Vitalwerte
doc-result-laboratory = Labor
doc-result-imaging = Bildgebung
doc-result-survey = Fragen und Punktwerte
doc-result-social-history = Lebensweise
doc-result-exam = Untersuchung
doc-result-procedure = Eingriffe
doc-result-therapy = Therapie
doc-result-activity = Aktivität
