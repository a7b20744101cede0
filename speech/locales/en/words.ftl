# Names of the chain's closed lists, as they are used inside sentences.

# Kinds of accounts.
account-institution = an institution
account-authority = a health authority
account-practitioner = a practitioner
account-patient = a patient
account-person = a person
account-researcher = a researcher

# Statuses of accounts.
status-active = active
status-suspended = suspended
status-ended = ended
status-deceased = deceased
status-merged = merged
status-closed = closed

# Roles, in the plural.
role-physician = physicians
    .one = physician
role-nurse = nurses
    .one = nurse
role-midwife = midwives
    .one = midwife
role-dentist = dentists
    .one = dentist
role-pharmacist = pharmacists
    .one = pharmacist
role-therapist = therapists
    .one = therapist
role-psychologist = psychologists
    .one = psychologist
role-technician = technicians
    .one = technician
role-administration = administrative staff
    .one = administrative staff
role-registrar = registrars
    .one = registrar
role-privacy-officer = privacy officers
    .one = privacy officer

# Categories of records: in the plural after "my", and one of them.
category-summary = patient summaries
    .one = patient summary
category-prescription = prescriptions
    .one = prescription
category-dispensation = dispensing records
    .one = dispensing record
category-imaging = imaging results
    .one = imaging result
category-laboratory = laboratory reports
    .one = laboratory report
category-discharge = discharge summaries
    .one = discharge summary
category-episode-summary = summaries of episodes of care
    .one = summary of an episode of care
category-encounter = encounter notes
    .one = encounter note
category-procedure = procedure notes
    .one = procedure note
category-immunisation = immunisation records
    .one = immunisation record
category-vital-signs = vital signs (including surveys)
    .one = vital signs or survey
category-plan = care plans
    .one = care plan
category-advance-directive = advance directives
    .one = advance directive
category-financial = billing records
    .one = billing record
category-patient-entered = self-entered records
    .one = self-entered record
category-other = documents of other kinds
    .one = document of another kind

# What may be done. The first three are followed by records: "read my records".
action-read = read
action-write = add to
action-refer = refer colleagues to
action-read-log = read the access log
action-aggregate = compute statistics from
# A number that this version of the program does not know.
action-unknown = do something unknown (action { $number }) with

# Purposes, with their preposition. $person says who the patient is in the sentence: the one who
# speaks (first), the one who is spoken to (second), or neither (third).
purpose-treatment = for treatment
purpose-emergency-treatment = for emergency treatment
purpose-payment = for payment
purpose-operations = for running the institution
purpose-research = for research
purpose-public-health = for public health
purpose-care-coordination = for coordinating care
purpose-population-health = for the care of a population
purpose-clinical-trial = for treatment in a clinical trial
purpose-care-management = for managing the care of a disease
purpose-quality-improvement = for improving the quality of care
purpose-patient-safety = for patient safety
purpose-patient-request =
    { $person ->
        [first] at my request
        [second] at your request
       *[third] at the patient’s request
    }
purpose-family-request =
    { $person ->
        [first] at my family’s request
        [second] at your family’s request
       *[third] at the family’s request
    }
purpose-unknown = for an unknown purpose (number { $number })

# Levels of confidentiality.
confidentiality-normal = normal
confidentiality-restricted = restricted
confidentiality-very-restricted = very restricted

# Traits of studies, after "studies that".
trait-commercial = sell their results
trait-for-profit-sponsor = have a sponsor that works for profit
trait-beyond-health = are about more than health
trait-ancestry = are about ancestry
trait-methods = develop new methods
trait-sensitive = use sensitive records
trait-unknown = have an unknown trait (number { $number })

# Where a record comes from.
origin-authored = written there
origin-imported = imported
origin-patient-entered = entered by the patient
origin-device = sent by a device

# What a record is to another: "it … record 3f9a0c1d".
relation-appends = adds to
relation-transforms = transforms
relation-signs = signs

# Statuses of records.
record-current = current
record-wrong-content = entered in error (wrong content)
record-wrong-patient = entered in error (another patient’s record)

# Who holds a key share.
holder-institution = an institution
holder-patient = the patient
holder-practitioner = a practitioner
holder-emergency = the authority, for emergencies

# Sensitivity labels. A label that is not in this list is shown by its own word.
label-hiv = HIV
label-psychiatry = psychiatry
label-substance-use = substance use
label-sexual-health = sexual health
label-sexually-transmitted = sexually transmitted infection
label-genetics = genetics
label-violence = violence
# A label whose meaning the reader does not know.
label-unnamed = unnamed label { $tag }
# The label of sensitive records whose labels nobody has named yet.
label-unclassified = unclassified (sensitive)
labels-empty = none

# Counted things.
count-record =
    { $count ->
        [one] { $count } record
       *[other] { $count } records
    }
count-version =
    { $count ->
        [one] { $count } version
       *[other] { $count } versions
    }
count-entry =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
count-resource =
    { $count ->
        [one] { $count } resource
       *[other] { $count } resources
    }
count-share =
    { $count ->
        [one] { $count } key share
       *[other] { $count } key shares
    }
count-label =
    { $count ->
        [one] { $count } unnamed label
       *[other] { $count } unnamed labels
    }
count-person =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
