# The sentence that a patient agrees to. It is signed: it says everything that the terms say, and
# nothing else. The patient speaks. $effect is permit or deny.

consent =
    { $effect ->
        [permit] Saya mengizinkan { $grantee } untuk { $what }.
       *[deny] Saya melarang { $grantee } untuk { $what }.
    }
# No action is named, so every action is meant.
consent-to-anything =
    { $effect ->
        [permit] Saya memberi { $grantee } akses penuh ke { $records } { $purposes }.
       *[deny] Saya menolak memberi { $grantee } akses apa pun ke { $records } { $purposes }.
    }
# $records there, in a consent that forbids.
records-or-log = { $records } atau { $log }

# $what, with $purposes.
do-records = { $actions } { $records } { $purposes }
do-read-records-and-log =
    { $effect ->
        [permit] membaca { $records } dan { $log } { $purposes }
       *[deny] membaca { $records } atau { $log } { $purposes }
    }
do-records-and-log =
    { $effect ->
        [permit] { $actions } { $records } serta membaca { $log } { $purposes }
       *[deny] { $actions } { $records } maupun membaca { $log } { $purposes }
    }
do-log = membaca { $log } { $purposes }
do-log-limited = membaca { $log }, terbatas pada { $records }, { $purposes }
# Only in a request.
do-anything = memperoleh akses penuh ke { $records } { $purposes }

# $records.
records-all =
    { $person ->
        [first] rekam medis saya
        [second] rekam medis Anda
       *[third] rekam medis pasien
    }
records-of-categories =
    { $person ->
        [first] { $categories } saya
        [second] { $categories } Anda
       *[third] { $categories } pasien
    }
records-named =
    { $person ->
        [first] { $records } milik saya
        [second] { $records } milik Anda
       *[third] { $records } milik pasien
    }
# The records by their short ids.
records-by-id =
    { $count ->
       *[other] rekam medis { $ids }
    }
access-log =
    { $person ->
        [first] riwayat akses saya
        [second] riwayat akses Anda
       *[third] riwayat akses pasien
    }

# $purposes, if none is named.
purposes-any = untuk tujuan apa pun

# The sentences that follow, each only if the terms say something about it.
full-access = Akses penuh berarti membaca rekam medis tersebut, menambahkan data ke dalamnya, dan merujuk sejawat ke rekam medis itu, tetapi tidak membaca { $log } atau menghitung statistik.
# Beside records that are named one by one.
only-categories = Ini hanya berlaku untuk { $categories }.
only-period =
    { $effect ->
        [permit] Ini hanya berlaku untuk rekam medis tentang perawatan yang seluruhnya berlangsung { $period }.
       *[deny] Ini hanya berlaku untuk rekam medis tentang perawatan yang sebagian atau seluruhnya berlangsung { $period }.
    }
# Confidentiality. Restricted records are more sensitive than normal ones.
restricted-not-included = Rekam medis terbatas tidak termasuk.
restricted-included = Rekam medis terbatas termasuk, tetapi yang sangat terbatas tidak.
very-restricted-included = Rekam medis terbatas dan sangat terbatas termasuk.
# In place of restricted-not-included and labels-not-included.
sensitive-not-included = Rekam medis yang terbatas atau memiliki label sensitif tidak termasuk.
only-restricted = Ini hanya berlaku untuk rekam medis terbatas dan sangat terbatas.
only-very-restricted = Ini hanya berlaku untuk rekam medis sangat terbatas.
# Traits of studies.
traits-not-included = Studi yang { $traits } tidak termasuk.
traits-included = Semua jenis studi termasuk.
traits-unknown-included = Studi yang { $traits } termasuk.
only-traits = Ini hanya berlaku untuk studi yang { $traits }.
# In a consent for a single study.
traits-of-study = Persetujuan ini juga berlaku jika studi tersebut termasuk studi yang { $traits }.
only-authors = Ini hanya berlaku untuk rekam medis yang ditulis oleh { $institutions }.
only-responsible = Ini hanya berlaku untuk rekam medis yang menjadi tanggung jawab { $institutions }.
only-countries =
    { $effect ->
        [permit] Ini hanya berlaku untuk orang yang bertindak bagi fasilitas kesehatan di { $countries }.
       *[deny] Ini hanya berlaku untuk orang yang bertindak bagi fasilitas kesehatan di { $countries }, dan untuk orang yang tidak bertindak bagi fasilitas kesehatan mana pun.
    }
only-countries-of-studies = Ini hanya berlaku untuk studi di { $countries }.
log-excluded =
    { $effect ->
        [permit] Karena persetujuan ini terbatas pada rekam medis tertentu, { $log } tidak tercakup.
        [request] Karena permintaan ini terbatas pada rekam medis tertentu, { $log } tidak tercakup.
       *[deny] Karena penolakan ini terbatas pada rekam medis tertentu, { $log } tidak tercakup.
    }

# Sensitivity labels, in a consent that allows.
labels-not-included = Rekam medis dengan label sensitif tidak termasuk.
labels-included = Rekam medis dengan label sensitif apa pun termasuk.
# Named labels: $labels.
labels-included-if = Rekam medis dengan label sensitif hanya termasuk jika tidak memiliki label selain { $labels }.
only-labelled = Ini hanya berlaku untuk rekam medis dengan label sensitif, dan hanya jika tidak memiliki label selain { $labels }.
# Sensitivity labels, in a consent that forbids.
only-labels = Ini hanya berlaku untuk rekam medis berlabel { $labels }, dan untuk rekam medis sensitif yang labelnya belum disebutkan oleh siapa pun.

valid-until-revoked =
    { $effect ->
        [permit] Persetujuan ini berlaku sampai saya mencabutnya.
       *[deny] Penolakan ini berlaku sampai saya mencabutnya.
    }
valid-from =
    { $effect ->
        [permit] Persetujuan ini berlaku sejak { $from } sampai saya mencabutnya.
       *[deny] Penolakan ini berlaku sejak { $from } sampai saya mencabutnya.
    }
valid-until =
    { $effect ->
        [permit] Persetujuan ini berlaku hingga { $until }, kecuali saya mencabutnya lebih awal.
       *[deny] Penolakan ini berlaku hingga { $until }, kecuali saya mencabutnya lebih awal.
    }
valid-between =
    { $effect ->
        [permit] Persetujuan ini berlaku sejak { $from } hingga { $until }, kecuali saya mencabutnya lebih awal.
       *[deny] Penolakan ini berlaku sejak { $from } hingga { $until }, kecuali saya mencabutnya lebih awal.
    }

# Only in a consent that forbids.
in-emergency-too = Ini juga berlaku dalam keadaan darurat.
not-in-emergency = Ini tidak berlaku dalam keadaan darurat.

# $period, after "berlangsung".
period-from = sejak { $from }
period-to = hingga akhir { $to }
period-between = dari { $from } hingga { $to }
period-month = pada { $month }

# A consent by its number.
consent-ref = persetujuan { $id } untuk { $grantee }

# How it is with a consent now.
consent-in-force-since = berlaku sejak { $moment }
consent-not-yet = belum berlaku sebelum { $moment }
consent-expired = berakhir pada { $moment }

# What became of it.
consent-granted = Persetujuan { $id } berlaku sejak { $moment } (blok { $block }).
consent-amended = Persetujuan { $id } diubah sejak { $moment } (blok { $block }).
consent-revoked = Persetujuan { $id } untuk { $grantee } dicabut sejak { $moment } (blok { $block }). Apa yang sudah dibaca sebelumnya tidak dapat ditarik kembali.
