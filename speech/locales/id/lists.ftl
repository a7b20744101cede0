# Lists, built from the end as in CLDR's list patterns: "a dan b"; "a, b, dan c".

list-and-pair = { $first } dan { $last }
list-and-middle = { $first }, { $rest }
list-and-end = { $first }, dan { $last }

list-or-pair = { $first } atau { $last }
list-or-middle = { $first }, { $rest }
list-or-end = { $first }, atau { $last }

# Two sentences, one after the other.
list-sentences = { $first } { $rest }

# A name or label that could be mistaken for a part of the sentence.
quoted = “{ $text }”

# Words of our sentences, in lower case, with which a name could go on or begin another sentence.
own-words = semua setiap siapa orang staf tim perawatan studi saya aku anda dan atau untuk di selama hingga sampai tidak bukan tanpa yang mana pun penyakit

# A number that is not whole.
decimal = { $whole },{ $fraction }
