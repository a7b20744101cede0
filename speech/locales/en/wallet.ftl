# Texts of the wallet about counted things. Each is a phrase or sentence of its own.

wallet-requests-waiting =
    { $count ->
        [one] { $count } request waits for your answer
       *[other] { $count } requests wait for your answer
    }
wallet-opened-since =
    { $count ->
        [one] { $count } record was opened since your last visit
       *[other] { $count } records were opened since your last visit
    }
wallet-new-entries =
    { $count ->
        [one] { $count } new entry
       *[other] { $count } new entries
    }
wallet-entries-checked =
    { $count ->
        [one] { $count } entry was checked
       *[other] { $count } entries were checked
    }
wallet-entries-hidden =
    { $count ->
        [one] { $count } technical entry is not shown
       *[other] { $count } technical entries are not shown
    }
wallet-would-open =
    { $count ->
        [one] This would open { $count } record.
       *[other] This would open { $count } records.
    }
wallet-sees-already =
    { $count ->
        [one] This person sees { $count } record already.
       *[other] This person sees { $count } records already.
    }
wallet-left-out =
    { $count ->
        [one] { $count } record is left out.
       *[other] { $count } records are left out.
    }
wallet-labelled =
    { $count ->
        [one] { $count } record has a sensitivity label
       *[other] { $count } records have a sensitivity label
    }
wallet-restricted =
    { $count ->
        [one] { $count } record is restricted
       *[other] { $count } records are restricted
    }
wallet-untitled =
    { $count ->
        [one] { $count } record whose title this device does not know
       *[other] { $count } records whose titles this device does not know
    }
wallet-chosen =
    { $count ->
        [one] { $count } record chosen
       *[other] { $count } records chosen
    }
wallet-found =
    { $count ->
        [one] { $count } record found
       *[other] { $count } records found
    }
wallet-held-here =
    { $count ->
        [one] Holds { $count } record about you
       *[other] Holds { $count } records about you
    }
wallet-intact-copies =
    { $count ->
        [one] { $count } copy is intact
       *[other] { $count } copies are intact
    }
wallet-bad-copies =
    { $count ->
        [one] { $count } copy is damaged or missing
       *[other] { $count } copies are damaged or missing
    }
wallet-consents-in-force =
    { $count ->
        [one] { $count } consent in force
       *[other] { $count } consents in force
    }
wallet-consents-stopped =
    { $count ->
        [one] { $count } consent does not count while everything is stopped
       *[other] { $count } consents do not count while everything is stopped
    }
wallet-custodians-agree =
    { $count ->
        [one] { $count } hospital says the same
       *[other] { $count } hospitals say the same
    }
wallet-patients =
    { $count ->
        [one] { $count } patient
       *[other] { $count } patients
    }
