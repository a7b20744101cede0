# To whom a consent is addressed. Each fits after "I allow" and before "to read".

# A consent that allows does not reach the staff of an authority, persons or researchers.
grantee-everyone =
    { $effect ->
        [permit] everyone who works for a hospital or clinic
       *[deny] everyone
    }
grantee-everyone-short = everyone
grantee-role = { $role } at any institution
grantee-institution = the staff of { $institution }
grantee-role-at = { $role } at { $institution }
grantee-care-team = care team { $team } at { $institution }
grantee-practitioner-at = { $practitioner }, while working at { $institution },
# The same where a clause between commas does not fit.
grantee-practitioner-at-short = { $practitioner } at { $institution }
grantee-study = study { $study }
grantee-research = every study
# A number in the MONDO Disease Ontology.
grantee-research-on = every study on the disease MONDO:{ $disease }

# Who gave a consent, after "given by".
grantor-patient = the patient
grantor-representative = { $who } as the patient’s representative
grantor-law = the law, as { $authority } has attested
grantor-assisted = { $first } and { $second }, who assisted the patient
