# The texts of the wallet's page. The build turns them into a table for the page, so they have no
# selectors and no references, and each is one line. Texts with counted things are in wallet.ftl.

## Everywhere
page-app-name = Vouchsafe
page-skip-to-content = Langsung ke isi
page-nav-home = Beranda
page-nav-requests = Permintaan
page-nav-consents = Persetujuan
page-nav-records = Rekam medis
page-nav-log = Riwayat
page-nav-settings = Pengaturan
page-nav-hospitals = Rumah sakit
page-nav-access = Siapa melihat apa
page-nav-main = Navigasi utama
page-back = Kembali
page-cancel = Batal
page-close = Tutup
page-continue = Lanjutkan
page-save = Simpan
page-done = Selesai
page-ok = Oke
page-edit = Ubah
page-remove = Hapus
page-copy = Salin
page-copied = Disalin
page-print = Cetak
page-try-again = Coba lagi
page-show-more = Tampilkan lebih banyak
page-details = Rincian
page-filter = Saring
page-filters-clear = Hapus semua saringan
page-sort = Urutkan menurut
page-choose = Pilih
page-loading = Memuat
page-new = Baru
page-any = Apa saja
page-from = Dari
page-until = Hingga

## What is proven, and what is somebody’s word
page-proof-block = Blok { $block }
page-proof-final = final
page-proof-complete = Riwayat akses Anda lengkap
page-proof-checked-here = Perangkat ini telah memeriksanya sendiri.
page-proof-word-of = Menurut { $who }. Ini tidak dapat dibuktikan.
page-proof-names = Nama orang berasal dari rumah sakitnya dan tidak terbukti.
page-proof-log-times = Waktu dalam riwayat akses berasal dari rumah sakit dan tidak terbukti.
page-proof-behind = { $who } tertinggal dari rumah sakit lain.

## Waiting
page-wait-enrolment = Menunggu akun Anda dikonfirmasi
page-wait-camera = Menyalakan kamera

## Welcome
page-welcome-heading = Rekam medis Anda di tangan Anda
page-welcome-intro = Dengan aplikasi ini Anda menentukan siapa yang boleh melihat rekam medis Anda. Anda dapat membacanya sendiri, dan Anda melihat siapa yang telah melihatnya serta alasannya.
page-welcome-language = Bahasa
page-welcome-new = Saya baru di sini
page-welcome-new-hint = Buat kunci baru. Anda memerlukannya di loket pendaftaran.
page-welcome-restore = Saya sudah punya kunci
page-welcome-restore-hint = Pulihkan dengan 12 kata Anda, lembar cetak Anda, atau sebuah berkas.
page-welcome-extension = Gunakan ekstensi dompet di peramban ini
page-welcome-extension-hint = Ekstensi seperti polkadot-js menandatangani untuk Anda.
page-welcome-no-extension = Peramban ini tidak memiliki ekstensi dompet.
page-welcome-install = Pasang aplikasi ini
page-welcome-install-hint = Letakkan halaman ini di layar utama Anda. Halaman akan terbuka seperti aplikasi, dan perangkat Anda tidak menghapus datanya.
page-welcome-install-ios = Ketuk “Bagikan”, lalu “Tambah ke Layar Utama”.
page-welcome-limits-heading = Yang tidak dapat dilakukan aplikasi ini
page-welcome-limits-read = Aplikasi ini tidak dapat menarik kembali apa yang sudah dibaca seseorang.
page-welcome-limits-key = Tidak ada yang dapat mengembalikan kunci yang hilang. Simpan lembar cetak Anda di tempat yang aman.
page-welcome-limits-outside = Aplikasi ini tidak melihat apa yang terjadi pada rekam medis di luar sistem ini.

## A new key
page-create-heading = Buat kunci Anda
page-create-intro = Kunci Anda dibuat di perangkat ini dan tidak pernah keluar darinya. Kunci itu hanya milik Anda.
page-create-passphrase = Frasa sandi
page-create-passphrase-repeat = Ulangi frasa sandi
page-create-passphrase-hint = Sedikitnya 12 karakter. Sebaiknya beberapa kata yang tidak berhubungan.
page-create-passphrase-short = Frasa sandi ini terlalu pendek.
page-create-passphrase-differs = Kedua frasa sandi tidak sama.
page-create-passphrase-show = Tampilkan frasa sandi
page-create-passkey-hint = Perangkat Anda membuka aplikasi. Frasa sandi hanya diperlukan jika itu gagal.
page-create-passkey-missing = Peramban ini tidak mendukungnya. Pilih frasa sandi.
page-create-button = Buat kunci

## The words
page-words-heading = 12 kata Anda
page-words-intro = Kata-kata ini adalah kunci Anda. Dengannya Anda mendapatkan semuanya kembali jika perangkat ini hilang. Siapa pun yang memilikinya dapat bertindak atas nama Anda.
page-words-show = Tampilkan kata-kata
page-words-hide = Sembunyikan kata-kata
page-words-print = Cetak lembar
page-words-print-hint = Lembar ini memuat kata-kata dan kode QR. Simpan bersama paspor atau KTP Anda. Jangan memotretnya.
page-words-save = Simpan lembar sebagai berkas
page-words-sheet-title = Vouchsafe: kunci Anda
page-words-sheet-keep = Rahasiakan lembar ini dan simpan dengan aman. Siapa pun yang memilikinya dapat membaca rekam medis Anda dan bertindak atas nama Anda.
page-words-sheet-use = Untuk memulihkan: buka aplikasi, pilih “Saya sudah punya kunci”, lalu pindai kode ini atau masukkan kata-katanya.
page-words-sheet-account = Akun
page-words-sheet-date = Dibuat pada { $moment }
page-words-sheet-encryption = Lembar ini hanya memuat kunci enkripsi Anda. Kunci untuk menandatangani disimpan oleh ekstensi Anda.

## Backup check
page-check-heading = Periksa cadangan Anda
page-check-intro = Tunjukkan bahwa Anda dapat memakai lembar Anda. Ini diperlukan sebelum persetujuan pertama Anda.
page-check-words = Kata-kata Anda
page-check-right = Cadangan Anda berfungsi.
page-check-wrong = Ini bukan kata-kata dari kunci ini. Bandingkan dengan lembar Anda.
page-check-later = Nanti
page-check-missing = Anda belum memeriksa cadangan Anda. Lakukan sebelum persetujuan pertama Anda.

## Restore
page-restore-heading = Pulihkan kunci Anda
page-restore-intro = Pilih yang Anda miliki.
page-restore-scan = Pindai lembar cetak
page-restore-words = Masukkan atau tempel 12 kata
page-restore-file = Pilih berkas
page-restore-file-hint = Lembar yang disimpan, berkas polkadot-js (JSON), atau berkas kunci dari baris perintah (versi 2).
page-restore-file-passphrase = Frasa sandi berkas
page-restore-button = Pulihkan

## Lock
page-unlock-button = Buka kunci
page-unlock-passkey = Buka dengan passkey Anda
page-unlock-passphrase = Frasa sandi
page-unlock-passkey-failed = Passkey tidak berfungsi. Coba lagi, atau gunakan frasa sandi.
page-unlock-to-sign = Buka kunci untuk menandatangani
page-unlock-lost = Perangkat atau frasa sandi saya hilang
page-unlock-other = Gunakan kunci lain
page-lock-now = Kunci sekarang
page-lock-locked = Aplikasi terkunci
page-lost-heading = Jika perangkat Anda hilang
page-lost-disable = Datanglah ke loket pendaftaran rumah sakit, atau telepon ke sana. Petugas dapat menonaktifkan tanda tangan dengan kunci Anda, sehingga tidak ada yang dapat bertindak atas nama Anda.
page-lost-restore = Jika Anda memiliki lembar Anda, pulihkan kunci Anda di perangkat lain.
page-lost-new = Jika Anda tidak memiliki lembar, orang kepercayaan Anda dapat memberi akun Anda kunci baru. Jika Anda tidak menunjuk orang kepercayaan, rumah sakit yang mendaftarkan Anda dapat melakukannya bersama otoritas kesehatan. Hal ini memerlukan sekitar seminggu. Tanyakan di loket pendaftaran. Apa yang hanya dapat dibuka dengan kunci yang hilang tidak dapat dikembalikan oleh siapa pun.

## At the registration desk
page-desk-heading = Di loket pendaftaran
page-desk-intro = Di sini rumah sakit memastikan siapa Anda. Mintalah kode di loket.
page-desk-step-scan = 1. Pindai kode loket
page-desk-step-check = 2. Periksa apa yang diminta
page-desk-step-show = 3. Tunjukkan kode Anda
page-desk-step-wait = 4. Tunggu konfirmasi
page-desk-scan = Pindai kode
page-desk-link-field = Kode dari loket
page-desk-file = Buka berkas saja
page-desk-institution-proven = Nama rumah sakit ini terbukti.
page-desk-chain = Rantai
page-desk-what-happens = Rumah sakit melihat akun Anda dan kunci publiknya. Rumah sakit tidak melihat kunci rahasia Anda.
page-desk-sign = Tanda tangani
page-desk-save = Simpan kode sebagai berkas
page-desk-send-link = Salin kode sebagai teks
page-desk-done = Anda terdaftar di { $institution }

## Camera and codes
page-scan-hint = Arahkan kamera ke kode.
page-scan-no-camera = Tidak ada kamera, atau aplikasi tidak boleh memakainya. Gunakan tautan atau berkas.
page-scan-no-reader = Kode tidak dapat dibaca di sini saat ini. Gunakan tautan atau berkas.
page-scan-damaged = Kode ini tidak terbaca seluruhnya. Coba lagi.
page-code-label = Kode QR

## Home
page-home-heading = Beranda
page-home-waiting = Menunggu Anda
page-home-nothing-waits = Tidak ada yang menunggu Anda.
page-home-since = Sejak kunjungan terakhir Anda
page-home-nobody = Tidak ada yang membuka rekam medis Anda sejak kunjungan terakhir Anda.
page-home-stop = Hentikan semuanya
page-home-stop-hint = Larang akses semua orang dengan satu tanda tangan
page-home-assisted = Persetujuan atas nama Anda akan mulai berlaku
page-home-assisted-refuse = Tolak semua persetujuan semacam ini untuk seterusnya
page-home-assisted-refused = Tidak ada yang dapat memasukkan persetujuan atas nama Anda.
page-home-not-enrolled = Anda belum terdaftar. Datanglah ke loket pendaftaran rumah sakit.
page-home-backup = Periksa cadangan Anda
page-home-see-log = Lihat riwayat akses

## Requests
page-requests-heading = Permintaan
page-requests-none = Tidak ada yang meminta akses.
page-requests-none-hint = Jika tenaga kesehatan ingin melihat rekam medis Anda, permintaannya muncul di sini.
page-request-heading = Permintaan akses
page-request-licence-none = Tidak disahkan oleh otoritas
page-request-reason = Alasan
page-request-sentence = Yang akan Anda izinkan
page-request-expires = Jawab paling lambat { $moment }
page-request-would-open = Yang akan terbuka
page-request-would-open-nothing = Ini tidak membuka satu pun rekam medis Anda.
page-request-sees-already = Yang sudah dapat dilihat orang ini
page-request-sees-nothing = Orang ini sekarang tidak dapat melihat rekam medis Anda.
page-request-sensitive = Dengan label sensitif
page-request-restricted = Terbatas
page-request-narrow = Izinkan lebih sedikit
page-request-narrow-hint = Anda boleh mengecualikan apa pun. Daftar menunjukkan apa yang tersisa.
page-request-narrow-category = Menurut kategori
page-request-narrow-record = Menurut rekam medis
page-request-narrow-time = Menurut waktu
page-request-narrow-duration = Berapa lama
page-request-narrow-reset = Seperti yang diminta
page-request-narrowed = Anda mengizinkan lebih sedikit daripada yang diminta.
page-request-carry = Kirim juga bagian kunci saya
page-request-approve = Izinkan
page-request-deny = Tolak
page-request-later = Putuskan nanti
page-request-deny-hint = Orang itu mengetahui bahwa Anda menolak, tetapi tidak mengetahui alasannya.

## Consents
page-consents-heading = Persetujuan
page-consents-intro = Di sini Anda melihat apa yang Anda izinkan dan apa yang Anda larang.
page-consents-permits = Yang Anda izinkan
page-consents-denials = Yang Anda larang
page-consents-planned = Direncanakan
page-consents-past = Sudah lewat
page-consents-none = Anda belum memberikan persetujuan. Selain dalam keadaan darurat, hanya Anda yang dapat membaca rekam medis Anda.
page-consents-new = Persetujuan baru
page-consents-agreed-in = Anda menyetujui teks ini dalam bahasa lain: { $language }.
page-consents-agreed-now = Sekarang dalam bahasa Anda
page-consents-text-lost = Teks yang Anda setujui tidak ada di perangkat ini. Kalimat ini dibuat lagi dari data di rantai.
page-consents-number = Persetujuan { $id }
page-consents-studies = Studi

## A new or changed consent
page-consent-new-heading = Persetujuan baru
page-consent-amend-heading = Ubah persetujuan
page-consent-effect = Apa yang Anda inginkan?
page-consent-permit = Izinkan akses
page-consent-deny = Larang akses
page-consent-who = Siapa?
page-consent-what = Apa?
page-consent-what-all = Semua rekam medis
page-consent-what-categories = Kategori tertentu
page-consent-what-records = Rekam medis tertentu
page-consent-actions = Tindakan apa?
page-consent-action-read = Membaca
page-consent-action-write = Menambahkan rekam medis
page-consent-action-refer = Merujuk sejawat
page-consent-action-log = Membaca riwayat akses
page-consent-action-aggregate = Menghitung dalam statistik
page-consent-why = Untuk apa?
page-consent-why-any = Untuk tujuan apa pun
page-consent-long = Berapa lama?
page-consent-long-revoked = Sampai saya mencabutnya
page-consent-long-until = Hingga tanggal tertentu
page-consent-period = Hanya perawatan dalam masa ini
page-consent-more = Syarat lainnya
page-consent-labels = Rekam medis sensitif
page-consent-labels-not = Jangan sertakan
page-consent-labels-some = Sertakan label tertentu saja
page-consent-labels-all = Sertakan semua
page-consent-labels-only = Hanya label ini
page-consent-restricted = Rekam medis terbatas
page-consent-restricted-not = Jangan sertakan
page-consent-restricted-yes = Sertakan rekam medis terbatas
page-consent-restricted-very = Sertakan juga rekam medis sangat terbatas
page-consent-emergency-hint = Rekam medis Anda tetap tertutup meskipun nyawa Anda terancam.
page-consent-becomes = Mulai sekarang
page-consent-amend = Ubah

## Revoking
page-revoke = Cabut

## Who sees what
page-access-heading = Siapa melihat apa
page-access-intro = Ini dihitung di perangkat Anda, dengan aturan yang sama seperti di rumah sakit.
page-access-who = Siapa
page-access-all = Semua
page-access-some = Sebagian
page-access-none = Tidak ada
page-access-ask-heading = Apa yang dapat dilihat seseorang sekarang?
page-access-ask-who = Orang
page-access-ask-button = Tampilkan
page-access-empty = Selain dalam keadaan darurat, tidak ada yang dapat melihat rekam medis Anda.

## Stop everything
page-stop-heading = Hentikan semuanya
page-stop-intro = Dengan satu tanda tangan Anda melarang akses semua orang.
page-stop-what-stops = Yang dihentikan
page-stop-readers = Hanya Anda yang dapat membaca rekam medis dan riwayat akses Anda.
page-stop-studies = Tidak ada lagi studi yang menghitung Anda.
page-stop-writing = Bolehkah rumah sakit tetap menambahkan rekam medis baru?
page-stop-writing-yes = Ya, rekam medis baru boleh ditambahkan
page-stop-writing-no = Tidak, tidak ada yang boleh ditambahkan
page-stop-emergency = Apakah ini juga berlaku dalam keadaan darurat?
page-stop-emergency-no = Tidak, tenaga kesehatan boleh membuka rekam medis saya dalam keadaan darurat
page-stop-emergency-yes = Ya, tidak ada yang boleh membukanya meskipun dalam keadaan darurat
page-stop-past = Apa yang sudah dibaca sebelumnya tidak dapat ditarik kembali.
page-stop-lift = Akhiri penghentian
page-stop-lift-heading = Akhiri penghentian?
page-stop-lift-hint = Persetujuan Anda yang lain akan berlaku lagi seperti sebelumnya.
page-stop-done = Semuanya dihentikan.

## Records
page-records-heading = Rekam medis
page-records-by-time = Menurut waktu
page-records-by-category = Menurut kategori
page-records-by-hospital = Menurut rumah sakit
page-records-search = Cari dalam judul
page-records-search-hint = Judul dienkripsi. Hanya rekam medis yang sudah Anda buka yang dapat ditemukan lewat judulnya.
page-records-none = Belum ada rekam medis tentang Anda.
page-records-none-found = Tidak ada rekam medis yang cocok.
page-records-not-opened = Belum dibuka
page-records-open = Buka
page-records-open-chosen = Buka rekam medis yang dipilih
page-records-open-limit = Anda dapat membuka hingga 16 rekam medis dengan satu tanda tangan.
page-records-open-hint = Pembukaan ini dicatat dalam riwayat akses Anda.
page-records-add = Tambahkan dokumen
page-records-offline = Di perangkat ini

## A record
page-record-heading = Rekam medis
page-record-number = Rekam medis { $id }
page-record-category = Kategori
page-record-author = Ditulis oleh
page-record-versions = Versi
page-record-version = Versi { $number }
page-record-newest = terbaru
page-record-holders = Siapa yang memegang kunci
page-record-copies = Periksa setiap salinan
page-record-keep = Simpan di perangkat ini
page-record-keep-hint = Rekam medis disimpan terenkripsi, sehingga Anda dapat membacanya tanpa internet.
page-record-kept = Tersimpan di perangkat ini
page-record-forget = Hapus dari perangkat ini
page-record-download = Simpan berkas
page-record-not-shown = Jenis berkas ini tidak dapat ditampilkan di sini. Anda dapat menyimpannya.
page-record-large = Ukuran dokumen ini { $size }. Dokumen ini langsung disimpan sebagai berkas.
page-record-size = Ukuran: { $size }
page-record-checked = Isinya sama dengan yang dicatat.
page-record-labels-name = Beri nama label
page-record-labels-name-hint = Sebuah rumah sakit menandai rekam medis ini sebagai sensitif tanpa menyebut alasannya. Beri nama alasannya, agar persetujuan Anda dapat membedakannya.
page-record-wrong = Ada yang salah di sini
page-record-wrong-hint = Catatan Anda ditambahkan pada rekam medis. Rekam medis itu sendiri tidak berubah. Siapa pun yang menurut persetujuan Anda boleh melihat jenis rekam medis ini dapat melihat catatan Anda.
page-record-viewer = Dokumen
page-record-zoom-in = Perbesar
page-record-zoom-out = Perkecil
page-record-viewer-failed = Dokumen tidak dapat ditampilkan. Anda dapat menyimpannya.
page-record-fit = Sesuaikan dengan lebar
page-record-loading = Memuat dokumen …
page-record-page = Halaman
page-record-page-of = Halaman { $page } dari { $count }
page-record-needs-password = Dokumen ini memerlukan kata sandi. Simpan, lalu buka berkasnya.
page-record-too-large = Dokumen ini terlalu besar untuk ditampilkan. Anda dapat menyimpannya.
page-record-too-many-pages = Dokumen ini terlalu banyak halamannya untuk dicetak dari sini. Simpan, lalu cetak berkasnya.
page-image = Gambar
page-image-compressed = Gambar ini dimampatkan dengan cara yang tidak dapat ditampilkan di sini. Anda dapat menyimpannya.
page-image-ct = CT scan
page-image-date = Tanggal
page-image-frames-hint = Page Up dan Page Down menampilkan gambar lain.
page-image-hint = Pada gambar, seret dengan tetikus atau tekan tombol panah untuk mengubah kecerahan dan kontras.
page-image-kind = Jenis
page-image-level = Level (kecerahan)
page-image-mammogram = Mamografi
page-image-mr = MRI
page-image-nuclear = Kedokteran nuklir
page-image-original = Seperti di berkas
page-image-pet = PET scan
page-image-size = Ukuran
page-image-ultrasound = USG
page-image-vessels = Rontgen pembuluh darah
page-image-window = Jendela (kontras)
page-image-x-ray = Rontgen
page-record-range = Rentang normal
page-record-date = Tanggal

## Adding a document
page-upload-heading = Tambahkan dokumen
page-upload-file = Pilih berkas
page-upload-photo = Ambil foto
page-upload-title = Judul
page-upload-title-hint = Judul dienkripsi.
page-upload-category = Kategori
page-upload-month = Bulan perawatan
page-upload-labels = Label sensitif
page-upload-confidentiality = Kerahasiaan
page-upload-note = Catatan Anda
page-upload-too-large = Berkas terlalu besar.

## Log
page-log-heading = Riwayat akses
page-log-intro = Semua yang dilakukan dengan rekam medis dan persetujuan Anda.
page-log-none = Belum ada yang dicatat.
page-log-none-found = Tidak ada entri yang cocok.
page-log-filter-person = Orang
page-log-filter-hospital = Rumah sakit
page-log-filter-kind = Apa yang terjadi
page-log-entry = Entri { $number }
page-log-block = Blok { $block }
page-log-verify = Periksa riwayat
page-log-export = Simpan riwayat sebagai berkas
page-log-export-hint = Siapa pun dapat memeriksa berkas itu dengan: vouchsafe audit verify --file
page-log-report = Saya tidak menduga ini
page-log-report-hint = Tanyakan kepada petugas pelindungan data fasilitas kesehatan itu. Anda juga dapat mencabut persetujuan.

## Hospitals
page-hospitals-heading = Rumah sakit yang menyimpan rekam medis Anda
page-hospitals-none = Tidak ada rumah sakit yang menyimpan rekam medis Anda.
page-hospitals-since = Sejak { $month }
page-hospitals-holds-keys = Memegang bagian kunci Anda
page-hospitals-holders = Siapa yang boleh memegang kunci rekam medis baru
page-hospitals-holders-change = Pilih pemegang kunci
page-hospitals-holders-hint = Bersama-sama mereka dapat membantu Anda jika sebuah rumah sakit tidak berfungsi. Tidak satu pun dapat membuka rekam medis sendirian.
page-hospitals-countries = Negara tempat kunci disimpan
page-hospitals-changed = Kunci { $who } telah berubah
page-hospitals-changed-hint = Tanyakan kepada rumah sakit apakah ini benar. Sebelum Anda mengonfirmasinya, tidak ada data baru yang dikirim ke sana.
page-hospitals-changed-confirm = Saya sudah bertanya, dan ini benar

## Settings
page-settings-heading = Pengaturan
page-settings-appearance = Tampilan
page-settings-appearance-system = Seperti di perangkat ini
page-settings-appearance-light = Terang
page-settings-appearance-dark = Gelap
page-settings-lock = Penguncian
page-settings-passphrase-change = Ganti frasa sandi
page-settings-passphrase-old = Frasa sandi lama
page-settings-passphrase-changed = Frasa sandi telah diganti.
page-settings-passkeys = Passkey
page-settings-passkey-add = Tambah passkey
page-settings-passkey-none = Tidak ada passkey
page-settings-backup = Cadangan
page-settings-backup-print = Cetak lembar lagi
page-settings-devices = Perangkat
page-settings-devices-hint = Pulihkan kunci Anda di perangkat kedua dengan lembar Anda. Nama dan teks ikut serta.
page-settings-storage = Penyimpanan
page-settings-storage-persistent = Perangkat ini menyimpan data aplikasi.
page-settings-storage-not-persistent = Perangkat ini mungkin menghapus data aplikasi. Pasang aplikasi, dan simpan lembar Anda.
page-settings-version = Versi
page-settings-version-hash = Hash versi ini
page-settings-version-matches = Versi ini adalah versi yang diterbitkan.
page-settings-version-differs = Versi ini bukan versi yang diterbitkan.
page-settings-version-unknown = Belum diperiksa apakah versi ini adalah versi yang diterbitkan.
page-settings-version-earlier = Ini versi yang lebih lama. Versi yang diterbitkan adalah { $version }.
page-settings-version-none = Rumah sakit belum menerbitkan versi apa pun, jadi versi ini tidak dapat dibandingkan.
page-settings-version-differs-hint = Jangan masukkan kata-kata atau frasa sandi Anda di sini. Beri tahu rumah sakit Anda, dan gunakan aplikasi rumah sakit lain.
page-settings-version-published = Hash versi yang diterbitkan
page-settings-update = Ada versi baru
page-settings-update-hint = Data Anda tidak berubah.
page-settings-update-button = Gunakan versi baru
page-settings-account = Akun
page-settings-names = Nama yang Anda kenal
page-settings-remove-key = Hapus kunci dari perangkat ini
page-settings-remove-key-hint = Akun dan rekam medis Anda tetap ada. Anda memerlukan lembar Anda untuk kembali.

## Signing and confirming
page-sign-heading = Harap konfirmasi
page-sign-you-sign = Anda menandatangani ini:
page-sign-with-extension = Ekstensi Anda meminta Anda menandatangani.
page-sign-signed = Ditandatangani
page-sign-final = Selesai. Ini final.

## Errors
page-error-heading = Tidak berhasil
page-error-nothing-signed = Tidak ada yang ditandatangani.
page-error-signed-maybe = Anda sudah menandatangani, tetapi belum pasti apakah sudah sampai. Periksa lagi satu menit kemudian sebelum mengulanginya.
page-error-internal = Aplikasi mengalami kesalahan. Muat ulang halaman.
page-error-reload = Muat ulang

## Offline
page-offline-heading = Anda sedang luring
page-offline-state = Anda melihat keadaan terakhir yang telah diperiksa, per { $moment }.
page-offline-no-signing = Tidak ada yang dapat ditandatangani selama Anda luring.

## Practitioners
page-practice-nav-patients = Pasien
page-practice-heading = Pasien Anda
page-practice-acting-for = Anda bertindak bagi { $institution }
page-practice-no-institution = Saat ini Anda tidak bekerja bagi fasilitas kesehatan mana pun. Tanyakan di loket pendaftaran.
page-practice-scan = Pindai kode pasien
page-practice-code = Kode pasien
page-practice-code-hint = Pasien menemukannya di aplikasi ini pada “Permintaan”, sebagai “Kode saya”. Anda juga dapat menempelkan alamat akun.
page-practice-find = Cari pasien
page-practice-choose = Pilih pasien yang dikenal
page-practice-choose-none = Pasien yang Anda mintai akses muncul di sini.
page-practice-patient = Pasien
page-practice-institution = Anda bertindak bagi
page-practice-ask-heading = Minta akses
page-practice-ask-categories = Rekam medis yang mana?
page-practice-ask-all = Semua rekam medis
page-practice-ask-some = Hanya beberapa jenis rekam medis
page-practice-ask-period = Dari waktu yang mana? Kosongkan untuk semuanya.
page-practice-ask-duration = Berapa lama?
page-practice-ask-for = Untuk siapa?
page-practice-ask-reason = Alasan
page-practice-ask-reason-hint = Hanya pasien yang membacanya.
page-practice-ask-review = Lihat permintaan
page-practice-ask-missing = Pilih sekurang-kurangnya satu jenis rekam medis.
page-practice-requests = Permintaan Anda
page-practice-requests-none = Anda belum meminta apa pun.
page-practice-asked-at = Diminta: { $moment }
page-practice-request-until = Dapat dijawab sampai { $moment }
page-practice-request-waiting = Menunggu jawaban
page-practice-request-gone = Tidak menunggu lagi
page-practice-request-gone-hint = Pasien sudah menjawab, atau permintaan ditarik kembali. Jawabannya sendiri hanya terlihat oleh pasien. Yang boleh Anda baca tampil pada pasien itu.
page-practice-request-expired = Kedaluwarsa
page-practice-withdraw = Tarik kembali
page-practice-open-heading = Yang terbuka bagi Anda sekarang
page-practice-open-none = Tidak ada yang terbuka bagi Anda sekarang.
page-practice-open-hint = Pasien melihat bahwa Anda membukanya, kapan, dan untuk apa.
page-practice-open-named-by = Setiap rekam medis ini terbukti. Bahwa tidak ada yang lain adalah pernyataan { $who }, dan tidak dapat dibuktikan.
page-practice-open-none-named-by = Ini pernyataan { $who }, dan tidak dapat dibuktikan.
page-practice-open-more = Ada lebih banyak rekam medis daripada yang tampil di sini.
page-practice-time-left = Masih terbuka selama { $time }
page-practice-time-over = Dokumen ini tertutup. Pembukaan berakhir setelah beberapa menit.
page-practice-not-kept = Tidak ada apa pun tentang pasien Anda yang disimpan di perangkat ini.
page-practice-save-hint = Berkas yang Anda simpan tetap ada di perangkat ini.

## A patient’s own code
page-code-own-heading = Kode saya
page-code-own-show = Tunjukkan kode saya
page-code-own-intro = Biarkan dokter atau perawat memindai kode ini. Setelah itu mereka dapat meminta akses ke rekam medis Anda.
page-code-own-contents = Kode ini berisi alamat akun Anda dan jaringan tempat akun itu berada. Kode ini tidak mengatakan apa pun tentang kesehatan Anda, dan tidak seorang pun dapat membaca atau menandatangani apa pun dengannya.

## Registration desk
page-registrar-heading = Loket pendaftaran
page-registrar-show = Tunjukkan kode ini kepada orang tersebut
page-registrar-check-hint = Cocokkan kartu identitas orang tersebut sebelum Anda menandatangani.
page-registrar-name = Nama orang
page-registrar-kind = Jenis akun
page-registrar-role = Jabatan
page-registrar-names = Staf
page-registrar-names-hint = Pasien fasilitas kesehatan ini melihat nama-nama ini dalam riwayat akses dan permintaannya.
page-registrar-names-none = Belum ada nama
page-registrar-account = Akun
page-registrar-for = Fasilitas kesehatan
page-registrar-none = Saat ini Anda bukan petugas pendaftaran.
page-registrar-none-hint = Fasilitas kesehatan Anda menentukan siapa yang mendaftarkan orang. Tanyakan di sana.
page-registrar-step-code = 1. Tunjukkan kode Anda
page-registrar-make = Buat kode
page-registrar-code-until = Berlaku sampai { $moment }
page-registrar-copy-link = Salin sebagai tautan
page-registrar-new-code = Kode lain
page-registrar-step-answer = 2. Baca kode orang itu
page-registrar-answer-field = Kode atau tautan dari orang itu
page-registrar-next = Beri jabatan dan nama
page-registrar-find = Cari akun
page-registrar-find-hint = Untuk memberi jabatan kepada seseorang, atau menangguhkan akun.
page-registrar-find-field = Alamat atau kode akun
page-registrar-find-button = Tampilkan akun
page-registrar-status = Status
page-registrar-enrolled-by = Didaftarkan oleh
page-registrar-name-field = Nama yang dilihat pasien
page-registrar-name-hint = Nama ini adalah pernyataan fasilitas kesehatan Anda dan disimpan di sana, bukan di rantai.
page-registrar-name-save = Simpan nama
page-registrar-name-remove = Hapus nama
page-registrar-name-saved = Nama telah disimpan.
page-registrar-work = Jabatan
page-registrar-work-from = Mulai { $from }, tanpa batas akhir
page-registrar-work-until = Mulai { $from } sampai { $until }
page-registrar-work-ended = Berakhir
page-registrar-work-waits = Belum diterima
page-registrar-work-none = Orang ini tidak bekerja di sini.
page-registrar-work-last = Hari terakhir (UTC)
page-registrar-work-last-hint = Kosongkan bila tidak ada batas akhir.
page-registrar-work-change = Ubah jabatan
page-registrar-work-give = Beri jabatan ini
page-registrar-work-end = Akhiri jabatan sekarang
page-registrar-work-not-yours = Hanya fasilitas kesehatan itu sendiri yang dapat mengubahnya.
page-registrar-status-new = Status baru
page-registrar-status-set = Tetapkan status
page-registrar-key = Kunci hilang atau dicuri
page-registrar-key-since = Sejak hari apa (UTC)
page-registrar-key-since-hint = Paling lama 30 hari lalu. Kosong berarti sekarang.
page-registrar-key-disable = Nonaktifkan tanda tangan
page-registrar-key-enable = Aktifkan lagi tanda tangan
page-registrar-key-disabled = Tanda tangan dengan kunci ini dinonaktifkan. Mungkin orang lain memilikinya sejak { $moment }.

## Added by the page
page-hide = Sembunyikan
page-show-again = Tampilkan lagi
page-step = Langkah { $number } dari { $total }
page-passphrase-new = Frasa sandi baru
page-create-passphrase-heading = Pilih frasa sandi
page-words-hidden = Kata-kata disembunyikan. Pastikan tidak ada yang melihat layar Anda.
page-words-again = Tampilkan kata-kata lagi
page-check-button = Periksa
page-restore-words-hint = Teks dari kode pada lembar juga bisa dimasukkan di sini.
page-desk-institution-not-proven = Nama rumah sakit ini tidak terbukti. Tanyakan di loket pendaftaran apakah benar.
page-desk-role = Didaftarkan sebagai
page-person-attested = Izin praktik disahkan
page-person-name = Nama
page-person-name-own = Nama ini terbukti, atau Anda sendiri yang memberikannya.
page-proof-is-old = Keadaan ini sudah lama, yaitu per { $moment }. Mungkin ada hal baru yang tidak Anda lihat.
page-proof-log-incomplete = Riwayat akses Anda tidak lengkap
page-consents-permit = Diizinkan
page-consents-denial = Dilarang
page-consents-none-current = Saat ini Anda tidak mengizinkan siapa pun.
page-consents-current-count = Persetujuan yang berlaku
page-consent-who-search = Cari nama atau rumah sakit
page-consent-why-some = Untuk tujuan tertentu
page-consent-carry-hint = Rumah sakit itu dapat membuka rekam medis walaupun rumah sakit lain tidak bisa dihubungi.
page-consent-missing = Masih ada yang kurang. Pilih untuk siapa, dan isi yang sudah Anda pilih.
page-consent-review = Lihat persetujuan
page-seen-open = Dapat membuka
page-seen-closed = Tidak dapat membuka
page-stop-can-lift = Anda dapat mengakhiri penghentian kapan saja. Persetujuan Anda yang lain akan berlaku lagi.
page-records-close = Tutup rekam medis yang terbuka
page-record-is-open = Terbuka di perangkat ini
page-record-read = Baca
page-record-not-available = Belum tersedia
page-record-share-there = Punya bagiannya
page-record-share-missing = Bagian belum tiba
page-record-copies-heading = Salinan
page-record-values = Semua nilai
page-log-lines = Entri: { $count }
page-hospitals-made = Rekam medis yang dibuat di sini
page-settings-enrolled-by = Didaftarkan oleh
page-settings-custodian-answers = Menjawab
page-settings-custodian-silent = Tidak menjawab
page-settings-names-none = Anda belum memberi nama kepada siapa pun.
page-person-own-name = Nama yang hanya Anda lihat
page-record-remark = Penilaian
page-home-not-a-patient = Aplikasi ini tidak memiliki layar untuk jenis akun ini. Gunakan baris perintah.

# The patient’s choices: the stop, consents that staff enter, studies, holders, custodians.
page-home-assisted-refuse-one = Tolak persetujuan ini
page-assisted-heading = Persetujuan yang dimasukkan staf rumah sakit untuk Anda
page-assisted-hint = Bagi orang yang tidak dapat memakai aplikasi ini, dua tenaga kesehatan di rumah sakitnya dapat memasukkan persetujuan. Anda dapat menolaknya untuk seterusnya.
page-stop-writing-hint = Hanya mereka yang sudah Anda izinkan menambahkan rekam medis.
page-studies-heading = Studi
page-studies-intro = Studi menghitung orang. Studi tidak melihat rekam medis Anda. Anda yang menentukan apakah Anda dihitung.
page-studies-choices = Yang Anda pilih
page-studies-no-choice = Anda belum memilih apa pun, jadi tidak ada studi yang menghitung Anda.
page-studies-choose = Pilih untuk semua studi sekaligus
page-studies-choose-hint = Dengan begitu studi menghitung Anda tanpa bertanya setiap kali. Anda dapat keluar dari studi mana pun dan mencabut ini kapan saja.
page-studies-traits = Hitung saya juga dalam studi yang …
page-studies-disease = Hanya studi tentang penyakit ini
page-studies-disease-hint = Nomornya dalam daftar penyakit MONDO, misalnya MONDO:0005148. Kosongkan untuk semua penyakit.
page-studies-open = Studi saat ini
page-studies-none = Saat ini tidak ada studi.
page-studies-ended = Studi yang sudah selesai
page-studies-counted = Di mana Anda dihitung
page-studies-counted-none = Anda belum dihitung dalam studi mana pun.
page-study-number = Studi { $id }
page-study-read = Baca tentang studi ini
page-study-what = Yang Anda setujui jika ikut serta
page-study-counts = Menghitung Anda
page-study-counts-not = Tidak menghitung Anda
page-study-join = Ikut serta
page-study-leave = Keluar, atau tidak ikut
page-consent-changes = Yang berubah
page-consent-unchanged = Kalimatnya tetap seperti semula.
page-consent-removed = Tidak lagi:
page-consent-added = Baru:
page-access-ask-link = Apa yang akan dilihat { $who } sekarang?
page-hospitals-holders-any = Jika Anda tidak memilih apa pun, semuanya boleh memegang kunci.
page-hospitals-holders-which = Fasilitas kesehatan yang boleh memegang kunci
page-settings-passkey-number = Passkey { $number }
page-settings-talks-with = Rumah sakit yang dihubungi aplikasi ini
page-settings-talks-with-hint = Mereka menunjukkan keadaan rantai kepada aplikasi ini, dan aplikasi memeriksa buktinya. Dengan dua atau lebih, aplikasi tahu jika salah satunya menyembunyikan hal baru.
page-settings-custodians-choose = Pilih rumah sakit lain
page-settings-custodians-which = Rumah sakit (paling banyak { $count })
page-settings-custodians-wrong = Pilih 1 sampai { $count } rumah sakit.
page-settings-custodians-automatic = Biarkan aplikasi memilih
page-log-print-part = Cetakan ini tidak memuat semua entri. Gunakan tombol di halaman untuk mencetak semuanya.
## Documents of one’s own, and on this device
page-upload-limit = Foto, PDF, dan berkas lain hingga { $size }.
page-upload-more = Label dan kerahasiaan
page-unfinished-heading = Belum selesai
page-unfinished-finish = Selesaikan
page-unfinished-give-up = Batalkan
page-record-related-heading = Catatan dan rekam medis terkait
page-record-labels-which = Label yang mana
page-record-file-save = Simpan ke dalam berkas
page-record-file-done = Berkas telah disimpan. Isinya sama dengan yang dicatat.
page-kept-none = Tidak ada dokumen yang disimpan di perangkat ini. Buka rekam medis, lalu pilih “Simpan di perangkat ini”.
page-kept-hint = Dokumen ini dapat Anda baca tanpa internet. Membacanya di sini tidak tercatat dalam riwayat akses Anda.
page-kept-room = { $size } dari { $most } terpakai.
## Ekstensi dompet
page-extension-heading = Ekstensi dompet Anda
page-extension-intro = Ekstensi menyimpan kunci untuk menandatangani. Ekstensi bertanya kepada Anda setiap kali ada yang ditandatangani.
page-extension-which = Ekstensi mana yang menyimpan kunci Anda?
page-extension-account = Akun mana yang ingin Anda gunakan?
page-extension-no-account = Ekstensi ini tidak menunjukkan akun dengan jenis yang sesuai (sr25519) kepada halaman ini. Izinkan satu akun di ekstensi, atau buat akun di sana.
page-extension-not-allowed = Ekstensi tidak mengizinkan halaman ini, atau tidak menjawab. Tidak ada yang ditandatangani. Izinkan halaman ini di ekstensi.
page-extension-key = Untuk membaca rekam medis, Anda memerlukan kunci kedua. Perangkat ini menyimpannya, dan Anda menyimpannya pada lembar cetak.
page-extension-new = Buat kunci kedua
page-extension-restore = Saya punya lembar kunci kedua
page-extension-confirm = Konfirmasi di ekstensi Anda
page-extension-call = Ekstensi tidak dapat menampilkan kalimatnya. Ekstensi menampilkan hal yang sama sebagai kode. Aplikasi ini sudah memeriksa bahwa kode itu sama dengan yang Anda baca di sini.
page-extension-text = Bacalah teks yang ditampilkan ekstensi.
page-extension-waiting = Menunggu ekstensi Anda
page-extension-again = Tanyakan lagi ke ekstensi
page-extension-kept = Kunci untuk menandatangani ada di ekstensi ini:
page-words-heading-encryption = 24 kata kunci kedua Anda
page-words-intro-encryption = Dengan kunci ini rekam medis Anda dibaca. Kunci untuk menandatangani tetap di ekstensi Anda: simpan juga kata-katanya. Anda memerlukan keduanya jika perangkat ini hilang.
page-words-sheet-keep-encryption = Rahasiakan lembar ini dan simpan dengan aman. Dengan lembar ini dan akun Anda, rekam medis Anda dapat dibaca.
page-words-sheet-use-encryption = Untuk memulihkan: buka aplikasi di peramban yang memiliki ekstensi Anda, pilih “Gunakan ekstensi dompet di peramban ini”, lalu pindai kode ini atau masukkan kata-katanya.
page-restore-words-encryption = Masukkan atau tempel 24 kata kunci kedua
