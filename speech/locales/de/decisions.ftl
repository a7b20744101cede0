# Who may do what, and why.

decision-permit = { $reader } ist es erlaubt, { $purpose } { $act }. { $reason }
decision-refuse = { $reader } ist es nicht erlaubt, { $purpose } { $act }. { $reason }

# $act.
act-on-record = Dokument { $record } von { $patient } ({ $category }) { $action }
act-on-log = das Zugriffsprotokoll von { $patient } zu lesen

# $reason: one or more sentences.
basis-own = Patientinnen und Patienten dürfen ihre eigenen Dokumente und ihr Zugriffsprotokoll immer lesen.
basis-consent = Einwilligung { $id } für { $grantee } erlaubt es.
basis-break-glass = Eine Fachkraft hat im Notfall den Notfallzugriff ausgelöst.
reason-not-active = { $reader } ist nicht aufgenommen, nicht aktiv oder handelt für keine Einrichtung.
reason-wrong-patient = Das Dokument wurde bei der falschen Person erfasst und ist für alle geschlossen.
reason-denied = Einwilligung { $id } für { $grantee } verbietet es.
reason-no-consent = Die Patientin oder der Patient hat weder für { $reader } noch für eine Gruppe eingewilligt, zu der { $reader } gehört.
reason-not-covered = Keine Einwilligung umfasst es. Am nächsten kommt Einwilligung { $id } für { $grantee }: Sie { $mismatch }.
reason-not-attested = Nur ärztliches, zahnärztliches, Pflege- und Hebammenpersonal, dessen Zulassung die Behörde bestätigt hat, kann den Notfallzugriff auslösen.
reason-organisation = { $reader } ist eine Organisation, und das können nur Personen.
reason-standing = Das Konto der Patientin oder des Patienten lässt es jetzt nicht zu.
reason-barred = Der Schlüssel der Patientin oder des Patienten ist deaktiviert oder das Konto gesperrt, seit { $moment }.
reason-deceased = Die Patientin oder der Patient ist vor { $moment } verstorben.
reason-merged = Das Konto der Patientin oder des Patienten wurde mit einem anderen zusammengeführt.
reason-closed = Das Konto der Patientin oder des Patienten ist geschlossen.
consent-quoted = Sie lautet: „{ $text }“

# $mismatch, after "Sie".
mismatch-policy-version = entstand nach Regeln, die diese Chain nicht kennt
mismatch-action = gilt für eine andere Tätigkeit
mismatch-purpose = gilt für einen anderen Zweck
mismatch-country = gilt für Personen in anderen Ländern
mismatch-record = gilt für andere Dokumente
mismatch-category = gilt für andere Arten von Dokumenten
mismatch-author = gilt für Dokumente, die andere Einrichtungen geschrieben haben
mismatch-responsible = gilt für Dokumente, für die andere Einrichtungen verantwortlich sind
mismatch-data-period = gilt für einen anderen Behandlungszeitraum
mismatch-confidentiality = umfasst so vertrauliche Dokumente nicht
mismatch-trait = umfasst Studien dieser Art nicht
mismatch-standing = zählt nicht: Die Patientin oder der Patient ist verstorben, oder sie wurde erteilt, während der Schlüssel verloren war, und seitdem nicht bestätigt
mismatch-label = umfasst die Schutzkennzeichen des Dokuments nicht
mismatch-not-yet-valid = gilt noch nicht
mismatch-expired = ist abgelaufen
mismatch-affiliation = galt für eine Zugehörigkeit zu dieser Einrichtung, die geendet hat
