# Lists, built from the end as in CLDR's list patterns: "a and b"; "a, b and c".

list-and-pair = { $first } and { $last }
list-and-middle = { $first }, { $rest }
list-and-end = { $first } and { $last }

list-or-pair = { $first } or { $last }
list-or-middle = { $first }, { $rest }
list-or-end = { $first } or { $last }

# Two sentences, one after the other.
list-sentences = { $first } { $rest }

# A name or label that could be mistaken for a part of the sentence.
quoted = “{ $text }”

# Words of our sentences, in lower case, with which a name could go on or begin another sentence.
own-words = everyone everybody every anyone anybody any all staff team study i me my you and or to at while until not no

# A number that is not whole.
decimal = { $whole }.{ $fraction }
