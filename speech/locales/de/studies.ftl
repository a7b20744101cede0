# Studies: what a patient reads before agreeing to be counted in one, and where a study is.

# What a patient agrees to, after the sentence of the consent. The patient speaks.
# $question is in quotation marks.
study-asks = Studie { $study } fragt: { $question }
study-run = { $researcher } führt sie { $purpose } in { $country } durch.
study-on-disease = Sie betrifft die Krankheit MONDO:{ $disease }.
study-sponsor-nonprofit = Ihr Sponsor arbeitet nicht gewinnorientiert.
study-sponsor-profit = Ihr Sponsor arbeitet gewinnorientiert.
study-traits = Sie gehört zu den Studien, die { $traits }.
# Only if the study has a cohort. $conditions: for example "age from 18; sex female".
study-cohort = Sie fragt nur nach Personen, auf die alle diese Bedingungen zutreffen: { $conditions }. Alle anderen kommen in der Antwort nicht vor.
study-counting = Ein Krankenhaus, das Dokumente von mir hat, zählt mich, auch wenn die Frage der Studie nicht auf mich zutrifft. Es erstellt eine einzige Tabelle über alle, die dort eingewilligt haben, zerlegt sie in unlesbare Teile und sendet je einen Teil an diese Einrichtungen: { $aggregators }. Kein Dokument verlässt das Krankenhaus. Die Tabelle lässt sich nur lesen, wenn alle diese Einrichtungen zusammenwirken.
# $factor is a number such as 2,8.
study-noise = Jedem Ergebnis wird zufälliges Rauschen hinzugefügt. Dadurch macht meine Antwort kein Ergebnis mehr als { $factor }-mal so wahrscheinlich.
# $all is such a number, too, for all results together.
study-noise-of-rounds = Jedem Ergebnis wird zufälliges Rauschen hinzugefügt. Dadurch macht meine Antwort kein Ergebnis mehr als { $factor }-mal so wahrscheinlich und alle { $count } Ergebnisse zusammen nicht mehr als { $all }-mal.
study-noise-of-many = Jedem Ergebnis wird zufälliges Rauschen hinzugefügt. Dadurch macht meine Antwort kein Ergebnis mehr als { $factor }-mal so wahrscheinlich. Alle { $count } Ergebnisse zusammen können aber viel über mich verraten.
study-cost =
    { $count ->
        [one] Die Studie zählt mich einmal. Das verbraucht { $cost } der { $budget } Einheiten meines Datenschutzbudgets, das in einem Jahr für alle Studien reicht.
       *[other] Die Studie zählt mich bis zu { $count }-mal. Jedes Mal verbraucht { $cost } der { $budget } Einheiten meines Datenschutzbudgets, das in einem Jahr für alle Studien reicht.
    }
study-leaving = Ich kann jederzeit austreten. Dann werde ich in Runden, die später festgeschrieben werden, nicht mehr gezählt. Was vorher gezählt wurde, bleibt in den Ergebnissen.

# Whether a study counts the reader. $reason: one or more sentences.
study-counted = Die Studie zählt Sie. { $reason }
study-has-ended = Die Studie ist beendet und zählt niemanden mehr.
study-not-counted = Die Studie zählt Sie nicht. { $reason }
study-no-consent = Keine Ihrer Einwilligungen gilt für diese Studie, für Studien zu ihrer Krankheit oder für jede Studie.
study-no-budget = Von Ihrem Datenschutzbudget sind noch { $left } übrig, eine Runde verbraucht aber { $cost }.
study-researcher-not-active = { $researcher } führt sie durch und ist zurzeit nicht aktiv.

# Where a study is.
stage-proposed = wartet auf den Rat
stage-approved = genehmigt, wartet auf ihre auswertenden Einrichtungen
stage-running = läuft
stage-finished = beendet
stage-stopped = vom Rat gestoppt
stage-withdrawn = zurückgezogen
stage-expired = aufgegeben, bevor sie begann

# Where a round is.
round-open = offen bis { $moment }
round-closed = geschlossen, wartet darauf, dass eine auswertende Einrichtung sie festschreibt
# $attempt of $attempts: numbers from 1. Lists of people are sent first, and reports after them.
round-gathering-lists = festgeschrieben bei Block { $block } (Versuch { $attempt } von { $attempts }), sammelt Personenlisten bis { $lists } und Berichte bis { $reports }
round-gathering-reports = festgeschrieben bei Block { $block } (Versuch { $attempt } von { $attempts }), sammelt Berichte bis { $reports } von denen, die ihre Personenlisten bis { $lists } gesendet haben
round-agreeing = festgeschrieben bei Block { $block } (Versuch { $attempt } von { $attempts }), die auswertenden Einrichtungen müssen sich bis { $moment } einigen
round-late = festgeschrieben bei Block { $block } (Versuch { $attempt } von { $attempts }), die auswertenden Einrichtungen sind im Verzug
round-agreed = geeinigt, die auswertenden Einrichtungen müssen ihre Teile bis { $moment } offenlegen
round-agreed-late = geeinigt, eine auswertende Einrichtung ist mit ihrem Teil im Verzug
round-answered = vorbei, mit Ergebnis
round-lost = vorbei, ohne Ergebnis: { $reason }

# $reason.
loss-too-few = es wurden weniger Personen beigetragen, als die Studie braucht
loss-not-agreed = die auswertenden Einrichtungen haben sich nicht geeinigt
loss-not-revealed = eine auswertende Einrichtung hat ihren Teil nicht offengelegt
loss-not-numbers = die Teile ergeben zusammen keine gültigen Zahlen
loss-stopped = der Rat hat die Studie gestoppt
loss-not-frozen = keine auswertende Einrichtung hat sie festgeschrieben

# Under a result.
# $half is a number, $least for example 11.
result-noise = In mindestens 95 von 100 Fällen liegt der wahre Wert einer Zelle höchstens ± { $half } neben dem gezeigten.
result-hidden = Zellen unter { $least } werden als „unter { $least }“ gezeigt.
result-people =
    { $count ->
        [one] { $count } Person wurde gezählt.
       *[other] { $count } Personen wurden gezählt.
    }
# Cells that are so small that noise alone could have made them.
result-empty =
    { $count ->
        [one] { $count } Zelle kann leer sein: Ihr Bereich reicht bis 0 oder darunter.
       *[other] { $count } Zellen können leer sein: Ihre Bereiche reichen bis 0 oder darunter.
    }
