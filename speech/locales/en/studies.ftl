# Studies: what a patient reads before agreeing to be counted in one, and where a study is.

# What a patient agrees to, after the sentence of the consent. The patient speaks.
# $question is in quotation marks.
study-asks = Study { $study } asks: { $question }
study-run = { $researcher } runs it { $purpose } in { $country }.
study-on-disease = It is about the disease MONDO:{ $disease }.
study-sponsor-nonprofit = Its sponsor does not work for profit.
study-sponsor-profit = Its sponsor works for profit.
study-traits = It is one of the studies that { $traits }.
# Only if the study has a cohort. $conditions: for example "age from 18; sex female".
study-cohort = It asks only about people who meet all of these conditions: { $conditions }. All others are not part of the answer.
study-counting = A hospital that has my records counts me, whether the study’s question applies to me or not. It makes one table of all its patients who agree, splits the table into unreadable parts, and sends one part to each of these institutions: { $aggregators }. No record leaves the hospital. The table can be read only if all these institutions work together.
# $factor is a number such as 2.8.
study-noise = Random noise is added to every result. So my answer makes no result more than { $factor } times as likely.
# $all is such a number, too, for all results together.
study-noise-of-rounds = Random noise is added to every result. So my answer makes no result more than { $factor } times as likely, and all { $count } results together no more than { $all } times.
study-noise-of-many = Random noise is added to every result. So my answer makes no result more than { $factor } times as likely. But all { $count } results together can reveal much about me.
study-cost =
    { $count ->
        [one] The study counts me once, which uses { $cost } of the { $budget } units of privacy budget that I have for all studies in a year.
       *[other] The study counts me up to { $count } times. Each time uses { $cost } of the { $budget } units of privacy budget that I have for all studies in a year.
    }
study-leaving = I can leave at any time. Then I am not counted in rounds that are frozen later. What was counted before stays in the results.

# Whether a study counts the reader. $reason: one or more sentences.
study-counted = The study counts you. { $reason }
study-has-ended = The study has ended, so it counts nobody any more.
study-not-counted = The study does not count you. { $reason }
study-no-consent = None of your consents is for this study, for studies on its disease or for every study.
study-no-budget = You have { $left } of your privacy budget left, but a round uses { $cost }.
study-researcher-not-active = { $researcher }, who runs it, is not active at the moment.

# Where a study is.
stage-proposed = waiting for the council
stage-approved = approved, waiting for its aggregators
stage-running = running
stage-finished = finished
stage-stopped = stopped by the council
stage-withdrawn = withdrawn
stage-expired = given up before it began

# Where a round is.
round-open = open until { $moment }
round-closed = closed, waiting for an aggregator to freeze it
# $attempt of $attempts: numbers from 1. Lists of people are sent first, and reports after them.
round-gathering-lists = frozen at block { $block } (attempt { $attempt } of { $attempts }), gathering lists of people until { $lists }, and reports until { $reports }
round-gathering-reports = frozen at block { $block } (attempt { $attempt } of { $attempts }), gathering reports until { $reports } from those who sent their lists of people by { $lists }
round-agreeing = frozen at block { $block } (attempt { $attempt } of { $attempts }), the aggregators have to agree by { $moment }
round-late = frozen at block { $block } (attempt { $attempt } of { $attempts }), the aggregators are late
round-agreed = agreed, the aggregators have to reveal their shares by { $moment }
round-agreed-late = agreed, an aggregator is late with its share
round-answered = over, with a result
round-lost = over, without a result: { $reason }

# $reason.
loss-too-few = fewer people were contributed than the study needs
loss-not-agreed = the aggregators did not agree
loss-not-revealed = an aggregator did not reveal its share
loss-not-numbers = the shares do not add up to valid numbers
loss-stopped = the council stopped the study
loss-not-frozen = no aggregator froze it

# Under a result.
# $half is a number, $least for example 11.
result-noise = In at least 95 of 100 cases, the true value of a cell is within ± { $half } of the one shown.
result-hidden = Cells under { $least } are shown as “under { $least }”.
result-people =
    { $count ->
        [one] { $count } person was counted.
       *[other] { $count } people were counted.
    }
# Cells that are so small that noise alone could have made them.
result-empty =
    { $count ->
        [one] { $count } cell may be empty: its interval reaches 0 or less.
       *[other] { $count } cells may be empty: their intervals reach 0 or less.
    }
