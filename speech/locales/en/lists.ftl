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
