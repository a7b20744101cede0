# What a practitioner asks for, as the patient reads it.

# The asker asks for himself or herself.
request-own = { $asker } bittet um Ihre Erlaubnis, { $what }. Die Erlaubnis gilt ab Ihrer Zustimmung { $duration }.
request = { $asker } bittet Sie, { $grantee } zu erlauben, { $what }. Die Erlaubnis gilt ab Ihrer Zustimmung { $duration }.
request-referral = Das ist eine Überweisung durch { $who }.
