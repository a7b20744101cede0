# Who sees what, what a consent would change, stopping everything, and who holds keys.

# How many records of a category somebody can read.
access-all =
    { $count ->
        [1] { $category }: satu-satunya
       *[other] { $category }: semua { $count }
    }
access-some = { $category }: { $open } dari { $count }
access-none = { $category }: tidak satu pun dari { $count }
# By which consents.
access-by = Berdasarkan { $consents }.
# Why the other records of the category are closed. $reason is a sentence.
access-not-others = Yang lain tidak: { $reason }

# What a consent would change. $records is for example "3 rekam medis".
preview-opens = Ini akan membuka { $records } yang sekarang tidak dapat dibaca oleh { $grantee }.
preview-opens-nothing = Ini tidak membuka rekam medis lain bagi { $grantee }.
preview-closes = Ini akan menutup { $records } yang sekarang dapat dibaca oleh { $grantee }.
# How many of these are sensitive.
preview-labelled = Dengan label sensitif: { $count }.
preview-restricted = Terbatas: { $count }.
preview-very-restricted = Sangat terbatas: { $count }.
preview-already = Sudah terbuka bagi { $grantee }: { $records }.

# Stopping everything with one signature.
stop-reading = Hanya Anda yang dapat membaca rekam medis atau riwayat akses Anda, dan tidak ada studi yang menghitung Anda.
stop-asking = Tidak ada yang dapat meminta akses kepada Anda.
stop-adding-allowed = Mereka yang Anda izinkan menambahkan rekam medis tetap dapat menambahkannya.
stop-adding-stopped = Hanya Anda yang dapat menambahkan rekam medis; mereka yang Anda izinkan pun tidak dapat.
stop-past = Apa yang sudah dibaca sebelumnya tidak dapat ditarik kembali.
stop-lifting = Jika penghentian diakhiri, yang pernah Anda izinkan berlaku lagi.
stop-in-force = Semuanya dihentikan sejak { $moment } (persetujuan { $id }).
stop-lifted = Penghentian diakhiri. Persetujuan Anda yang lain berlaku lagi.

# Who may hold shares of the keys of new records.
holders-any = Setiap fasilitas kesehatan dalam jaringan ini boleh memegang bagian kunci rekam medis baru.
holders-only = Hanya { $holders } yang boleh memegang bagian kunci rekam medis baru.
holders-in-countries = Hanya fasilitas kesehatan di { $countries } yang boleh memegang bagian kunci rekam medis baru.

# Kinds of lines of the log.
log-kind-asked = Meminta akses
log-kind-opened = Membuka rekam medis
log-kind-refused = Ditolak aksesnya
log-kind-permitted = Mengizinkan
log-kind-forbidden = Melarang
log-kind-revoked = Mencabut
log-kind-counted = Dihitung dalam studi
log-kind-added = Menambahkan rekam medis
log-kind-changed = Mengubah rekam medis
log-kind-account = Akun, kunci, dan wakil
log-kind-shares = Bagian kunci
log-kind-unknown = Jenis yang tidak dikenal
