# Months, moments and durations.

month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

month-of-year = { $month } { $year }
# Without an article: it follows "bis", "ab", "seit" and "am", as a time of day does.
moment = { $day }. { $month } { $year }, { $time } Uhr UTC
# A moment today.
time-of-day = { $time } Uhr UTC
time = { $hour }:{ $minute }
time-with-seconds = { $hour }:{ $minute }:{ $second }

days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
