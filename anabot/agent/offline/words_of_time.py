"""The words about time that are no dates: which days count, and what stands at their end or start. A part of `words`."""

OF_TIME = """\
stands end: at the end of | by the end of | as of the end of | as at the end of | as of end of | at end of | the end of | end of
stands end: closing | at the close of
stands end month: month end | at month end | end of month | at the end of the month in
stands end quarter: quarter end | at quarter end | end of quarter
stands end year: year end | at year end | end of year
stands start: at the start of | at the beginning of | as of the start of | the start of | start of | the beginning of
stands start: beginning of | opening
stands latest: latest | most recent | last known | latest available | newest | latest snapshot | most recent snapshot
stands latest: last snapshot | the last snapshot
stands latest: latest snapshot of | latest snapshot for | in the latest snapshot | in the last snapshot
stands latest: in the most recent snapshot
stands latest: as of the latest snapshot | as of the last snapshot
partial out: excluding the current | excluding current | exclusive of the current | not including the current | excluding this
partial out: without the current
partial out: not counting the current | ignoring the current | except the current | except for the current | complete | full
partial out: completed | not including this | not counting this | without this | ignoring this | exclusive of this
partial out: except this | except for this | leaving out this | leaving out the current
partial past: excluding today | not including today | exclusive of today | without today | not counting today | except today
partial today: including today | inclusive of today | inclusive of today date | including today date | up to today
partial today: until today | through today
partial today: to today | up to now | until now
closed: inclusive | both inclusive | inclusive of start and end date | inclusive of start and end dates | inclusive of both
closed: including both
closed: both days included
same_when: this period | that period | in the same period | this time period | that time period | for the same period
same_when: this time range | that time range | this timerange | that timerange | this date range | that date range | this range
same_when: that range | this timeframe | that timeframe | this time frame | that time frame
same_when: this window | that window | over this period | over that period
same_year: in the same period last year | in the same period of last year | in the same period a year ago
same_year: for the same period last year | for the same period of last year | for the same period a year ago
same_year: over the same period last year | over the same period of last year | over the same period a year ago
same_year: in the same period the year before | for the same period the year before | over the same period the year before
same_when: over the same period | over the whole period | over the entire period | throughout the period | over that range
same_when: over this time period | over that time period | over this timeframe | over that timeframe | over this time range
same_when: throughout this period | throughout that period | throughout this time period | throughout that time period
same_when: throughout this timerange | throughout this time range | throughout this timeframe | throughout this time frame
weekdays 6 7: weekend | weekends | the weekend | weekend days | saturdays and sundays | saturday and sunday
weekdays 1 2 3 4 5: weekdays | working days | workdays | business days | business day | working day | workday
weekdays 1: mondays
weekdays 2: tuesdays
weekdays 3: wednesdays
weekdays 4: thursdays
weekdays 5: fridays
weekdays 6: saturdays
weekdays 7: sundays
"""
