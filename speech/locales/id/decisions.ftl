# Who may do what, and why.

decision-permit = { $reader } boleh { $act } { $purpose }. { $reason }
decision-refuse = { $reader } tidak boleh { $act } { $purpose }. { $reason }

# $act.
act-on-record = { $action } rekam medis { $record } milik { $patient } ({ $category })
act-on-log = membaca riwayat akses { $patient }

# $reason: one or more sentences.
basis-own = Pasien selalu boleh membaca rekam medis dan riwayat aksesnya sendiri.
basis-consent = Persetujuan { $id } untuk { $grantee } mengizinkannya.
basis-break-glass = Tenaga kesehatan membuka akses darurat dalam keadaan darurat.
reason-not-active = { $reader } tidak terdaftar, tidak aktif, atau tidak bertindak bagi fasilitas kesehatan mana pun.
reason-wrong-patient = Rekam medis ini dimasukkan untuk pasien yang salah dan tertutup bagi semua orang.
reason-denied = Persetujuan { $id } untuk { $grantee } melarangnya.
reason-no-consent = Pasien tidak memberikan persetujuan kepada { $reader } atau kepada kelompok mana pun yang mencakup { $reader }.
reason-not-covered = Tidak ada persetujuan yang mencakupnya. Yang paling mendekati adalah persetujuan { $id } untuk { $grantee }, yang { $mismatch }.
reason-not-attested = Hanya dokter, perawat, bidan, dan dokter gigi yang izin praktiknya disahkan oleh otoritas yang dapat membuka akses darurat.
reason-organisation = { $reader } adalah organisasi, dan hanya orang yang dapat melakukan ini.
reason-standing = Akun pasien tidak mengizinkannya saat ini.
reason-barred = Kunci pasien dinonaktifkan atau akunnya ditangguhkan sejak { $moment }.
reason-deceased = Pasien meninggal dunia sebelum { $moment }.
reason-merged = Akun pasien telah digabungkan dengan akun lain.
reason-closed = Akun pasien telah ditutup.
consent-quoted = Bunyinya: “{ $text }”

# $mismatch.
mismatch-policy-version = dibuat menurut aturan yang tidak dikenal rantai ini
mismatch-action = ditujukan untuk tindakan lain
mismatch-purpose = ditujukan untuk tujuan lain
mismatch-country = ditujukan untuk orang di negara lain
mismatch-record = ditujukan untuk rekam medis lain
mismatch-category = ditujukan untuk jenis rekam medis lain
mismatch-author = ditujukan untuk rekam medis yang ditulis oleh fasilitas kesehatan lain
mismatch-responsible = ditujukan untuk rekam medis yang menjadi tanggung jawab fasilitas kesehatan lain
mismatch-data-period = ditujukan untuk masa perawatan lain
mismatch-confidentiality = tidak mencakup rekam medis serahasia ini
mismatch-trait = tidak mencakup jenis studi ini
mismatch-standing = tidak berlaku: pasien telah meninggal dunia, atau persetujuan diberikan saat kunci pasien hilang dan belum dikonfirmasi
mismatch-label = tidak mencakup label sensitif rekam medis ini
mismatch-not-yet-valid = belum berlaku
mismatch-expired = sudah berakhir
mismatch-affiliation = diberikan untuk masa kerja di fasilitas kesehatan ini yang sudah berakhir
