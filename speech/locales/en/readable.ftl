# Documents made readable for patients: headings, labels, and the meaning of codes.

# Headings.
doc-allergies = Allergies
doc-problems = Diagnoses and problems
doc-medication = Medicines
doc-reports = Reports
doc-results = Results
doc-vaccinations = Vaccinations
doc-visits = Visits and stays
doc-procedures = Procedures
doc-plans = Care plans and orders
doc-goals = Goals
doc-images = Images
doc-documents = Documents
doc-bills = Bills
doc-insurance = Insurance
doc-family = Family history
doc-devices = Devices and implants
doc-wishes = Consents and wishes
doc-questionnaires = Questionnaires
doc-others = Other information
doc-people = People and places

# Labels of facts, and columns of tables.
doc-what = What
doc-name = Name
doc-patient = Patient
doc-born = Born
doc-died = Died
doc-sex = Sex
doc-language = Language
doc-contact = Contact
doc-address = Address
doc-number = Number
doc-role = Role
doc-reaction = Reaction
doc-severity = Severity
# How dangerous an allergy is.
doc-risk = Danger
doc-group = Group
doc-status = Status
doc-certainty = Certainty
doc-stage = Stage
doc-since = Since
doc-until = Until
doc-last = Last time
doc-recorded = Recorded
doc-when = When
doc-where = Where
doc-who = Who
# The person or institution that an order is for.
doc-to = To
doc-kind = Kind
doc-body-site = Part of the body
doc-method = Method
doc-dose = Dose
doc-amount = Amount
# For how many days the medicine is enough.
doc-supply = Enough for
doc-reason = Reason
doc-valid = Valid
doc-not-to-be-done = Must not be given or done
doc-form = Form
doc-ingredients = Ingredients
doc-lot = Batch
doc-manufacturer = Manufacturer
doc-against = Against
doc-dose-number = Dose number
doc-value = Value
doc-range = Normal range
# What a result means: too high, normal.
doc-meaning = Assessment
doc-conclusion = Conclusion
doc-diagnosis = Diagnosis
doc-discharge = Discharged to
doc-outcome = Outcome
doc-complications = Complications
doc-follow-up = What follows
doc-measures = Measures
doc-progress = Progress
doc-target = Target
doc-pictures-count = Number of images
doc-file = File
doc-bill = Bill
# What the insurer decided about a bill.
doc-settlement = Insurer’s settlement
# Who sent a bill.
doc-from = From
doc-insurer = Insurer
doc-total = Total
doc-paid = Paid
doc-holder = Insured person
# Diseases in the family.
doc-conditions = Diseases
doc-question = Question
doc-answer = Answer
doc-note = Note
doc-further = More details

# Values.
doc-yes = yes
doc-no = no
# In place of a title.
doc-unnamed = Without a name
doc-as-needed = as needed
doc-nothing = This part has no content that can be shown as text. The file has all of it.
doc-file-inside = The file contains “{ $name }”. Save the file to open it.
doc-wrong = Entered in error: do not rely on this.
doc-wrong-title = Entered in error
doc-wrong-entries = Entered in error: { $titles }. Do not rely on this.
doc-left-out =
    { $count ->
        [one] { $count } more part was left out here because the document is very long. The file has all of it.
       *[other] { $count } more parts were left out here because the document is very long. The file has all of it.
    }
doc-code = code { $code }
doc-code-of = code { $code } of { $system }
doc-remark = { $text } ({ $remark })
doc-labelled = { $label }: { $value }
doc-decimal-mark = .
# The same value on several dates. $when is a period.
doc-times =
    { $count ->
        [one] { $when }
       *[other] { $when } ({ $count } times)
    }

# Dates, periods and ranges.
doc-day = { $day } { $month } { $year }
doc-day-at = { $date } at { $time }
doc-between = { $from } to { $to }
doc-since-date = since { $from }
doc-until-date = until { $to }
doc-at-least = at least { $low }
doc-at-most = at most { $high }
doc-weeks =
    { $count ->
        [one] { $count } week
       *[other] { $count } weeks
    }
doc-months =
    { $count ->
        [one] { $count } month
       *[other] { $count } months
    }
doc-years =
    { $count ->
        [one] { $count } year
       *[other] { $count } years
    }

# How often a medicine is taken.
doc-per-hour =
    { $count ->
        [one] once an hour
       *[other] { $count } times an hour
    }
doc-per-day =
    { $count ->
        [one] once a day
       *[other] { $count } times a day
    }
doc-per-week =
    { $count ->
        [one] once a week
       *[other] { $count } times a week
    }
doc-per-month =
    { $count ->
        [one] once a month
       *[other] { $count } times a month
    }
doc-per-year =
    { $count ->
        [one] once a year
       *[other] { $count } times a year
    }
doc-every = every { $duration }
doc-often-every = { $count } times every { $duration }
doc-for = for { $duration }
doc-as-needed-for = as needed: { $reason }

# Statuses.
doc-status-active = current
doc-status-recurrence = came back
doc-status-relapse = came back
doc-status-inactive = not current
doc-status-remission = in remission
doc-status-resolved = resolved
doc-status-unconfirmed = not confirmed
doc-status-provisional = provisional
doc-status-differential = one of several possibilities
doc-status-confirmed = confirmed
doc-status-refuted = ruled out
doc-status-entered-in-error = entered in error
doc-status-registered = registered, without result
doc-status-partial = incomplete
doc-status-preliminary = preliminary
doc-status-final = final
doc-status-amended = changed later
doc-status-corrected = corrected
doc-status-appended = completed later
doc-status-cancelled = cancelled
doc-status-preparation = being prepared
doc-status-in-progress = in progress
doc-status-not-done = not done
doc-status-on-hold = paused
doc-status-stopped = stopped
doc-status-completed = completed
doc-status-draft = draft
doc-status-revoked = withdrawn
doc-status-planned = planned
doc-status-arrived = arrived
doc-status-onleave = on leave
doc-status-finished = finished
doc-status-intended = intended
doc-status-not-taken = not taken
doc-status-proposed = proposed
doc-status-accepted = accepted
doc-status-rejected = rejected
doc-status-improving = improving
doc-status-worsening = getting worse
doc-status-no-change = no change
doc-status-achieved = achieved
doc-status-sustaining = achieved and lasting
doc-status-not-achieved = not achieved
doc-status-no-progress = no progress
doc-status-not-attainable = cannot be achieved
doc-status-available = available
doc-status-current = current
doc-status-superseded = replaced by a newer one
doc-status-pending = not yet agreed
doc-status-booked = booked
doc-status-fulfilled = took place
doc-status-noshow = the patient did not come
doc-status-issued = issued
doc-status-balanced = settled

# How dangerous an allergy is, and how severe a reaction was.
doc-risk-low = low
doc-risk-high = high
doc-severity-mild = mild
doc-severity-moderate = moderate
doc-severity-severe = severe
doc-allergen-food = food
doc-allergen-medication = medicine
doc-allergen-environment = environment
doc-allergen-biologic = biological substance

# What a result means.
doc-meaning-N = normal
doc-meaning-A = not normal
doc-meaning-AA = dangerously abnormal
doc-meaning-H = too high
doc-meaning-HH = much too high
doc-meaning-HU = clearly too high
doc-meaning-L = too low
doc-meaning-LL = much too low
doc-meaning-LU = clearly too low
doc-meaning-POS = positive
doc-meaning-NEG = negative
doc-meaning-IND = neither positive nor negative
doc-meaning-DET = found
doc-meaning-ND = not found
doc-meaning-S = sensitive
doc-meaning-I = partly resistant
doc-meaning-R = resistant

# Kinds of visits.
doc-visit-AMB = outpatient visit
doc-visit-EMER = emergency
doc-visit-FLD = treatment outside a hospital
doc-visit-HH = home visit
doc-visit-IMP = hospital stay
doc-visit-ACUTE = hospital stay, acute
doc-visit-NONAC = hospital stay, not acute
doc-visit-OBSENC = observation
doc-visit-PRENC = before admission
doc-visit-SS = short stay
doc-visit-VR = by telephone or video

# When a medicine is taken.
doc-time-BID = twice a day
doc-time-TID = 3 times a day
doc-time-QID = 4 times a day
doc-time-QD = once a day
doc-time-QOD = every other day
doc-time-AM = in the morning
doc-time-PM = in the afternoon
doc-time-HS = before sleep
doc-time-BED = at bedtime
doc-time-WAKE = after waking up
doc-time-MORN = in the morning
doc-time-AFT = in the afternoon
doc-time-EVE = in the evening
doc-time-NIGHT = at night
doc-time-AC = before meals
doc-time-ACM = before breakfast
doc-time-ACD = before lunch
doc-time-ACV = before dinner
doc-time-C = with meals
doc-time-CM = with breakfast
doc-time-CD = with lunch
doc-time-CV = with dinner
doc-time-PC = after meals
doc-time-PCM = after breakfast
doc-time-PCD = after lunch
doc-time-PCV = after dinner
doc-time-mon = on Mondays
doc-time-tue = on Tuesdays
doc-time-wed = on Wednesdays
doc-time-thu = on Thursdays
doc-time-fri = on Fridays
doc-time-sat = on Saturdays
doc-time-sun = on Sundays

doc-sex-male = male
doc-sex-female = female
doc-sex-other = other

# Kinds of bills.
doc-bill-institutional = hospital or institution
doc-bill-oral = dental
doc-bill-pharmacy = pharmacy
doc-bill-professional = doctor or therapist
doc-bill-vision = eye care

# Kinds of results.
doc-result-vital-signs = Vital signs
doc-result-laboratory = Laboratory
doc-result-imaging = Imaging
doc-result-survey = Questions and scores
doc-result-social-history = Way of life
doc-result-exam = Examination
doc-result-procedure = Procedures
doc-result-therapy = Therapy
doc-result-activity = Activity
