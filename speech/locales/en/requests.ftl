# What a practitioner asks for, as the patient reads it.

# The asker asks for himself or herself.
request-own = { $asker } asks to { $what }, for { $duration } from your approval.
request = { $asker } asks you to allow { $grantee } to { $what }, for { $duration } from your approval.
request-referral = This is a referral by { $who }.
