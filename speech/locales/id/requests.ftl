# What a practitioner asks for, as the patient reads it.

# The asker asks for himself or herself.
request-own = { $asker } meminta izin Anda untuk { $what }, selama { $duration } sejak Anda menyetujuinya.
request = { $asker } meminta Anda mengizinkan { $grantee } untuk { $what }, selama { $duration } sejak Anda menyetujuinya.
request-referral = Ini adalah rujukan dari { $who }.
