# Studies: what a patient reads before agreeing to be counted in one, and where a study is.

# What a patient agrees to, after the sentence of the consent. The patient speaks.
# $question is in quotation marks.
study-asks = Studi { $study } bertanya: { $question }
study-run = { $researcher } menjalankannya { $purpose } di { $country }.
study-on-disease = Studi ini tentang penyakit MONDO:{ $disease }.
study-sponsor-nonprofit = Sponsornya tidak mencari keuntungan.
study-sponsor-profit = Sponsornya mencari keuntungan.
study-traits = Studi ini termasuk studi yang { $traits }.
# Only if the study has a cohort. $conditions: for example "age from 18; sex female".
study-cohort = Studi ini hanya bertanya tentang orang yang memenuhi semua syarat berikut: { $conditions }. Orang lain tidak menjadi bagian dari jawaban.
study-counting = Rumah sakit yang memiliki rekam medis saya menghitung saya, baik pertanyaan studi berlaku bagi saya maupun tidak. Rumah sakit itu membuat satu tabel dari semua pasiennya yang setuju, memecah tabel itu menjadi bagian yang tidak dapat dibaca, dan mengirim masing-masing satu bagian ke fasilitas berikut: { $aggregators }. Tidak ada rekam medis yang keluar dari rumah sakit. Tabel itu hanya dapat dibaca jika semua fasilitas tersebut bekerja sama.
# $factor is a number such as 2,8.
study-noise = Derau acak ditambahkan ke setiap hasil. Jadi, jawaban saya tidak membuat hasil mana pun lebih dari { $factor } kali lebih mungkin.
# $all is such a number, too, for all results together.
study-noise-of-rounds = Derau acak ditambahkan ke setiap hasil. Jadi, jawaban saya tidak membuat hasil mana pun lebih dari { $factor } kali lebih mungkin, dan semua { $count } hasil bersama-sama tidak lebih dari { $all } kali.
study-noise-of-many = Derau acak ditambahkan ke setiap hasil. Jadi, jawaban saya tidak membuat hasil mana pun lebih dari { $factor } kali lebih mungkin. Namun semua { $count } hasil bersama-sama dapat mengungkap banyak hal tentang saya.
study-cost =
    { $count ->
        [1] Studi ini menghitung saya satu kali, yang memakai { $cost } dari { $budget } satuan anggaran privasi saya untuk semua studi dalam setahun.
       *[other] Studi ini menghitung saya hingga { $count } kali. Setiap kali memakai { $cost } dari { $budget } satuan anggaran privasi saya untuk semua studi dalam setahun.
    }
study-leaving = Saya dapat keluar kapan saja. Setelah itu saya tidak dihitung dalam putaran yang dibekukan kemudian. Apa yang sudah dihitung tetap ada dalam hasil.

# Whether a study counts the reader. $reason: one or more sentences.
study-counted = Studi ini menghitung Anda. { $reason }
study-has-ended = Studi ini telah berakhir, sehingga tidak menghitung siapa pun lagi.
study-not-counted = Studi ini tidak menghitung Anda. { $reason }
study-no-consent = Tidak ada persetujuan Anda untuk studi ini, untuk studi tentang penyakitnya, atau untuk semua studi.
study-no-budget = Sisa anggaran privasi Anda { $left }, tetapi satu putaran memakai { $cost }.
study-researcher-not-active = { $researcher }, yang menjalankannya, sedang tidak aktif.

# Where a study is.
stage-proposed = menunggu dewan
stage-approved = disetujui, menunggu para agregatornya
stage-running = berjalan
stage-finished = selesai
stage-stopped = dihentikan oleh dewan
stage-withdrawn = ditarik
stage-expired = dibatalkan sebelum dimulai

# Where a round is.
round-open = terbuka hingga { $moment }
round-closed = tertutup, menunggu agregator membekukannya
# $attempt of $attempts: numbers from 1. Lists of people are sent first, and reports after them.
round-gathering-lists = dibekukan pada blok { $block } (percobaan { $attempt } dari { $attempts }), mengumpulkan daftar orang hingga { $lists } dan laporan hingga { $reports }
round-gathering-reports = dibekukan pada blok { $block } (percobaan { $attempt } dari { $attempts }), mengumpulkan laporan hingga { $reports } dari mereka yang mengirim daftar orang paling lambat { $lists }
round-agreeing = dibekukan pada blok { $block } (percobaan { $attempt } dari { $attempts }), para agregator harus sepakat paling lambat { $moment }
round-late = dibekukan pada blok { $block } (percobaan { $attempt } dari { $attempts }), para agregator terlambat
round-agreed = disepakati, para agregator harus membuka bagiannya paling lambat { $moment }
round-agreed-late = disepakati, satu agregator terlambat membuka bagiannya
round-answered = selesai, dengan hasil
round-lost = selesai, tanpa hasil: { $reason }

# $reason.
loss-too-few = orang yang disertakan lebih sedikit daripada yang dibutuhkan studi
loss-not-agreed = para agregator tidak sepakat
loss-not-revealed = satu agregator tidak membuka bagiannya
loss-not-numbers = bagian-bagian itu tidak menghasilkan angka yang sah
loss-stopped = dewan menghentikan studi
loss-not-frozen = tidak ada agregator yang membekukannya

# Under a result.
# $half is a number, $least for example 11.
result-noise = Dalam sedikitnya 95 dari 100 kasus, nilai sebenarnya sebuah sel berada dalam ± { $half } dari nilai yang ditampilkan.
result-hidden = Sel di bawah { $least } ditampilkan sebagai “di bawah { $least }”.
result-people = { $count } orang dihitung.
# Cells that are so small that noise alone could have made them.
result-empty = { $count } sel mungkin kosong: rentangnya mencapai 0 atau kurang.
