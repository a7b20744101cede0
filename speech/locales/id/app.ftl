# What the wallet's core says. Texts without counted things that the page shows by itself are in page.ftl.

# A request of the page failed.
wallet-failed-input = Ini tidak dapat digunakan seperti adanya: { $reason }
wallet-failed-passphrase = Frasa sandi salah.
wallet-failed-passkey = Passkey ini tidak membuka aplikasi. Gunakan frasa sandi Anda.
wallet-failed-locked = Aplikasi terkunci. Buka kuncinya dahulu.
wallet-failed-confirm = Pastikan bahwa ini Anda. Setelah itu ditandatangani.
wallet-failed-not-shown = Ini bukan yang Anda lihat. Tidak ada yang ditandatangani. Periksa sekali lagi.
wallet-failed-no-network = Halaman ini belum mengenal rumah sakit. Buka aplikasi dari alamat rumah sakit Anda, atau pindai kode di loket pendaftarannya.
wallet-failed-offline = Tidak ada rumah sakit yang menjawab. Periksa sambungan Anda, lalu coba lagi.
wallet-failed-part = Sebagian aplikasi tidak dapat dimuat. Periksa sambungan Anda, lalu coba lagi. Jika tetap gagal, muat ulang halaman ini.
wallet-failed-not-proven = Yang dikirim sebuah rumah sakit tidak terbukti, sehingga tidak ditampilkan.
wallet-failed-old = Keadaan terbaru yang dapat dibuktikan sudah lama, sehingga sekarang tidak ada yang diizinkan. Periksa jam perangkat Anda, lalu coba lagi nanti.
wallet-failed-not-enrolled = Akun Anda belum terdaftar. Tanyakan di loket pendaftaran rumah sakit Anda.
wallet-failed-no-access = Tidak ada persetujuan yang mengizinkan ini.
wallet-failed-too-few = Terlalu sedikit rumah sakit yang menjawab untuk membuka rekam medis ini. Coba lagi nanti.
wallet-failed-refused = Rantai menolak ini. Tidak ada yang berubah.
wallet-failed-changed-member = Nama atau kunci sebuah rumah sakit telah berubah. Tanyakan kepada rumah sakit itu, dan konfirmasikan perubahannya dahulu.
wallet-failed-pending = Ini sudah ditandatangani dan dikirim, tetapi belum final. Ini masih dapat berlaku. Periksa lagi nanti.
wallet-failed-update = Aplikasi ini terlalu usang untuk rantai. Muat ulang halaman.
wallet-failed-storage = Perangkat ini tidak menyimpan data aplikasi. Kosongkan ruang, atau izinkan halaman ini menyimpan data.
wallet-failed-damaged = Data aplikasi di perangkat ini rusak. Pulihkan dengan kata-kata Anda.
wallet-failed-other = Terjadi kesalahan.
wallet-failed-words = Ini bukan dua belas kata sebuah kunci. Periksa ejaan dan urutannya.
wallet-failed-other-words = Ini bukan kata-kata kunci ini.
wallet-failed-short = Frasa sandi terlalu pendek: diperlukan sedikitnya { $count } karakter.
wallet-failed-backup = Simpan kata-kata Anda dahulu. Tanpa kata-kata itu, kunci Anda ikut hilang bersama perangkat.
wallet-failed-code = Ini bukan kode pendaftaran Vouchsafe.
wallet-failed-code-chain = Kode ini untuk jaringan lain.
wallet-failed-other-chain = Aplikasi ini dibuat untuk jaringan rumah sakit lain. Tidak ada yang ditandatangani. Buka aplikasi di alamat yang diberikan rumah sakit Anda.
wallet-failed-code-expired = Kode ini sudah kedaluwarsa. Mintalah kode baru.
wallet-failed-code-foreign = Kode ini bukan dari Vouchsafe.
wallet-failed-code-large = Kode ini terlalu besar untuk kode Vouchsafe.
wallet-failed-no-document = Berkas ini kosong.
wallet-failed-too-large = Berkas ini terlalu besar. Di sini Anda dapat menambahkan berkas hingga { $most } MiB.
wallet-failed-unfinished-first = Dokumen sebelumnya belum selesai. Selesaikan atau batalkan dulu di “Rekam medis”.
wallet-failed-unfinished = Dokumen belum selesai ditambahkan, dan tidak ada yang hilang. Dokumen disimpan terenkripsi di perangkat ini: Anda dapat menyelesaikannya di “Rekam medis”.
wallet-failed-given-up = Rumah sakit Anda atau blockchain tidak menerima dokumen ini. Tidak ada yang disimpan.
wallet-failed-kept-full = Tidak ada ruang lagi untuk dokumen di perangkat ini. Hapus beberapa dokumen yang Anda simpan.
wallet-failed-kept-lost = Salinan di perangkat ini hilang atau rusak, jadi dihapus. Buka rekam medis itu sekali lagi.
wallet-failed-extension-refused = Ekstensi tidak menandatangani karena ditolak. Tanyakan lagi jika Anda ingin melanjutkan.
wallet-failed-extension-away = Ekstensi dompet tidak menjawab, atau tidak lagi memiliki akun Anda. Pastikan ekstensi aktif di peramban ini dan mengizinkan halaman ini.
wallet-failed-extension-other = Ekstensi dompet menandatangani hal lain daripada yang Anda lihat. Itu tidak dikirim. Periksa akun di ekstensi, dan perbarui ekstensi.

# What is signed.
wallet-revoke = Saya mencabut persetujuan { $id }, yang berbunyi: { $sentence }
wallet-refuse = Saya menolak permintaan { $who }.
wallet-verb-permit = Izinkan
wallet-verb-forbid = Larang
wallet-verb-change = Ubah
wallet-verb-refuse = Tolak
wallet-verb-revoke = Cabut
wallet-verb-stop = Hentikan semuanya
wallet-verb-resume = Akhiri penghentian

# What people should know before they sign.
wallet-note-no-end = Ini berlaku tanpa batas waktu. Anda dapat mencabutnya kapan saja.
wallet-note-read-stays = Apa yang sudah dibaca sebelumnya tidak dapat ditarik kembali.
wallet-note-carry = Bagian Anda dari kunci rekam medis dititipkan kepada { $institution } selama ini berlaku. Dengan begitu rekam medis dapat dibuka meskipun satu rumah sakit tidak menjawab.
wallet-note-no-carry = Bagian Anda dari kunci rekam medis tetap pada Anda. Rekam medis hanya dapat dibuka selama cukup banyak rumah sakit menjawab.
wallet-note-still-permitted = Persetujuan { $id } tetap mengizinkannya: { $sentence }
wallet-note-still-denied = Persetujuan { $id } melarangnya, sehingga ini tidak berpengaruh selama larangan itu berlaku: { $sentence }
wallet-note-stop-reading = Mulai blok ini hanya Anda yang dapat membaca rekam medis Anda, dan tidak ada studi yang menghitung Anda.
wallet-note-stop-writing = Rumah sakit juga tidak dapat menambahkan rekam medis baru untuk Anda, sampai Anda mengakhiri penghentian.
wallet-note-stop-emergency = Ini tidak berlaku dalam keadaan darurat: akses darurat dicatat dan diperiksa.
wallet-note-resume = Yang sebelumnya Anda izinkan dan larang berlaku lagi, persis seperti semula.
wallet-note-refuse = Orang yang meminta tidak diberi tahu alasannya.

# What became of it.
wallet-refused = Permintaan ditolak (blok { $block }).
wallet-not-carried = Bagian kunci Anda untuk { $records } tidak dititipkan di sana: { $reason }
wallet-label-key-not-delivered = Kunci label Anda tidak sampai kepada { $institution }. Sampai itu terjadi, rekam medis berlabel dari sana belum digolongkan.

# What terms would open.
wallet-preview-nothing = Ini tidak membuka satu pun rekam medis yang Anda miliki sekarang. Ini juga berlaku untuk rekam medis yang datang kemudian.
wallet-preview = Ini membuka { $records } yang sekarang tidak dapat dibuka orang ini.
wallet-preview-sensitive = Di antaranya, { $labelled } dengan label sensitif dan { $restricted } terbatas.

# The log.
wallet-log-complete = Riwayat akses Anda lengkap: { $entries } di dalamnya cocok dengan yang dibuktikan rantai.
wallet-log-wrong = Riwayat akses Anda dari { $institution } tidak lengkap: { $reason }
wallet-log-wrong-entry = Riwayat akses Anda dari { $institution } tidak lengkap. Entri pertama yang tidak cocok adalah entri { $entry }.
wallet-log-unread = Riwayat akses Anda tidak dapat diambil, sehingga tidak diketahui apakah lengkap: { $reason }

# Consents.
wallet-consent-by = Dimasukkan atas nama Anda oleh { $who }.
wallet-consent-in-doubt = Diberikan saat kunci Anda hilang. Ini baru berlaku setelah Anda mengonfirmasinya.

# Records.
wallet-record-wrong-content = Ditandai salah masuk: isinya keliru
wallet-record-wrong-patient = Ditandai salah masuk: milik pasien lain
wallet-record-by-you = Anda
wallet-own-account = Akun Anda
wallet-held = { $held } dari { $count } memiliki bagian kuncinya.
wallet-threshold = { $threshold } dari { $count } bagian kuncinya, yang mana pun, membukanya.
wallet-copy-good = utuh
wallet-holders-default = Rumah sakit Anda memilih siapa yang memegang bagian kunci rekam medis Anda.
wallet-holders-chosen = Anda memilih siapa yang memegang bagian kunci rekam medis Anda: { $holders }.
wallet-synced-not = Nama dan teks Anda hanya tersimpan di perangkat ini.
wallet-synced = Nama dan teks Anda juga disimpan secara terenkripsi di { $institutions }. Hanya aplikasi Anda yang dapat membacanya.
wallet-synced-older = { $institution } memberikan salinan nama dan teks Anda yang lebih lama daripada sebelumnya. Tidak ada yang hilang: perangkat ini memiliki yang lebih baru.

# The registration desk.
wallet-enrol = Saya setuju bahwa { $institution } mendaftarkan saya sebagai { $role }, dengan kunci dalam aplikasi ini.

# Practitioners.
wallet-failed-patient-code = Ini bukan kode pasien yang terdaftar.
wallet-failed-reason = Alasannya terlalu panjang. Persingkatlah.
wallet-withdraw = Saya menarik kembali permintaan { $id } kepada { $who }.
wallet-verb-ask = Tanda tangani dan minta
wallet-verb-withdraw = Tarik kembali
wallet-note-reason = Hanya pasien yang membaca alasan Anda: { $reason }
wallet-note-ask = Pasien dapat mengizinkan semuanya, sebagian, atau tidak sama sekali.
wallet-asked = Permintaan Anda sudah sampai kepada { $who }. Permintaan dapat dijawab sampai { $until } (blok { $block }).
wallet-withdrawn = Permintaan Anda ditarik kembali (blok { $block }).
# What a registrar signs at the desk, and what is to be known about it.
desk-enrol = Saya mendaftarkan akun { $account } untuk { $institution }. Jenis akun: { $kind }. Saya sudah memeriksa siapa orang ini.
desk-affiliate = { $who } bekerja untuk { $institution } mulai { $from }, tanpa batas akhir. Jabatan: { $role }.
desk-affiliate-until = { $who } bekerja untuk { $institution } mulai { $from } sampai { $until }. Jabatan: { $role }.
desk-end = { $who } tidak lagi bekerja untuk { $institution }, mulai sekarang.
desk-status = Akun { $who } mendapat status ini: { $status }.
desk-disable = Mulai sekarang tidak ada yang dapat menandatangani dengan kunci { $who }. Mungkin orang lain memilikinya sejak { $since }.
desk-enable = { $who } dapat menandatangani lagi.
desk-done = Sudah selesai dan terbukti: { $sentence }
desk-verb-enrol = Tanda tangani dan daftarkan
desk-verb-sign = Tanda tangani
desk-note-enrol = Cocokkan dulu kartu identitas dengan orangnya. Pendaftaran tidak dapat dibatalkan, hanya ditangguhkan.
desk-note-other-kind = Kode yang terakhir Anda tunjukkan adalah untuk { $asked }. Jawaban ini untuk { $role }.
desk-note-waits = Fasilitas kesehatan lain yang mendaftarkan orang ini. Jadi, ini baru berlaku setelah orang itu menerimanya.
desk-note-end = Izin pasien untuk orang ini di fasilitas kesehatan Anda ikut berakhir.
desk-note-suspended = Tidak ada yang dapat bertindak dengan akun ini sampai Anda mengaktifkannya lagi.
desk-note-ended = Ini bersifat tetap. Akun ini tidak dapat diaktifkan lagi di sini.
desk-note-ended-patient = Tidak ada yang dapat bertindak dengan akun ini. Anda dapat mengaktifkannya lagi.
desk-note-disable = Yang diizinkan pasien dengan kunci ini sejak saat itu baru berlaku setelah pasien mengonfirmasinya.
desk-note-enable = Yang diizinkan selama kunci hilang baru berlaku setelah pasien mengonfirmasinya.
desk-no-label-key = Kunci label orang itu tidak terkirim. Aplikasinya membuat kunci baru bila diperlukan.
desk-failed-damaged = Sebagian kode ini hilang atau berubah. Pindai atau salin lagi seluruhnya.
desk-failed-version = Kode ini dibuat oleh versi Vouchsafe yang lain. Muat ulang halaman di kedua perangkat, lalu buat kode baru.
desk-failed-kind = Ini kode Vouchsafe, tetapi bukan yang diperlukan di sini.
desk-failed-institution = Kode ini tidak ditandatangani untuk fasilitas kesehatan Anda. Tunjukkan kode Anda sekali lagi dan minta ditandatangani lagi.
desk-failed-enrolled = Akun ini sudah terdaftar.
desk-failed-not-registrar = Saat ini Anda bukan petugas pendaftaran fasilitas kesehatan ini.
desk-failed-not-allowed = Rantai tidak mengizinkan petugas pendaftaran melakukan ini pada akun ini.
desk-failed-account = Tidak ada yang terdaftar dengan akun ini. Periksa alamatnya.
desk-failed-name = Nama ini tidak dapat disimpan. Nama paling panjang 120 bita, tanpa karakter tersembunyi, dan orang itu bekerja atau pernah bekerja di fasilitas kesehatan Anda.
# The patient’s choices: consents that staff enter, holders of keys, studies.
wallet-refuse-assisted = Saya menolak untuk seterusnya bahwa staf rumah sakit memasukkan persetujuan atas nama saya. Ini tidak dapat dibatalkan.
wallet-choose-holders = Saya menentukan siapa yang boleh memegang kunci rekam medis saya yang baru. { $choice }
wallet-verb-refuse-all = Tolak semua untuk seterusnya
wallet-verb-join = Ikut serta
wallet-verb-leave = Keluar
wallet-verb-choose = Tentukan
wallet-note-refuse-assisted = Persetujuan yang dimasukkan sebelumnya tetap ada sampai Anda mencabutnya.
wallet-note-holders = Rekam medis yang sudah ada tidak berubah. Jika pemegangnya sedikit, rekam medis tidak dapat dibuka bila beberapa di antaranya tidak menjawab.
wallet-too-few-holders = Kunci sebuah rekam medis memerlukan paling sedikit { $count } fasilitas kesehatan yang boleh memegang bagiannya. Pilih lebih banyak.
wallet-note-leave = Yang sudah dihitung sebelumnya tetap ada dalam hasil. Anda dapat ikut serta lagi.
wallet-assisted-refused = Tidak ada lagi yang dapat memasukkan persetujuan atas nama Anda (blok { $block }).
wallet-holders-changed = Pilihan Anda berlaku untuk rekam medis yang ditambahkan mulai sekarang (blok { $block }).
wallet-assisted-waits = { $signed } dari { $institution } telah memasukkan persetujuan atas nama Anda. Persetujuan itu belum berlaku: sampai { $moment } masih menunggu tenaga kesehatan kedua.
wallet-assisted-waits-authority = { $signed } dari { $institution } telah memasukkan persetujuan atas nama Anda. Persetujuan itu belum berlaku: sampai { $moment } masih menunggu otoritas kesehatan.
wallet-study-round-costs = Setiap putaran memakai { $cost } dari anggaran privasi Anda.
wallet-study-unreadable = Pertanyaan studi ini sekarang tidak dapat dibaca: { $reason }
wallet-study-has-left = Anda telah keluar dari studi ini dengan persetujuan { $id }.
wallet-budget = Dari { $budget } satuan anggaran privasi Anda masih tersisa { $left } sampai { $moment }. Setelah itu tahun baru dimulai.
wallet-counted-in = Putaran { $round } dari studi { $study }, dihitung oleh { $who }
# Dokumen sendiri: apa yang ditandatangani dan hasilnya.
wallet-add = Saya menambahkan dokumen ke rekam medis saya: { $title } ({ $category }, { $period }).
wallet-add-labels = Label sensitifnya: { $labels }.
wallet-add-confidentiality = Kerahasiaannya: { $level }.
wallet-add-note = Saya menambahkan catatan pada rekam medis { $record }: { $note }
wallet-finish = Saya menyelesaikan penambahan { $title } ke rekam medis saya.
wallet-label = Saya memberi nama label sensitif rekam medis { $record }: { $labels }.
wallet-verb-add = Enkripsi dan tambahkan
wallet-verb-finish = Selesaikan
wallet-verb-label = Beri nama label
wallet-you = Anda
wallet-note-keys = Kunci dibagi di antara { $holders }. Tidak satu pun dari mereka dapat membuka dokumen sendirian.
wallet-note-add = Persetujuan Anda menentukan siapa yang boleh melihatnya, seperti rekam medis Anda yang lain.
wallet-note-note = Rekam medis itu sendiri tidak berubah. Catatan ini menjadi bagiannya dan dapat dilihat oleh mereka yang boleh melihat jenis rekam medis ini.
wallet-note-label = Label tidak dapat dihapus lagi. Persetujuan Anda yang menyebut label ini lalu berlaku untuk rekam medis ini.
wallet-note-title = Catatan tentang { $record }
wallet-no-title = Beri dokumen judul paling banyak { $most } karakter.
wallet-no-note = Tulis catatan paling banyak { $most } karakter.
wallet-no-label = Pilih sedikitnya satu label.
wallet-added = { $title } ada di rekam medis Anda (blok { $block }).
wallet-added-partly = { $institutions } belum mengonfirmasi bagian kuncinya. Anda dapat menyelesaikannya nanti di “Rekam medis”.
wallet-labels-added = Rekam medis { $record } sekarang memiliki label { $labels }.
wallet-unfinished-ready = Dokumen ini ada di rekam medis Anda.
wallet-unfinished-missing = Dokumen ini ada di rekam medis Anda. Sebagian kuncinya belum sampai di { $institutions }.
wallet-unfinished-not-added = Dokumen ini belum ada di rekam medis Anda. Dokumen disimpan terenkripsi di perangkat ini.
wallet-kept = Versi { $version }, disimpan di perangkat ini sejak { $time }. Mungkin ada versi yang lebih baru.
wallet-waiting-adding = Dokumen dienkripsi, dikirim ke rumah sakit Anda, lalu menunggu konfirmasi
wallet-waiting-file = Dokumen diambil dan ditulis ke dalam berkas
