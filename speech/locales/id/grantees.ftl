# To whom a consent is addressed. Each fits after "Saya mengizinkan" and before "untuk membaca".

# A consent that allows does not reach the staff of an authority, persons or researchers.
grantee-everyone =
    { $effect ->
        [permit] semua orang yang bekerja untuk rumah sakit atau klinik
       *[deny] semua orang
    }
grantee-everyone-short = semua orang
grantee-role = { $role } di fasilitas kesehatan mana pun
grantee-institution = semua staf { $institution }
grantee-role-at = { $role } di { $institution }
grantee-care-team = tim perawatan { $team } di { $institution }
grantee-practitioner-at = { $practitioner }, selama bekerja di { $institution },
# The same where a clause between commas does not fit.
grantee-practitioner-at-short = { $practitioner } di { $institution }
grantee-study = studi { $study }
grantee-research = semua studi
# A number in the MONDO Disease Ontology.
grantee-research-on = semua studi tentang penyakit MONDO:{ $disease }

# Who gave a consent, after "diberikan oleh".
grantor-patient = pasien
grantor-representative = { $who } sebagai wakil pasien
grantor-law = undang-undang, sebagaimana disahkan oleh { $authority }
grantor-assisted = { $first } dan { $second }, yang membantu pasien
