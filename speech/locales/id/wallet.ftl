# Texts of the wallet about counted things. Each is a phrase or sentence of its own.

wallet-requests-waiting = { $count } permintaan menunggu jawaban Anda
wallet-opened-since = { $count } rekam medis dibuka sejak kunjungan terakhir Anda
wallet-new-entries = { $count } entri baru
wallet-entries-checked = { $count } entri telah diperiksa
wallet-entries-hidden = { $count } entri teknis tidak ditampilkan
wallet-would-open = Ini akan membuka { $count } rekam medis.
wallet-sees-already = Orang ini sudah dapat melihat { $count } rekam medis.
wallet-left-out = { $count } rekam medis tidak disertakan.
wallet-labelled = { $count } rekam medis memiliki label sensitif
wallet-restricted = { $count } rekam medis bersifat terbatas
wallet-untitled = { $count } rekam medis yang judulnya belum dikenal perangkat ini
wallet-chosen = { $count } rekam medis dipilih
wallet-found = { $count } rekam medis ditemukan
wallet-held-here = Menyimpan { $count } rekam medis tentang Anda
wallet-intact-copies = { $count } salinan utuh
wallet-bad-copies = { $count } salinan rusak atau hilang
wallet-consents-in-force = { $count } persetujuan berlaku
wallet-consents-stopped = { $count } persetujuan tidak berlaku selama semuanya dihentikan
wallet-custodians-agree = { $count } rumah sakit menyatakan hal yang sama
wallet-patients = { $count } pasien
