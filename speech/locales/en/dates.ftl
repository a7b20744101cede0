# Months, moments and durations.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

month-of-year = { $month } { $year }
moment = { $day } { $month } { $year } at { $time } UTC
# A moment today.
time-of-day = { $time } UTC
# Two digits each.
time = { $hour }:{ $minute }
time-with-seconds = { $hour }:{ $minute }:{ $second }

days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
