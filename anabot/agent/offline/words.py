"""The words of questions themselves: fillers, operators, units, numbers. The brain knows these and those of `words_of_time`.

English only, and of no company: what a firm calls its numbers comes from its registry. A word that is neither here nor
there is never skipped; it is named back to the asker. So the fillers stay few: only words without which a question
still means the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from anabot.agent.offline.words_of_gaps import OF_GAPS
from anabot.agent.offline.words_of_threads import OF_THREADS
from anabot.agent.offline.words_of_time import OF_TIME
from anabot.periods import Grain

_FILLERS = """
a an the these those it its there here such i we our ours you your my me
is are was were be been being am do does did doing done has have had having will would can could shall may might
please pls plz thanks thank thx hi hello hey ok okay so well anabot ana bot cheers what whats how many much still already
show showing give tell get list display see want need know like look find pull fetch return report check let lets
numbers figure figures result results data metric metrics kpi combination combinations
total totals overall altogether all any whole entire basically really quickly actually
u ur kindly
company business overview summary performing perform performed going go coming come happening happened
respectively together too then this
"""
_PREPOSITIONS = "of in for on at to from with within during among amongst inside into as about via through"

# kind [detail]: phrases. What a kind does is said in `grammar.py`; the longest phrase wins.
_OPERATORS = """
light: out of | over in | over at | over the course of | in the course of | look like | looked like
undo: undo | undo that | undo it | undo this | undo the last one | go back | back | step back | revert | revert that
undo: take that back | back to the previous one | go back one | one step back | scrap that | forget that
unfilter: remove the filter | remove filter | remove the filters | remove filters | remove all filters | clear the filter
unfilter: clear all filters | drop all filters | without any filter | without any filters
unfilter: clear filters | clear the filters | drop the filter | drop the filters | without the filter | without the filters
unfilter: without filters | no filter | no filters | unfiltered | take the filter off | lift the filter | reset the filters
unfilter: take off the filter | take the filters off | remove that filter | drop that filter | reset filters
light: give us | show us | tell us | get us | let us
light: hey team | hi team | hello team | hi all | hey all | hello all | hi everyone | hey everyone | hi there | hey there
light: can someone | could someone | can anyone | could anyone | can somebody | could somebody | does anyone know | anyone know
light: good morning | good afternoon | good evening | can u | could u | would u | in chronological order | chronologically
light: do we own | we own | do we operate | we operate | do we offer | we offer | do we employ | we employ
light: in terms of | when it comes to | do you know
light: help me understand | help us understand
light: one more | one more thing | one more question | another one | another question | last one | last question
light: hope you well | hope you are well | hope you doing well | hope you are doing well | hope all is well | hope all well
light: thanks in advance | thank you | many thanks | i would like to know | i would like to see | i would like
light: i like to know | i like to see | i like | would you mind | if possible | when you get a chance | when you have a minute
light: they had | they have | they got | they received | they made
light: quick question | quick q | quick one | just wondering | i was wondering | wondering if | i wonder | any idea | any chance
summed: sum of | the sum of
blank: unknown | missing | blank | empty | null | not known | not recorded | not set | unspecified | not specified | unassigned
blank: not assigned | not given | undefined | unrecorded | not filled in
count: nr of | num of | how many times | number of times
count: nr of | no of | num of | the nr of
count: number of | the number of | total number of | count of | the count of
verb: book | booked | bring | brought | bring in | brought in | make | made | generate | generated | earn | earned
verb: collect | collected | charged
verb: record | recorded | post | posted | achieve | achieved | produce | produced | hit | land | landed
verb: the count | a count | own | owns | owned | possess | possesses | possessed
verb: came through | come through | comes through | came in through | came via | come via | came by | came in via
verb: take in | took in | come from | came from | comes from | coming from | come in | came in | account for | accounted for
verb trade: bought
more: more
light: marked as | flagged as | tagged as | labelled as | labeled as | classified as | categorized as
stays: sitting in | sit in | sits in | stuck in | stuck at | waiting in | remain in | remaining in | staying in | stay in
verb: gets | receives
verb: brings in | brings | makes | earns | generates | produces | pulls in | rakes in
verb: lead to | leads to | led to | leading to | result in | results in | resulted in | went out | go out
verb: gone out | sent out | send out | sends out
verb: came through | come through | comes through | coming through | came via | come via | comes via | coming via
verb: given | write | wrote | written | teach | taught | teaches | host | hosted
verb: use | used | consume | consumed | went | get | got | gotten | receive | received
verb: run | ran | handle | handled | log | logged | see | saw | spend | spent
verb: contribute | contributed | contribute to | amount to | amounted to | come to | came to | add up to | added up to | incur
verb: appear | appeared | appears | appearing
verb: incurred | rake in | raked in | pull in | pulled in | bring us | brought us | make us | made us
verb: earn us | earned us | occur | occurred | occurring | take place | took place | taken place | taking place
uncut: all of them | all of these | all of those | the whole list | the full list | the complete list | not only the top one
uncut: not just the top one | not only the top | not just the top | not only the first | not just the first
uncut: not only the first one | not just the first one | not only the best | not just the best
resize: make it | make that | make those
worth: value | amount | value of | amount of | dollar value | dollar amount
now: now | currently | current | at the moment | right now | as of today | as of now | as of right now | these days | at present
and: including their | including its
and: and | plus | as well as | along with | together with | or | nor
by: by | per | across | broken down by | broken out by | broken down across | break down by | breakdown by | split by
by: split across
by: break this down by | break it down by | break that down by | break them down by | broken up by | split it by | split that by
by: split this by | split them by | split these by | cut it by | cut that by | cut this by | group it by | group that by
by: group this by | group them by | slice it by | slice that by | break these down by | break those down by
by: grouped by | group by | segmented by | sliced by | cut by | divided by | depending on | for each | for every | for each of the
by: in each | in every | of each | of every | from each | by each | per each | by the | each | by all | every
by: across all | across the | across our | across all the | across all our | across different
pick: which | the right | right | different | various | individual | all | all the | all our
pick: which of these | which of those | which of our
pick: list of | the list of | distinct | unique | distinct list of | the distinct list of | unique list of | list of distinct
pick: list of unique | list of all | list of the | list of all the
pick: what kind of | which kind of | what type of
wise: wise | breakdown | break down | split | split up | slice | level
only: only | just | solely | exclusively | limited to | restricted to | filtered to | filter to | filtered by | filter by
only: restrict that to | restrict it to | restrict this to | limit that to | limit it to | limit this to | narrow that to
only: narrow it to | narrow it down to | narrow that down to | narrow this down to | filter that to | filter it to
only: only for | only in | only the ones | just the ones | only those | the ones
only: affiliated with | affiliated to | who are affiliated with | associated with | situated on | lying in | lie in | lies in
only: based in | located in | situated in | living in | live in | lives in | who live in | who lives in | that live in
match starts_with: start with | starts with | starting with | begin with | begins with | beginning with
match contains: contain | contains | containing | mention | mentions | mentioning
match ends_with: end with | ends with | ending with | end in | ends in | ending in
not: omit | omitting
not: not | excluding | exclude | excludes | except | except for | without | but not | other than | apart from | ex | outside
not: outside of | excl | w/o | neither
not: ignoring | ignore | leaving out | leave out | minus | not in | not for | not from | not including | non | is not
not: are not | not the
none: no | zero | never | nobody | no one | noone
records: records | record | entries | rows
pair minus: difference between | the difference between | difference in | different in | difference of | gap between
pair minus: spread between | margin between | delta between | differences between | gap in
pair minus up: change between | rise between | increase between | range between
pair per: ratio of | the ratio of | ratio between
pair_said: difference | their difference | difference between them | gap between them
less: less | net of
span: time from | time between | days from | days between | number of days from | number of days between | time elapsed between
span: duration from | duration between | length of time from | length of time between | time it takes from | how long from
span: time taken from | how long between
share: share of | shares of | the share of | percentage of | percent of | the percentage of | proportion of | fraction of
share: portion of | as a percent of total | as a percentage of total | as a percentage of the total | as percent of total
share: as a share of total | as a share of the total | as share of total | percent of total | percentage of total
share: percent of the total | percentage of the total | share of total | share of the total | in percent of total
share: as a percent of the total | as percentage of total | as percentages | as shares | as a percent | as a percentage
share: with shares | with percentages | percentage breakdown of | percent breakdown of
running: cumulative | cumulatively | running total | running total of | running totals of | running totals | running sum
running: running sum of | cumulative total | cumulative total of | cumulative sum | cumulative sum of | running
running: accumulated | accumulated total | accumulated total of
verb: goes to | went to | go to | gone to | flows to | belongs to
every: including those with none | including those with zero | including those with 0 | including zeros | including zeroes
every: including those without any | including those who have none | including those that have none | even if zero | even if none
every: even those with none | even those without any | also those with none | also those without any | including ones with none
is: = | equals | equal to | named | called
vs: vs | versus | compared to | compared with | compare to | compare with | against | relative to | in comparison to
vs: in comparison with
vs: as compared to | as compared with | compared against | next to | than | compare | compare it to | compare it with
vs: compare that to
vs: compare that with | v
elided: last | previous | prior | the one before | before that | the one before that
elided: previous period | the previous period | prior period | the prior period | last period | the last period
elided: the period before | period before
over day: day over day | day on day | dod | daily change
over week: week over week | week on week | wow | week to week | weekly change
over month: month over month | month on month | mom | month to month | monthly change
over quarter: quarter over quarter | quarter on quarter | qoq | quarterly change
over year: year over year | year on year | yoy | yearly change | annual change
change: change in | change of | changes in | change | changed | delta | compared | movement in | move | moved
change up: growth | growth in | growth of | grow | grew | grown | growing | go up | went up | going up | gone up | gain in
change up: rise | rose | risen | rising | rise in | increase | increased | increase in | increase of | increases in | gains in
change up: jump in | jumped | uplift in | climbed | climb in
change down: go down | went down | going down | gone down | fall | fell | fallen | falling | fall in | drop by | dropped | drop in
change down: drop of | drops in | decrease | decreased | decrease in | decrease of | decreases in | decline | declined | declining
change down: decline in | decline of | declines in | shrink | shrank | shrunk | shrinking | dip in | dipped | reduction in
change better: improve | improved | improving | improvement | improvement in | getting better | gotten better
change worse: worsen | worsened | worsening | deterioration in | deteriorated | deteriorating | getting worse | gotten worse
change up percent: growth rate | growth rate of | rate of growth | percent growth | percentage growth | percent growth in
change up percent: percent increase | percentage increase | percent increase in | percentage increase in | growth in percent
change down percent: percent decrease | percentage decrease | percent decrease in | percentage decrease in
fastest top: fastest growing | grew fastest | grew the fastest | growing fastest | growing the fastest | grown fastest
fastest top: grow fastest | grows fastest | fastest growth | fastest growth in | rising fastest | fastest rising | rose fastest
fastest bottom: fastest falling | falling fastest | falling the fastest | fell fastest | fell the fastest | declining fastest
fastest bottom: fastest declining | declined fastest | declined the fastest | shrinking fastest
fastest bottom: fastest shrinking | shrank fastest
fastest bottom: dropping fastest | dropped fastest | slowest growing | grew slowest | grew the slowest | slowest growth
fastest bottom: slowest growth in | growing slowest
same_year: same period last year | same time last year | same week last year | same month last year | same quarter last year
same_year: same day last year | same period a year ago | same week a year ago | same month a year ago | same quarter a year ago
same_year: same time a year ago | same period of last year | same period in the previous year | same period the year before
same_year: same period previous year | same week the year before | same period one year ago | a year earlier | the year before
same_year: one year earlier | same days last year
grain day: daily | day by day
grain week: weekly | week by week
grain month: monthly | month by month
grain quarter: quarterly | quarter by quarter
grain extract_month: seasonality of | seasonality | the seasonality of | monthly seasonality of | monthly seasonality
grain year: yearly | annually | annual | year by year
trend: trend | trends | trending | over time | trendline | trend line | time series | timeline | history of | history
trend: evolution of | evolve | evolved
top top: most frequently | most often | most frequent | most common
top bottom: least frequently | least often | least frequent | least common
top top: most popular | most valuable
top bottom: least popular | least valuable
top top: heaviest | tallest | deepest
top bottom: lightest
top top: largest single | biggest single | highest single | single largest | single biggest | single highest
top bottom: smallest single | lowest single | single smallest | single lowest
top top: longest | most expensive | priciest | costliest | busiest | peak
top bottom: shortest | least expensive | cheapest | quietest
top top: tallest | heaviest | deepest | widest | fastest | hottest | warmest | farthest | furthest | oldest
top bottom: lightest | shallowest | narrowest | slowest | coldest | nearest | youngest | newest
gt: taller than | heavier than | deeper than | wider than | faster than | hotter than | warmer than | older than | farther than
lt: lighter than | narrower than | slower than | colder than | younger than | nearer than
top top: top | highest | largest | biggest | most | greatest | leading | maximum | max
top bottom: bottom | lowest | smallest | least | fewest | minimum | min
top best: best selling | best | strongest | best performing | top performing
top best: works best | work best | worked best | working best | does best | do best | did best | doing best | performs best
top best: performed best
top worst: works worst | worked worst | does worst | did worst | doing worst | performs worst | performed worst
top worst: worst | weakest | worst performing | poorest
gt: busier than | over | above | more than | greater than | higher than
gt: longer than | larger than | bigger than | exceeding | exceeds | beyond | >
gt: worth more than | worth over | worth above | priced over | priced above | priced at more than | valued over | valued above
lt: worth less than | worth under | worth below | priced under | priced below | priced at less than | valued under | valued below
ge: at least | no less than | not less than | no fewer than | minimum of | >= | or more | or above | and above | or higher
lt: shorter than | under | below | less than | fewer than | lower than | smaller than | beneath | <
le: at most | no more than | not more than | maximum of | <= | up to | or less | or fewer | or below | or lower
eq: exactly
between: between
sort: sorted by | sort by | ordered by | order by | ranked by | rank by | in order of | sorted | ordered | ranked | sort | rank
direction asc: ascending | asc | in ascending order | lowest first | smallest first | low to high | from low to high
direction asc: lowest to highest | fewest to most | from fewest to most
direction asc: from lowest to highest | least to most | from least to most | smallest to largest | from smallest to largest
direction asc: cheapest first | shortest first | least expensive first | least first | fewest first
direction desc: most expensive first | longest first | most first | biggest to smallest
direction best: best first
direction worst: worst first
direction desc: most active first | most popular first | busiest first | top first
direction desc: descending | desc | in descending order | highest first | largest first | biggest first | high to low
direction desc: from high to low
direction desc: highest to lowest | from highest to lowest | most to least | from most to least | largest to smallest
direction desc: from largest to smallest | most to fewest | from most to fewest
direction desc: starting from the top
chart any: as a chart | as chart | in a chart | on a chart | chart | charted | as a graph | in a graph | graph | plot
chart any: plotted | as a plot | visualise
chart any: visualize | draw | as a picture | make a chart | make it a chart | chart it | plot it | a chart | a graph
chart any: a chart of | a graph of | a plot of
chart line: line chart | as a line chart | as a line | line graph | as a line graph | as lines
chart bar: bar chart | as a bar chart | as bars | bar graph | as a bar graph | column chart | as a column chart
chart: as a table | as table | in a table | in table form | as text | in tabular form | table please
define strong: define | definition of | definition | definitions | definitions of | definition for | meaning of | explain
define strong: stand for | stands for
define strong: describe | formula | formula for | formula of | counts as | count as
define asked: mean | means | meant | calculated | computed | built | defined | derived | measured | calculate | compute
define asked: build | derive | measure
define asked: made up | worked out | constructed | include | includes | included | counted
define sql: sql | sql query | sql for | sql behind
define model: dbt model | dbt models | lineage | lineage of | source tables | models behind
why: why | how come | what caused | what causes | what drove | what drives | what is driving | what are the drivers of
why: root cause | the root cause of | reason for | reasons for | the reason for | what is behind | what lies behind
why: what explains | explain why | what happened to | what happened with | why did | why is | why was | why are | why were
why: why has | why have | why do | why does | what behind | what driving
who: their | his | her | they | that | who | whose | where | when | whom
of_which: of these | of those | of them | of which | among these | among those | among them | out of these | out of those
of_which: of it | out of them | of all these | of all those
besides: in total and | in total as well as | in total plus | overall and | altogether and | both in total and | both overall and
same_as: same | the same | same thing | the same thing | same again | do the same | repeat | repeat that | same question
same_as: same but | the same but | same thing but | the same thing but | same , but | the same , but | same thing , but
same_as: same for | the same for
what_about: what about | how about | and what about | and how about
add: as well
add: also | add | in addition | additionally | further | and also | by also
instead: instead | rather | instead of that
help: help | help me | what can you do | who are you | what can i ask | how do you work | what do you know | what are you
help: how does this work
help: what can i ask you | what metrics do you have | what metrics are there | which metrics do you have | list metrics
help: list all metrics
help: what questions can i ask | show metrics | what can you tell me | which metrics are there
so_far: so far | to date | thus far
"""

_UNITS = """
day: day days
week: week weeks wk wks
month: month months mth mths mos
quarter: quarter quarters qtr qtrs
year: year years yr yrs
"""
_MONTHS = """
1: january jan
2: february feb
3: march mar
4: april apr
5: may
6: june jun
7: july jul
8: august aug
9: september sep sept
10: october oct
11: november nov
12: december dec
"""
_WEEKDAYS = """
0: monday mon
1: tuesday tue tues
2: wednesday wed
3: thursday thu thurs
4: friday fri
5: saturday sat
6: sunday sun
"""
_NUMBERS = """
1: one once
2: two twice
3: three
4: four
5: five
6: six
7: seven
8: eight
9: nine
10: ten
11: eleven
12: twelve dozen
13: thirteen
15: fifteen
20: twenty
30: thirty
50: fifty
100: hundred
"""
_ORDINALS = """
1: first 1st
2: second 2nd
3: third 3rd
4: fourth 4th
"""
_SCALES = """
3: thousand thousands grand
6: million millions mil mln
9: billion billions bln
"""
# What may stand behind a number, by the unit a metric has.
_MEASURES = """
usd: dollar dollars usd bucks
eur: euro euros eur
ratio: percent pct percentage
hours: hour hours hrs
days: day days
minutes: minute minutes mins
"""

# Asked "how …" of, these say no measure: which one is meant is asked back.
BEGINNINGS = {"placed", "made", "created", "submitted", "opened", "registered", "filed", "issued", "added", "entered", "raised"}
VAGUE = {
    "active",
    "busy",
    "engaged",
    "successful",
    "popular",
    "productive",
    "healthy",
    "strong",
    "well",
    "good",
    "bad",
    "important",
}
MONEY = {"money", "cash"}
QUANTITIES = {"volume", "quantity", "amount", "value", "total"}  # of what, they do not say
# A customer makes a purchase of what the company calls its sale or order.
PURCHASES, SOLD = {"purchase", "purchases"}, ("sale", "order")
SPENT = {"cost", "spend", "spent", "expense", "expenditure", "tax", "loss", "refund", "budget", "discount", "fee", "debt"}


def _rows(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().splitlines():
        key, _, said = line.partition(": ")
        yield key.rstrip(":"), said


def _inverted(table: str) -> dict[str, str]:
    return {word: key for key, said in _rows(table) for word in said.split()}


def _operators() -> dict[tuple[str, ...], tuple[str, str]]:
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for key, said in _rows(_OPERATORS + OF_TIME + OF_THREADS + OF_GAPS):
        kind, _, detail = key.partition(" ")
        for phrase in said.split("|"):
            found[tuple(phrase.split())] = (kind, detail)
            if kind == "direction" and " to " in phrase:  # "from the lowest to the highest"
                ends = phrase.replace("from ", "").split(" to ")
                found[("from", "the", *ends[0].split(), "to", "the", *ends[1].split())] = (kind, detail)
    return found


FILLERS = frozenset(_FILLERS.split())
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
OPERATORS = _operators()
VERBS = frozenset(" ".join(key) for key, (kind, _) in OPERATORS.items() if kind == "verb")
UNITS = _inverted(_UNITS)
GRAINS = {"day": Grain.DAY, "week": Grain.WEEK, "month": Grain.MONTH, "quarter": Grain.FISCAL_QUARTER, "year": Grain.FISCAL_YEAR}
MONTHS = {word: int(number) for word, number in _inverted(_MONTHS).items()}
WEEKDAYS = {word: int(number) for word, number in _inverted(_WEEKDAYS).items()}
NUMBERS = {word: int(number) for word, number in _inverted(_NUMBERS).items()}
ORDINALS = {word: int(number) for word, number in _inverted(_ORDINALS).items()}
SCALES = {word: Decimal(10) ** int(power) for word, power in _inverted(_SCALES).items()}
MEASURES = _inverted(_MEASURES)
