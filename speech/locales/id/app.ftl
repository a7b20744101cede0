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
wallet-failed-code-expired = Kode ini sudah kedaluwarsa. Mintalah kode baru.
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
wallet-threshold = { $threshold } dari { $count } bagian kuncinya, yang mana pun, membukanya.
wallet-copy-good = utuh
wallet-holders-default = Rumah sakit Anda memilih siapa yang memegang bagian kunci rekam medis Anda.
wallet-holders-chosen = Anda memilih siapa yang memegang bagian kunci rekam medis Anda: { $holders }.
wallet-synced-not = Nama dan teks Anda hanya tersimpan di perangkat ini.
wallet-synced = Nama dan teks Anda juga disimpan secara terenkripsi di { $institutions }. Hanya aplikasi Anda yang dapat membacanya.

# The registration desk.
wallet-enrol = Saya setuju bahwa { $institution } mendaftarkan saya sebagai { $role }, dengan kunci dalam aplikasi ini.
