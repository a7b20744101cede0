# Months, moments and durations.

month-1 = Januari
month-2 = Februari
month-3 = Maret
month-4 = April
month-5 = Mei
month-6 = Juni
month-7 = Juli
month-8 = Agustus
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Desember

month-of-year = { $month } { $year }
moment = { $day } { $month } { $year } pukul { $time } UTC
# A moment today.
time-of-day = pukul { $time } UTC
time = { $hour }.{ $minute }
time-with-seconds = { $hour }.{ $minute }.{ $second }

days = { $count } hari
hours = { $count } jam
minutes = { $count } menit
seconds = { $count } detik
