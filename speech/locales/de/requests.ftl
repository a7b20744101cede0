# What a practitioner asks for, as the patient reads it.

# The asker asks for himself or herself.
request-own = { $asker } bittet um Ihre Erlaubnis, { $what }. Die Erlaubnis gilt ab Ihrer Zustimmung für { $duration }.
request = { $asker } bittet Sie um diese Einwilligung: Sie erlauben { $grantee }, { $what }. Die Erlaubnis gilt ab Ihrer Zustimmung für { $duration }.
request-referral = Das ist eine Überweisung durch { $who }.
