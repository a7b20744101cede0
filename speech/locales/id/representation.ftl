# Who acts for a patient.

# What a representative may do: a list after "boleh".
scope-requests = menjawab permintaan akses
scope-consents = mengelola persetujuan
scope-records = menambahkan atau memberi label rekam medis
scope-holders = memilih pemegang kunci rekam medis
# A number that this version of the program does not know.
scope-unknown = melakukan hal yang tidak dikenal (wewenang { $number })
# Before the others, if it is by law.
scope-by-law = membaca rekam medis serta riwayat akses
# $scopes is the list.
scopes-until = { $scopes }, hingga { $until }

# Why the law lets somebody act for a patient, after "sebagai".
legal-basis-parent = orang tua
legal-basis-guardian = wali yang ditunjuk pengadilan
legal-basis-attorney = pemegang surat kuasa
legal-basis-executor = pelaksana wasiat

# By whom somebody represents a patient. $scopes follows "boleh".
representation-appointed = { $patient } menunjuk { $who } sebagai wakil, yang boleh { $scopes }.
representation-by-law = { $who } terdaftar untuk bertindak bagi { $patient } menurut hukum sebagai { $basis }, dan boleh { $scopes }.
representation-attested = { $authority } telah mengesahkannya.

# Whether a representation is in force, and if not, why and what to do.
force-in-force = { $who } dapat bertindak bagi { $patient } sekarang.
force-suspended = { $who } ditangguhkan dan tidak dapat bertindak bagi { $patient }. Tanyakan kepada fasilitas kesehatan yang mendaftarkan { $patient }: fasilitas itu atau otoritas kesehatan menangguhkan { $who }, dan pihak yang menangguhkan dapat mencabutnya.
force-not-for-standing = { $who } tidak dapat bertindak bagi { $patient } sekarang. Pelaksana wasiat hanya bertindak bagi pasien yang telah meninggal dunia, wakil lainnya hanya bagi pasien yang masih hidup, dan tidak seorang pun bagi akun yang ditutup atau digabungkan. Jika status { $patient } salah, tanyakan kepada fasilitas kesehatan yang mendaftarkan { $patient }.
force-standby = { $patient } menunjuk { $who } sebagai wakil cadangan. Jika { $patient } tidak dapat bertindak, dua tenaga kesehatan rumah sakit dengan izin praktik yang disahkan harus mengaktifkan penunjukan ini. Jika dapat, { $patient } dapat menunjuk { $who } lagi tanpa status cadangan.
force-in-doubt = Kunci { $patient } dianggap hilang atau dicuri saat dipakai untuk menunjuk { $who }, sehingga penunjukan itu tidak berlaku. { $patient } dapat menunjuk { $who } lagi.
force-not-attested = Otoritas kesehatan harus mengesahkan bahwa { $who } bertindak bagi { $patient }.
force-objected = { $patient } mengajukan keberatan terhadap { $who }, yang tidak dapat bertindak bagi { $patient } sampai otoritas kesehatan mengesahkannya sekali lagi.
force-waits = { $who } dapat bertindak bagi { $patient } mulai { $from }.

# What a representative says or does for a patient. $text is one or more sentences.
acts-for = { $who } bertindak bagi { $patient }.
said-for = { $who }, untuk { $patient }: “{ $text }”

# A consent that a representative gave, after what it does.
consent-quoted-for = Bunyinya, seperti yang diberikan { $who } bagi pasien: “{ $text }”
# A permit by law. Nobody says it, so it does not say "saya". $what is that of a consent.
law-allows = Hukum mengizinkan { $grantee } untuk { $what }, sebagaimana disahkan oleh { $authority }.
law-valid-from = Ini berlaku sejak { $from } sampai perwakilan berakhir.
law-valid-between = Ini berlaku sejak { $from } hingga { $until }, kecuali perwakilan berakhir lebih awal.
