# Names of the chain's closed lists, as they are used inside sentences. Indonesian nouns have no
# plural.

# Kinds of accounts.
account-institution = fasilitas kesehatan
account-authority = otoritas kesehatan
account-practitioner = tenaga kesehatan
account-patient = pasien
account-person = perorangan
account-researcher = peneliti

# Statuses of accounts.
status-active = aktif
status-suspended = ditangguhkan
status-ended = berakhir
status-deceased = meninggal dunia
status-merged = digabungkan
status-closed = ditutup

# Roles.
role-physician = dokter
    .one = dokter
role-nurse = perawat
    .one = perawat
role-midwife = bidan
    .one = bidan
role-dentist = dokter gigi
    .one = dokter gigi
role-pharmacist = apoteker
    .one = apoteker
role-therapist = terapis
    .one = terapis
role-psychologist = psikolog
    .one = psikolog
role-technician = teknisi
    .one = teknisi
role-administration = staf administrasi
    .one = staf administrasi
role-registrar = petugas pendaftaran
    .one = petugas pendaftaran
role-privacy-officer = petugas pelindungan data
    .one = petugas pelindungan data

# Categories of records: before "saya", and one of them.
category-summary = ringkasan pasien
    .one = ringkasan pasien
category-prescription = resep
    .one = resep
category-dispensation = catatan penyerahan obat
    .one = catatan penyerahan obat
category-imaging = hasil radiologi
    .one = hasil radiologi
category-laboratory = hasil laboratorium
    .one = hasil laboratorium
category-discharge = ringkasan pulang
    .one = ringkasan pulang
category-episode-summary = ringkasan episode perawatan
    .one = ringkasan episode perawatan
category-encounter = catatan kunjungan
    .one = catatan kunjungan
category-procedure = catatan tindakan medis
    .one = catatan tindakan medis
category-immunisation = catatan imunisasi
    .one = catatan imunisasi
category-vital-signs = tanda vital (termasuk kuesioner)
    .one = tanda vital atau kuesioner
category-plan = rencana perawatan
    .one = rencana perawatan
category-advance-directive = pernyataan kehendak medis
    .one = pernyataan kehendak medis
category-financial = catatan tagihan
    .one = catatan tagihan
category-patient-entered = catatan mandiri
    .one = catatan mandiri
category-other = dokumen jenis lain
    .one = dokumen jenis lain

# What may be done. The first three are followed by records: "membaca rekam medis saya".
action-read = membaca
action-write = menambahkan data ke
action-refer = merujuk sejawat ke
action-read-log = membaca riwayat akses
action-aggregate = menghitung statistik dari
action-unknown = melakukan hal yang tidak dikenal (tindakan { $number }) terhadap

# Purposes, with their preposition.
purpose-treatment = untuk pengobatan
purpose-emergency-treatment = untuk pengobatan darurat
purpose-payment = untuk pembayaran
purpose-operations = untuk pengelolaan fasilitas kesehatan
purpose-research = untuk penelitian
purpose-public-health = untuk kesehatan masyarakat
purpose-care-coordination = untuk koordinasi perawatan
purpose-population-health = untuk perawatan kelompok penduduk
purpose-clinical-trial = untuk pengobatan dalam uji klinis
purpose-care-management = untuk pengelolaan perawatan suatu penyakit
purpose-quality-improvement = untuk peningkatan mutu perawatan
purpose-patient-safety = untuk keselamatan pasien
purpose-patient-request =
    { $person ->
        [first] atas permintaan saya
        [second] atas permintaan Anda
       *[third] atas permintaan pasien
    }
purpose-family-request =
    { $person ->
        [first] atas permintaan keluarga saya
        [second] atas permintaan keluarga Anda
       *[third] atas permintaan keluarga pasien
    }
purpose-unknown = untuk tujuan yang tidak dikenal (nomor { $number })

# Levels of confidentiality.
confidentiality-normal = biasa
confidentiality-restricted = terbatas
confidentiality-very-restricted = sangat terbatas

# Traits of studies, after "studi yang".
trait-commercial = menjual hasilnya
trait-for-profit-sponsor = memiliki sponsor yang mencari keuntungan
trait-beyond-health = meneliti hal di luar kesehatan
trait-ancestry = meneliti asal-usul keturunan
trait-methods = mengembangkan metode baru
trait-sensitive = menggunakan rekam medis sensitif
trait-unknown = memiliki ciri yang tidak dikenal (nomor { $number })

# Where a record comes from.
origin-authored = ditulis di sana
origin-imported = diimpor
origin-patient-entered = dimasukkan oleh pasien
origin-device = dikirim oleh perangkat

# What a record is to another: "… rekam medis 3f9a0c1d".
relation-appends = menambahkan isi pada
relation-transforms = mengubah bentuk
relation-signs = menandatangani

# Statuses of records.
record-current = berlaku
record-wrong-content = salah masuk (isi keliru)
record-wrong-patient = salah masuk (rekam medis pasien lain)

# Who holds a key share.
holder-institution = fasilitas kesehatan
holder-patient = pasien
holder-practitioner = tenaga kesehatan
holder-emergency = otoritas, untuk keadaan darurat

# Sensitivity labels.
label-hiv = HIV
label-psychiatry = psikiatri
label-substance-use = penggunaan zat terlarang
label-sexual-health = kesehatan seksual
label-sexually-transmitted = infeksi menular seksual
label-genetics = genetika
label-violence = kekerasan
label-unnamed = label tanpa nama { $tag }
label-unclassified = belum digolongkan (sensitif)
labels-empty = tidak ada

# Counted things.
count-record = { $count } rekam medis
count-version = { $count } versi
count-entry = { $count } entri
count-resource = { $count } sumber data
count-share = { $count } bagian kunci
count-label = { $count } label tanpa nama
count-person = { $count } orang
