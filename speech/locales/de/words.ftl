# Names of the chain's closed lists, as they are used inside sentences.

# Kinds of accounts.
account-institution = eine Einrichtung
account-authority = eine Gesundheitsbehörde
account-practitioner = eine Fachkraft
account-patient = eine Patientin oder ein Patient
account-person = eine Person
account-researcher = eine forschende Person

# Statuses of accounts.
status-active = aktiv
status-suspended = gesperrt
status-ended = beendet
status-deceased = verstorben
status-merged = zusammengeführt
status-closed = geschlossen

# Roles, in the plural. After "Ich erlaube" they are in the dative.
role-physician =
    { $form ->
        [dative] Ärztinnen und Ärzten
       *[plain] Ärztinnen und Ärzte
    }
    .one = Ärztin oder Arzt
role-nurse =
    { $form ->
        [dative] Pflegekräften
       *[plain] Pflegekräfte
    }
    .one = Pflegekraft
role-midwife =
    { $form ->
        [dative] Hebammen
       *[plain] Hebammen
    }
    .one = Hebamme
role-dentist =
    { $form ->
        [dative] Zahnärztinnen und Zahnärzten
       *[plain] Zahnärztinnen und Zahnärzte
    }
    .one = Zahnärztin oder Zahnarzt
role-pharmacist =
    { $form ->
        [dative] Apothekerinnen und Apothekern
       *[plain] Apothekerinnen und Apotheker
    }
    .one = Apothekerin oder Apotheker
role-therapist =
    { $form ->
        [dative] Therapeutinnen und Therapeuten
       *[plain] Therapeutinnen und Therapeuten
    }
    .one = Therapeutin oder Therapeut
role-psychologist =
    { $form ->
        [dative] Psychologinnen und Psychologen
       *[plain] Psychologinnen und Psychologen
    }
    .one = Psychologin oder Psychologe
role-technician =
    { $form ->
        [dative] technischen Fachkräften
       *[plain] technische Fachkräfte
    }
    .one = technische Fachkraft
role-administration =
    { $form ->
        [dative] Verwaltungskräften
       *[plain] Verwaltungskräfte
    }
    .one = Verwaltungskraft
role-registrar =
    { $form ->
        [dative] Aufnahmekräften
       *[plain] Aufnahmekräfte
    }
    .one = Aufnahmekraft
role-privacy-officer =
    { $form ->
        [dative] Datenschutzbeauftragten
       *[plain] Datenschutzbeauftragte
    }
    .one = Datenschutzbeauftragte oder Datenschutzbeauftragter

# Categories of records: in the plural after "meine", and one of them. They have no adjectives,
# because their endings would differ after "meine" and without it.
category-summary = Patientenkurzakten
    .one = Patientenkurzakte
category-prescription = Rezepte
    .one = Rezept
category-dispensation = Arzneimittelabgaben
    .one = Arzneimittelabgabe
category-imaging = Bildbefunde
    .one = Bildbefund
category-laboratory = Laborbefunde
    .one = Laborbefund
category-discharge = Entlassbriefe
    .one = Entlassbrief
category-episode-summary = Zusammenfassungen von Behandlungsfällen
    .one = Zusammenfassung eines Behandlungsfalls
category-encounter = Behandlungsnotizen
    .one = Behandlungsnotiz
category-procedure = Eingriffsberichte
    .one = Eingriffsbericht
category-immunisation = Impfeinträge
    .one = Impfeintrag
category-vital-signs = Vitalwerte (auch Fragebögen)
    .one = Vitalwerte oder Fragebogen
category-plan = Behandlungspläne
    .one = Behandlungsplan
category-advance-directive = Patientenverfügungen
    .one = Patientenverfügung
category-financial = Abrechnungen
    .one = Abrechnung
category-patient-entered = Eigenangaben
    .one = Eigenangabe
category-other = Dokumente anderer Art
    .one = Dokument anderer Art

# What may be done. In a consent it is an infinitive with "zu".
action-read =
    { $form ->
        [to] zu lesen
       *[plain] lesen
    }
action-write =
    { $form ->
        [to] zu ergänzen
       *[plain] ergänzen
    }
action-refer =
    { $form ->
        [to] für Überweisungen an Kolleginnen und Kollegen zu verwenden
       *[plain] für Überweisungen an Kolleginnen und Kollegen verwenden
    }
action-read-log =
    { $form ->
        [to] das Zugriffsprotokoll zu lesen
       *[plain] das Zugriffsprotokoll lesen
    }
action-aggregate =
    { $form ->
        [to] statistisch auszuwerten
       *[plain] statistisch auswerten
    }
action-unknown = auf unbekannte Weise zu verwenden (Tätigkeit { $number })

# Purposes, with their preposition.
purpose-treatment = zur Behandlung
purpose-emergency-treatment = zur Notfallbehandlung
purpose-payment = zur Abrechnung
purpose-operations = für den Betrieb der Einrichtung
purpose-research = für die Forschung
purpose-public-health = für die öffentliche Gesundheit
purpose-care-coordination = zur Abstimmung der Behandlung
purpose-population-health = zur Versorgung einer Bevölkerungsgruppe
purpose-clinical-trial = zur Behandlung in einer klinischen Studie
purpose-care-management = zur dauerhaften Betreuung bei einer Krankheit
purpose-quality-improvement = zur Verbesserung der Behandlungsqualität
purpose-patient-safety = für die Patientensicherheit
purpose-patient-request =
    { $person ->
        [first] auf meinen Wunsch
        [second] auf Ihren Wunsch
       *[third] auf Wunsch der Patientin oder des Patienten
    }
purpose-family-request =
    { $person ->
        [first] auf Wunsch meiner Familie
        [second] auf Wunsch Ihrer Familie
       *[third] auf Wunsch der Familie
    }
purpose-unknown = zu einem unbekannten Zweck (Nummer { $number })

# Levels of confidentiality.
confidentiality-normal = normal
confidentiality-restricted = vertraulich
confidentiality-very-restricted = streng vertraulich

# Traits of studies, after "Studien, die".
trait-commercial = ihre Ergebnisse verkaufen
trait-for-profit-sponsor = einen gewinnorientierten Sponsor haben
trait-beyond-health = nicht nur die Gesundheit betreffen
trait-ancestry = die Abstammung betreffen
trait-methods = neue Methoden entwickeln
trait-sensitive = sensible Dokumente verwenden
trait-unknown = ein unbekanntes Merkmal haben (Nummer { $number })

# Where a record comes from.
origin-authored = dort geschrieben
origin-imported = übernommen
origin-patient-entered = von der Patientin oder dem Patienten eingetragen
origin-device = von einem Gerät gesendet

# What a record is to another: "es … Dokument 3f9a0c1d".
relation-appends = ergänzt
relation-transforms = ist umgewandelt aus
relation-signs = unterzeichnet

# Statuses of records.
record-current = aktuell
record-wrong-content = irrtümlich erfasst (falscher Inhalt)
record-wrong-patient = irrtümlich erfasst (Dokument einer anderen Person)

# Who holds a key share.
holder-institution = eine Einrichtung
holder-patient = die Patientin oder der Patient
holder-practitioner = eine Fachkraft
holder-emergency = die Behörde, für Notfälle

# Sensitivity labels.
label-hiv = HIV
label-psychiatry = Psychiatrie
label-substance-use = Suchtmittel
label-sexual-health = sexuelle Gesundheit
label-sexually-transmitted = sexuell übertragbare Infektion
label-genetics = Genetik
label-violence = Gewalt
label-unnamed = unbenanntes Kennzeichen { $tag }
label-unclassified = nicht eingeordnet (sensibel)
labels-empty = keine

# Counted things.
count-record =
    { $count ->
        [one] { $count } Dokument
       *[other] { $count } Dokumente
    }
count-version =
    { $count ->
        [one] { $count } Fassung
       *[other] { $count } Fassungen
    }
count-entry =
    { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträge
    }
count-resource =
    { $count ->
        [one] { $count } Ressource
       *[other] { $count } Ressourcen
    }
count-share =
    { $count ->
        [one] { $count } Schlüsselteil
       *[other] { $count } Schlüsselteile
    }
count-label =
    { $count ->
        [one] { $count } unbenanntes Kennzeichen
       *[other] { $count } unbenannte Kennzeichen
    }
count-person =
    { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    }
