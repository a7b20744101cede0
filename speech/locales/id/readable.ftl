# Documents made readable for patients: headings, labels, and the meaning of codes.

# Headings.
doc-allergies = Alergi
doc-problems = Diagnosis dan masalah kesehatan
doc-medication = Obat
doc-reports = Laporan
doc-results = Hasil pemeriksaan
doc-vaccinations = Imunisasi
doc-visits = Kunjungan dan rawat inap
doc-procedures = Tindakan medis
doc-plans = Rencana perawatan dan pesanan
doc-goals = Tujuan perawatan
doc-images = Gambar
doc-documents = Dokumen
doc-bills = Tagihan
doc-insurance = Asuransi
doc-family = Riwayat keluarga
doc-devices = Alat dan implan
doc-wishes = Persetujuan dan kehendak
doc-questionnaires = Kuesioner
doc-others = Keterangan lain
doc-people = Orang dan tempat

# Labels of facts, and columns of tables.
doc-what = Apa
doc-name = Nama
doc-patient = Pasien
doc-born = Lahir
doc-died = Meninggal
doc-sex = Jenis kelamin
doc-language = Bahasa
doc-contact = Kontak
doc-address = Alamat
doc-number = Nomor
doc-role = Peran
doc-reaction = Reaksi
doc-severity = Tingkat keparahan
# How dangerous an allergy is.
doc-risk = Bahaya
doc-group = Kelompok
doc-status = Status
doc-certainty = Kepastian
doc-stage = Stadium
doc-since = Sejak
doc-until = Hingga
doc-last = Terakhir kali
doc-recorded = Dicatat
doc-when = Kapan
doc-where = Di mana
doc-who = Siapa
# The person or institution that an order is for.
doc-to = Kepada
doc-kind = Jenis
doc-body-site = Bagian tubuh
doc-method = Metode
doc-dose = Dosis
doc-amount = Jumlah
# For how many days the medicine is enough.
doc-supply = Cukup untuk
doc-reason = Alasan
doc-valid = Berlaku
doc-not-to-be-done = Tidak boleh diberikan atau dilakukan
doc-form = Bentuk sediaan
doc-ingredients = Kandungan
doc-lot = Nomor bets
doc-manufacturer = Produsen
doc-against = Terhadap
doc-dose-number = Dosis ke
doc-value = Nilai
doc-range = Rentang normal
# What a result means: too high, normal.
doc-meaning = Penilaian
doc-conclusion = Kesimpulan
doc-diagnosis = Diagnosis
doc-discharge = Dipulangkan ke
doc-outcome = Hasil akhir
doc-complications = Komplikasi
doc-follow-up = Tindak lanjut
doc-measures = Langkah
doc-progress = Perkembangan
doc-target = Sasaran
doc-pictures-count = Jumlah gambar
doc-file = Berkas
doc-bill = Tagihan
# What the insurer decided about a bill.
doc-settlement = Penyelesaian asuransi
# Who sent a bill.
doc-from = Dari
doc-insurer = Penanggung asuransi
doc-total = Total
doc-paid = Dibayar
doc-holder = Tertanggung
# Diseases in the family.
doc-conditions = Penyakit
doc-question = Pertanyaan
doc-answer = Jawaban
doc-note = Catatan
doc-further = Rincian lain

# Values.
doc-yes = ya
doc-no = tidak
# In place of a title.
doc-unnamed = Tanpa nama
doc-as-needed = bila perlu
doc-nothing = Bagian ini tidak memiliki isi yang dapat ditampilkan sebagai teks. Berkasnya memuat semuanya.
doc-file-inside = Berkas ini memuat “{ $name }”. Simpan berkas untuk membukanya.
doc-wrong = Salah masuk: jangan dijadikan pegangan.
doc-wrong-title = Salah masuk
doc-wrong-entries = Salah masuk: { $titles }. Jangan dijadikan pegangan.
doc-left-out = { $count } bagian lagi tidak ditampilkan di sini karena dokumen sangat panjang. Berkasnya memuat semuanya.
doc-code = kode { $code }
doc-code-of = kode { $code } dari { $system }
doc-remark = { $text } ({ $remark })
doc-labelled = { $label }: { $value }
doc-decimal-mark = ,
# The same value on several dates. $when is a period.
doc-times =
    { $count ->
        [1] { $when }
       *[other] { $when } ({ $count } kali)
    }

# Dates, periods and ranges.
doc-day = { $day } { $month } { $year }
doc-day-at = { $date } pukul { $time }
doc-between = { $from } hingga { $to }
doc-since-date = sejak { $from }
doc-until-date = hingga { $to }
doc-at-least = sedikitnya { $low }
doc-at-most = paling banyak { $high }
doc-weeks = { $count } minggu
doc-months = { $count } bulan
doc-years = { $count } tahun

# How often a medicine is taken.
doc-per-hour =
    { $count ->
        [1] sekali setiap jam
       *[other] { $count } kali setiap jam
    }
doc-per-day =
    { $count ->
        [1] sekali sehari
       *[other] { $count } kali sehari
    }
doc-per-week =
    { $count ->
        [1] sekali seminggu
       *[other] { $count } kali seminggu
    }
doc-per-month =
    { $count ->
        [1] sekali sebulan
       *[other] { $count } kali sebulan
    }
doc-per-year =
    { $count ->
        [1] sekali setahun
       *[other] { $count } kali setahun
    }
doc-every = setiap { $duration }
doc-often-every = { $count } kali setiap { $duration }
doc-for = selama { $duration }
doc-as-needed-for = bila perlu: { $reason }

# Statuses.
doc-status-active = aktif
doc-status-recurrence = kambuh
doc-status-relapse = kambuh
doc-status-inactive = tidak aktif
doc-status-remission = remisi
doc-status-resolved = sembuh
doc-status-unconfirmed = belum dipastikan
doc-status-provisional = sementara
doc-status-differential = salah satu kemungkinan
doc-status-confirmed = dipastikan
doc-status-refuted = disingkirkan
doc-status-entered-in-error = salah masuk
doc-status-registered = terdaftar, belum ada hasil
doc-status-partial = belum lengkap
doc-status-preliminary = sementara
doc-status-final = final
doc-status-amended = diubah kemudian
doc-status-corrected = dikoreksi
doc-status-appended = dilengkapi kemudian
doc-status-cancelled = dibatalkan
doc-status-preparation = sedang disiapkan
doc-status-in-progress = sedang berlangsung
doc-status-not-done = tidak dilakukan
doc-status-on-hold = ditunda
doc-status-stopped = dihentikan
doc-status-completed = selesai
doc-status-draft = rancangan
doc-status-revoked = ditarik
doc-status-planned = direncanakan
doc-status-arrived = sudah tiba
doc-status-onleave = cuti perawatan
doc-status-finished = selesai
doc-status-intended = direncanakan
doc-status-not-taken = tidak diminum
doc-status-proposed = diusulkan
doc-status-accepted = diterima
doc-status-rejected = ditolak
doc-status-improving = membaik
doc-status-worsening = memburuk
doc-status-no-change = tidak berubah
doc-status-achieved = tercapai
doc-status-sustaining = tercapai dan bertahan
doc-status-not-achieved = tidak tercapai
doc-status-no-progress = tidak ada kemajuan
doc-status-not-attainable = tidak dapat dicapai
doc-status-available = tersedia
doc-status-current = berlaku
doc-status-superseded = digantikan yang lebih baru
doc-status-pending = belum disepakati
doc-status-booked = sudah dipesan
doc-status-fulfilled = terlaksana
doc-status-noshow = pasien tidak datang
doc-status-issued = diterbitkan
doc-status-balanced = lunas

# How dangerous an allergy is, and how severe a reaction was.
doc-risk-low = rendah
doc-risk-high = tinggi
doc-severity-mild = ringan
doc-severity-moderate = sedang
doc-severity-severe = berat
doc-allergen-food = makanan
doc-allergen-medication = obat
doc-allergen-environment = lingkungan
doc-allergen-biologic = zat biologis

# What a result means.
doc-meaning-N = normal
doc-meaning-A = tidak normal
doc-meaning-AA = sangat tidak normal dan berbahaya
doc-meaning-H = terlalu tinggi
doc-meaning-HH = sangat tinggi
doc-meaning-HU = jelas terlalu tinggi
doc-meaning-L = terlalu rendah
doc-meaning-LL = sangat rendah
doc-meaning-LU = jelas terlalu rendah
doc-meaning-POS = positif
doc-meaning-NEG = negatif
doc-meaning-IND = tidak positif dan tidak negatif
doc-meaning-DET = ditemukan
doc-meaning-ND = tidak ditemukan
doc-meaning-S = peka
doc-meaning-I = resistan sebagian
doc-meaning-R = resistan

# Kinds of visits.
doc-visit-AMB = rawat jalan
doc-visit-EMER = gawat darurat
doc-visit-FLD = perawatan di luar rumah sakit
doc-visit-HH = kunjungan rumah
doc-visit-IMP = rawat inap
doc-visit-ACUTE = rawat inap, akut
doc-visit-NONAC = rawat inap, tidak akut
doc-visit-OBSENC = observasi
doc-visit-PRENC = sebelum masuk rawat inap
doc-visit-SS = rawat singkat
doc-visit-VR = melalui telepon atau video

# When a medicine is taken.
doc-time-BID = 2 kali sehari
doc-time-TID = 3 kali sehari
doc-time-QID = 4 kali sehari
doc-time-QD = sekali sehari
doc-time-QOD = dua hari sekali
doc-time-AM = pada pagi hari
doc-time-PM = pada sore hari
doc-time-HS = sebelum tidur
doc-time-BED = pada waktu tidur
doc-time-WAKE = setelah bangun tidur
doc-time-MORN = pada pagi hari
doc-time-AFT = pada siang hari
doc-time-EVE = pada sore hari
doc-time-NIGHT = pada malam hari
doc-time-AC = sebelum makan
doc-time-ACM = sebelum sarapan
doc-time-ACD = sebelum makan siang
doc-time-ACV = sebelum makan malam
doc-time-C = saat makan
doc-time-CM = saat sarapan
doc-time-CD = saat makan siang
doc-time-CV = saat makan malam
doc-time-PC = setelah makan
doc-time-PCM = setelah sarapan
doc-time-PCD = setelah makan siang
doc-time-PCV = setelah makan malam
doc-time-mon = setiap Senin
doc-time-tue = setiap Selasa
doc-time-wed = setiap Rabu
doc-time-thu = setiap Kamis
doc-time-fri = setiap Jumat
doc-time-sat = setiap Sabtu
doc-time-sun = setiap Minggu

doc-sex-male = laki-laki
doc-sex-female = perempuan
doc-sex-other = lainnya

# Kinds of bills.
doc-bill-institutional = rumah sakit atau fasilitas
doc-bill-oral = perawatan gigi
doc-bill-pharmacy = apotek
doc-bill-professional = dokter atau terapis
doc-bill-vision = perawatan mata

# Kinds of results.
doc-result-vital-signs = Tanda vital
doc-result-laboratory = Laboratorium
doc-result-imaging = Radiologi
doc-result-survey = Pertanyaan dan skor
doc-result-social-history = Gaya hidup
doc-result-exam = Pemeriksaan
doc-result-procedure = Tindakan
doc-result-therapy = Terapi
doc-result-activity = Aktivitas
