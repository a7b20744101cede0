# To whom a consent is addressed. Each fits after "I allow" and before "to read".

grantee-everyone = everyone enrolled
grantee-role = { $role } at any institution
grantee-institution = the staff of { $institution }
grantee-role-at = { $role } at { $institution }
grantee-care-team = care team { $team } at { $institution }
grantee-practitioner-at = { $practitioner }, while working at { $institution },
# The same where a clause between commas does not fit.
grantee-practitioner-at-short = { $practitioner } at { $institution }
grantee-study = the researchers of study { $study }

# Who gave a consent, after "given by".
grantor-patient = the patient
grantor-representative = { $who } as the patient’s representative
grantor-assisted = { $first } and { $second }, who assisted the patient
