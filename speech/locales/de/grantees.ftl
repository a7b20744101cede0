# To whom a consent is addressed: in the dative after "Ich erlaube", else after "für".

# A consent that allows does not reach the staff of an authority, persons or researchers.
grantee-everyone =
    { $effect ->
        [permit] allen, die für ein Krankenhaus oder eine Praxis arbeiten
       *[deny] allen
    }
grantee-everyone-short = alle
grantee-role = { $role } jeder Einrichtung
grantee-institution =
    { $form ->
        [dative] allen Mitarbeitenden von { $institution }
       *[plain] alle Mitarbeitenden von { $institution }
    }
grantee-role-at = { $role } von { $institution }
grantee-care-team =
    { $form ->
        [dative] dem Behandlungsteam { $team } von { $institution }
       *[plain] das Behandlungsteam { $team } von { $institution }
    }
# A comma follows it.
grantee-practitioner-at = { $practitioner }, solange diese Person für { $institution } arbeitet
# The same where a clause between commas does not fit.
grantee-practitioner-at-short = { $practitioner } bei { $institution }
grantee-study =
    { $form ->
        [dative] der Studie { $study }
       *[plain] die Studie { $study }
    }
grantee-research =
    { $form ->
        [dative] jeder Studie
       *[plain] jede Studie
    }
# A number in the MONDO Disease Ontology.
grantee-research-on =
    { $form ->
        [dative] jeder Studie zur Krankheit MONDO:{ $disease }
       *[plain] jede Studie zur Krankheit MONDO:{ $disease }
    }

# Who gave a consent, after "erteilt durch".
grantor-patient = die Patientin oder den Patienten
grantor-representative = { $who } in Vertretung der Patientin oder des Patienten
grantor-law = das Gesetz, wie { $authority } beglaubigt hat
grantor-assisted = { $first } und { $second } zur Unterstützung der Patientin oder des Patienten
