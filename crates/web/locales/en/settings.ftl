# Watches, Channels, Settings.
watch-new = New watch
title-watch = Watch “{ $name }”
watch-name = Name
watch-query = Query
watch-day = 24 hours
watch-all = In all
watch-alerts = Alerts
watch-state = State
watch-listening = listening
watch-paused = paused
watch-pause = Pause
watch-resume = Go on
watch-pause-long = Paused: nothing new is matched
watch-mentions =
    { $n ->
        [one] one mention
       *[other] { $n } mentions
    }
watch-versions = Versions of the query
watch-name-bad = The name needs between 1 and { $n } characters.
watch-name-taken = There is a watch called “{ $name }” already.
watch-query-bad = The query cannot be saved like this; the place is shown below it.
watch-remove-title = Remove the watch “{ $name }”?
watch-remove-text =
    { $n ->
        [0] It has no mentions. This cannot be undone.
        [one] Its mention and its alerts go with it. This cannot be undone.
       *[other] Its { $n } mentions and its alerts go with it. This cannot be undone.
    }
rule-negative = every negative mention
rule-rise = a rise or a dip in volume against its own past
rule-crossing = a story that reaches leading media
rule-every = every mention
rule-negative-short = negative
rule-rise-short = rise
rule-crossing-short = leading media
rule-every-short = every mention
rule-none-short = none
query-help = How to write a query
help-and = Side by side means both. Upper and lower case make no difference.
help-or = OR means one of them, a minus sign rules out.
help-phrase = Exactly these words in this order.
help-prefix = Any word that begins like this.
help-near = Close together: at most five words between.
help-tag = Hashtags and names.
help-field = Only in one field: title, author, site, lang, channel, platform, link.

preview = Preview
preview-empty = What the query would have caught appears here.
preview-matched =
    { $n ->
        [one] match
       *[other] matches
    }
preview-of =
    { $n ->
        [one] in the one recent post
       *[other] among the { $n } most recent posts
    }
preview-since = since
preview-none = None of the recent posts matches. That may be right: the watch goes on listening.
preview-reading = How Horch reads the query
line = Line { $n }:

channel-settings = Settings
channel-on = Listen to this platform
keyless = works without an account
platform-docs = The platform’s documentation
condition = Condition
condition-starting = starting
condition-well = heard well
condition-limping = heard with trouble
condition-down = not heard
condition-off = off
heard-count = Posts heard
broken-count = Dropped as broken
last-ok = Last good answer
newest-post = Newest post
next-try = next try
errors =
    { $n ->
        [one] one error since
       *[other] { $n } errors since
    }
stream = Stream
streams = Streams
streams-well =
    { $n ->
        [one] { $well } of one stream is heard well.
       *[other] { $well } of { $n } streams are heard well.
    }
more-streams =
    { $n ->
        [one] and one more that is no worse
       *[other] and { $n } more that are no worse
    }
latency-title = How fast do we know?
latency-text =
    { $n ->
        [one] From publication to match, over the last day. Posts that were old when first heard do not count.
       *[other] From publication to match, over the last { $n } days. Posts that were old when first heard do not count.
    }
latency-none = No mention to measure yet.
within-five = Known within 5 minutes
median = Half within
p99 = 99 of 100 within
told-median = Half told within
gaps-title = What did we not hear?
gaps-text = Every stretch in which a stream was silent for us, and whether it was made up for.
gaps-none = No gaps are known.
gap-from = From
gap-until = Until
gap-long = Length
gap-why = Why
gap-made-up = Made up for
gap-lasts = still
gap-stopped = Horch was not running
gap-unreachable = could not be reached
gap-rate-limited = the platform slowed us down
gap-too-late = the platform no longer had it
gap-overflow = more than one visit may fetch
gap-broken = too broken to read

ways = Ways to be told
ways-text = Alerts always stand under Now. Here you say where else they go.
way-name = Name
way-kind = Kind
way-all = all
way-on = on
way-new = New way: { $name }
title-way = Way “{ $name }”
way-lang = Language of the messages
way-watches = Only for these watches
way-watches-all = Without a tick: for all watches.
way-pause = Paused: nothing is sent
way-try = Send a test
way-tried = The test was taken:
way-remove-title = Remove “{ $name }”?
way-remove-text = Its delivery log goes with it. This cannot be undone.
secret-kept = saved; leave empty to keep it
secret-forget = forget the saved value
field-required = “{ $name }” must be filled in.
field-number = “{ $name }” must be a whole number in the allowed range.
field-long = “{ $name }” is too long.
delivery-log = What was sent
delivery-none = Nothing has been sent yet.
delivery-what = Alert
delivery-way = By
delivery-raised = Raised
delivery-answer = Answer
delivery-waiting = waiting
delivery-delivered = delivered
delivery-failed = failed
tries =
    { $n ->
        [one] one try
       *[other] { $n } tries
    }
account = Account “{ $name }”
general = About this Horch
public-address = Address
kept-posts = Posts kept
kept-mentions = Mentions kept
version-of = Version
