# Lists, built from the end as in CLDR's list patterns: "a und b"; "a, b und c".

list-and-pair = { $first } und { $last }
list-and-middle = { $first }, { $rest }
list-and-end = { $first } und { $last }

list-or-pair = { $first } oder { $last }
list-or-middle = { $first }, { $rest }
list-or-end = { $first } oder { $last }

# Two sentences, one after the other.
list-sentences = { $first } { $rest }

# A name or label that could be mistaken for a part of the sentence.
quoted = „{ $text }“

# Words of our sentences, in lower case, with which a name could go on or begin another sentence.
own-words = alle allen jeder jede jedem jeden jemand niemand mitarbeitende mitarbeitenden personen fachkräfte fachkräften behandlungsteam team studie studien ich mir mich mein meine sie ihnen und oder bei zu solange bis nicht kein keine krankheit

# A number that is not whole.
decimal = { $whole },{ $fraction }
