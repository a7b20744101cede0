# Lines of a patient's log.

# $actor.
actor-at = { $who } dari { $institution }
actor-on-behalf = { $who } atas nama { $principal }

log-enrolled = { $actor } mendaftarkan pasien
log-status-set = { $actor } mengubah status pasien menjadi { $status }
log-signing-disabled = { $actor } melaporkan kunci pasien hilang sejak { $since }
log-signing-enabled = { $actor } melaporkan kunci pasien ditemukan kembali
log-encryption-key-set = { $actor } mengganti kunci enkripsinya
log-consent-granted =
    { $effect ->
        [permit] { $actor } mengizinkan akses bagi { $grantee } (persetujuan { $id })
       *[deny] { $actor } menolak akses bagi { $grantee } (persetujuan { $id })
    }
log-consent-amended = { $actor } mengubah { $consent } (revisi { $revision })
log-consent-revoked = { $actor } mencabut { $consent }
log-consent-proposed = { $actor } mengusulkan persetujuan untuk { $grantee } atas nama pasien. Tenaga kesehatan kedua harus mengonfirmasinya
log-consent-assisted = { $actor } memasukkan persetujuan { $id } untuk { $grantee } atas nama pasien, sebagai orang terakhir yang harus menyetujui. Persetujuan ini mulai berlaku setelah masa tunggu, biasanya satu hari. Sebelum itu pasien dapat mencabutnya, atau menolak persetujuan semacam ini untuk seterusnya
log-consent-awaits-authority = { $actor } menyetujui persetujuan untuk { $grantee } atas nama pasien, sebagai orang kedua dari dua orang. Otoritas kesehatan juga harus mengonfirmasinya
log-counted = { $actor } menyertakan pasien dalam putaran { $round } dari { $study }
log-assisted-refused = { $actor } menolak untuk seterusnya bahwa orang lain memasukkan persetujuan atas nama pasien
log-consent-confirmed = { $actor } mengonfirmasi { $consent }
log-request-submitted = { $actor } meminta akses bagi { $grantee } (permintaan { $request })
log-request-submitted-own = { $actor } meminta akses (permintaan { $request })
log-request-approved = { $actor } menyetujui permintaan { $request } ({ $consent })
log-request-denied = { $actor } menolak permintaan { $request }
log-request-withdrawn = { $actor } menarik permintaan { $request }
log-records-created = { $actor } menambahkan { $records }
log-record-created = { $actor } menambahkan rekam medis { $record }
log-version-added = { $actor } menambahkan versi { $version } dari rekam medis { $record }
log-wider-version-added = { $actor } menambahkan versi { $version } dari rekam medis { $record }, dan memperluas bulannya, menambah label, atau menaikkan kerahasiaannya
log-labelled = { $actor } menetapkan label rekam medis { $record }: { $labels }
log-entered-in-error = { $actor } menandai rekam medis { $record } sebagai { $status }
log-mark-taken-back = { $actor } menarik kembali tanda pada rekam medis { $record }: rekam medis itu berlaku lagi
log-mark-proposed = { $actor } mengusulkan agar rekam medis { $record } ditandai sebagai { $status }. Orang kedua harus mengonfirmasinya
log-mark-back-proposed = { $actor } mengusulkan agar tanda pada rekam medis { $record } ditarik kembali. Orang kedua harus mengonfirmasinya
log-labels-proposed = { $actor } mengusulkan label untuk rekam medis { $record }: { $labels }. Orang kedua harus mengonfirmasinya
log-death-proposed = { $actor } mengusulkan agar pasien dinyatakan meninggal dunia. Orang kedua harus mengonfirmasinya
log-death-back-proposed = { $actor } mengusulkan agar pernyataan bahwa pasien meninggal dunia ditarik kembali. Orang kedua harus mengonfirmasinya
log-new-key-proposed = { $actor } mengusulkan agar akun pasien diberi kunci baru, { $key }. Orang kedua harus mengonfirmasinya, lalu otoritas kesehatan harus mengesahkannya
log-responsibility-moved = { $actor } menjadikan { $institution } penanggung jawab rekam medis { $record }
log-share-acknowledged = { $holder } menyatakan telah menerima bagian kuncinya dari rekam medis { $record } (versi { $version })
log-many-shares-acknowledged = { $holder } menyatakan telah menerima bagian kuncinya dari { $versions }
log-share-lost = { $holder } kehilangan bagian kuncinya dari rekam medis { $record } (versi { $version })
log-many-shares-lost = { $holder } kehilangan bagian kuncinya dari { $versions }
log-holders-chosen = { $actor } memilih siapa yang memegang kunci rekam medis mendatang
log-guardians-set = { $actor } menunjuk orang kepercayaan, yang bersama-sama dapat memberi akun pasien kunci baru. Penunjukan ini berlaku mulai { $from }
log-key-change-began = { $actor } mulai mengganti kunci pasien dengan kunci baru, { $key }. Penggantian ini dapat diselesaikan mulai { $from }. Sebelum selesai, rumah sakit dapat menghentikannya dengan menonaktifkan kunci pasien, dan pasien dapat menghentikannya dengan: vouchsafe recovery object
log-key-change-ended = { $actor } menghentikan penggantian ke kunci baru { $key }. Akun tetap memakai kunci yang sekarang
log-recovery-began = { $actor }, sebagai orang kepercayaan, mulai memberi akun pasien kunci baru, { $key }. Orang kepercayaan lain harus menyetujuinya. Jika kunci pasien tidak dinonaktifkan, pasien dapat mengajukan keberatan dengan: vouchsafe recovery object
log-recovery-approved = { $actor }, sebagai orang kepercayaan, menyetujui kunci baru { $key }. Orang kepercayaan lain masih harus menyetujuinya
log-recovery-approved-enough = { $actor }, sebagai orang kepercayaan, menyetujui kunci baru { $key }, dan tidak ada persetujuan lain yang diperlukan. Kunci ini dapat menggantikan kunci yang sekarang mulai { $from }. Jika kunci pasien tidak dinonaktifkan, sebelum penggantian itu pasien dapat mengajukan keberatan dengan: vouchsafe recovery object
log-recovery-proposed = { $actor } mengonfirmasi usulan agar akun pasien diberi kunci baru, { $key }. Otoritas kesehatan harus mengesahkannya. Pasien dapat mengajukan keberatan, juga jika kunci pasien dinonaktifkan, dengan: vouchsafe recovery object
log-recovery-attested = { $actor } mengesahkan kunci baru { $key }. Karena pasien mengajukan keberatan, otoritas harus mengesahkannya sekali lagi
log-recovery-attested-enough = { $actor } mengesahkan kunci baru { $key }. Kunci ini dapat menggantikan kunci yang sekarang mulai { $from }. Jika pasien belum pernah mengajukan keberatan, sebelum penggantian itu pasien dapat melakukannya, juga jika kunci pasien dinonaktifkan, dengan: vouchsafe recovery object
log-recovery-objected = { $actor } mengajukan keberatan terhadap kunci baru { $key }. Sekarang otoritas kesehatan harus mengesahkannya dua kali, dan pasien tidak dapat mengajukan keberatan lagi
log-recovery-objected-ended = { $actor } mengajukan keberatan terhadap kunci baru { $key }. Akun pasien tidak mendapat kunci itu
log-key-replaced = { $actor } menyelesaikan penggantian ke kunci baru { $key }. Mulai sekarang kunci itu menandatangani untuk akun pasien. Kunci sebelumnya tidak dapat menandatangani apa pun lagi
log-consent-by-law = { $actor } memberi { $grantee } izin membaca menurut hukum (persetujuan { $id })
log-appointed = { $actor } menunjuk { $who } sebagai wakil pasien, yang boleh { $scopes }
log-appointed-standby = { $actor } menunjuk { $who } sebagai wakil cadangan pasien, yang kemudian boleh { $scopes }. Penunjukan ini belum berlaku sampai dua tenaga kesehatan mengaktifkannya karena pasien tidak dapat bertindak
log-representative-ended = { $actor } mengakhiri perwakilan pasien oleh { $who }
log-representation-given-up = { $actor } berhenti mewakili pasien
log-activated = { $actor } mengonfirmasi bahwa pasien tidak dapat bertindak. Mulai sekarang { $who }, yang ditunjuk pasien sebagai wakil cadangan, dapat bertindak bagi pasien
log-registered = { $actor } mengonfirmasi pendaftaran { $who } untuk bertindak bagi pasien menurut hukum sebagai { $basis }, yang kemudian boleh { $scopes }. Otoritas kesehatan harus mengesahkannya
log-attested = { $actor } mengesahkan bahwa { $who } bertindak bagi pasien menurut hukum. Pengesahan ini berlaku mulai { $from }, kecuali jika ditangguhkan. Pasien yang memiliki kunci dan belum pernah mengajukan keberatan dapat melakukannya satu kali, juga jika kuncinya dinonaktifkan, dengan: vouchsafe represent object
log-representative-objected = { $actor } mengajukan keberatan terhadap { $who }, yang tidak dapat bertindak bagi pasien sampai otoritas kesehatan mengesahkannya sekali lagi. Setelah itu pasien tidak dapat mengajukan keberatan lagi terhadap { $who }
log-representative-suspended = { $actor } menangguhkan { $who }, yang sekarang tidak dapat bertindak bagi pasien dan tidak dapat membaca menurut hukum
log-representative-restored = { $actor } mencabut penangguhan { $who } sebagai wakil pasien
log-ward-enrolled = { $actor } mendaftarkan pasien, yang akunnya tidak memiliki kunci, sesuai usulan { $first }
log-activation-proposed = { $actor } mengusulkan untuk mengaktifkan { $who }, yang ditunjuk pasien sebagai wakil cadangan, karena pasien tidak dapat bertindak. Tenaga kesehatan kedua harus mengonfirmasinya
log-registration-proposed = { $actor } mengusulkan pendaftaran { $who } untuk bertindak bagi pasien menurut hukum sebagai { $basis }, yang kemudian boleh { $scopes }. Orang kedua harus mengonfirmasinya, lalu otoritas kesehatan harus mengesahkannya

# An opening: $what is one of the following, or two joined by "dan".
log-opened = { $actor } { $what }
opened = membuka { $records }
opened-own = membuka { $records } miliknya sendiri
opened-own-many = membuka { $records } miliknya sendiri
opened-refused = ditolak aksesnya ke { $records }
opened-nothing = tidak membuka apa pun
# Records, and what opened them.
opened-by-consent = { $records } (persetujuan { $consent })
opened-by-consents =
    { $count ->
       *[other] { $records } (persetujuan { $consents })
    }
opened-by-break-glass = { $records } (akses darurat)

log-for-purpose = { $line } { $purpose }

# Openings of the same records, shortly after each other.
log-repeated = { $line } ({ $often })
log-repeated-until = { $line } ({ $often }, terakhir { $last })
log-times = { $count } kali
log-times-at-most = masing-masing paling banyak { $count } kali

# An entry that this version of the program does not know.
log-unknown = entri dengan jenis yang tidak dikenal; perbarui program ini untuk membacanya
# Entries that are shown one by one only on demand.
log-shares = { $count } entri tentang bagian kunci
log-shares-acknowledged = { $entries }, dinyatakan diterima oleh { $holders }
