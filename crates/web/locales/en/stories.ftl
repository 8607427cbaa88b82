# Stories: the list, one story, the ladder, the forecast, the assessment, calibration.
nav-stories = Stories
title-stories = Stories
title-story = { $name }
story = Story
story-open = To the story
alert-through = through { $name }
story-number = Story { $n }
story-posts =
    { $n ->
        [one] one post
       *[other] { $n } posts
    }
story-copies =
    { $n ->
        [one] one of them a copy
       *[other] { $n } of them copies
    }
story-sources =
    { $n ->
        [one] one source
       *[other] { $n } sources
    }
story-reach =
    { $n ->
        [one] one follower together
       *[other] { $n } followers together
    }
story-negative = { $name } negative
story-since = since
story-last = last
story-when = When
story-highest = Highest rung
story-rung = Rung
story-state-growing = growing
story-state-asleep = asleep: nothing came for long
story-state-merged = part of another story
story-state-closed = closed
stories-order = Order
stories-newest = Newest
stories-biggest = Biggest
stories-gravest = Gravest
stories-any = any
stories-rung = Rung at least
stories-severity = Severity at least
stories-grew = grew in the last 24 hours
stories-none-filter = No story fits this filter.
stories-none-title = No stories yet
stories-none-text = As soon as two mentions speak of the same thing they become a story, by themselves. Here you see then how far each has climbed and how grave it is.
stories-back = Back
stories-next = Next page
stories-growing = Stories that grow
stories-all = All stories

rung-leading = Leading media
rung-trade = Trade media
rung-professional = Professionals
rung-community = Communities
rung-private = Private voices
rung-own = Own voices
rung-unknown = Not known
reached-leading = leading media
reached-trade = trade media
reached-professional = professionals
reached-community = communities
reached-private = private voices
reached-own = own voices
severity = Severity
severity-1 = no need to act
severity-2 = keep an eye on it
severity-3 = serious
severity-4 = grave
severity-5 = crisis

ladder = Ladder
ladder-label =
    { $n ->
        [one] The ladder: one post, from { $from } to { $until }. Highest rung: { $rung }. The post is a link.
       *[other] The ladder: { $n } posts from { $from } to { $until }. Highest rung: { $rung }. Every mark is a link.
    }
ladder-bubble =
    { $n ->
        [one] one post, { $negative } negative · { $from } to { $until } · { $rung }
       *[other] { $n } posts, { $negative } negative · { $from } to { $until } · { $rung }
    }
ladder-copy = copy
ladder-crossed = → { $rung } after { $after }
ladder-began = began here
ladder-now = now
ladder-forecast = Forecast: posts in all
ladder-forecast-short = Forecast: posts
ladder-crossing = Leading media in 7 d: { $name }
ladder-step = after { $after } { $n } posts, eight times of ten { $low } to { $high }
ladder-key-copy = copy (hollow)
ladder-key-size = larger: more followers
ladder-key-bubble = area: posts; inner disc: negative ones
ladder-said =
    { $n ->
        [one] Ladder of the story “{ $name }”: one post on { $from }. Highest rung: { $rung }.
       *[other] Ladder of the story “{ $name }”: { $n } posts from { $from } to { $until }. Highest rung: { $rung }.
    }
ladder-said-first = It began with { $name }.
ladder-said-crossed = After { $after }: { $rung }, first { $who }.
paper-kicker = Horch · Story { $n }
paper-made = As of { $name }
paper-span = { $from } to { $until }
paper-watches = Watches: { $name }
paper-began = How it began
paper-leading = Posts that weigh most
paper-said = { $name } judged it on { $at }: { $severity }.
paper-method = A small model reads how posts came so far; eight times of ten the true size lies in the interval.
ladder-table = The ladder as a list

crossings = Crossings
crossings-text = First appearances on a higher rung. The one that matters most leads into leading media.
crossings-none = Of no source in this story it is known on which rung it stands.
crossing-through = Through
crossing-when = After the first post
crossing-after = after { $name }
crossing-began = began there
crossing-gone = a post that is gone

forecast = Forecast
forecast-after = In
forecast-expected = Posts expected
forecast-interval = Eight times of ten
forecast-made = The story is large; this was foretold
forecast-none-asleep = Asleep: nothing came for long, so nothing is foretold.
forecast-none-closed = Closed: it takes nothing more.
forecast-none-merged = Part of another story.
forecast-none-large = The story is too large to be forecast on this page, and nothing that was foretold still lies ahead.
forecast-method = A small model reads how posts came so far; the interval holds in eight of ten stories of the kind that it was fitted on. What was measured stands in docs/accuracy.md.
early-few =
    { $n ->
        [one] Too early: only one post, { $least } are needed.
       *[other] Too early: only { $n } posts, { $least } are needed.
    }
early-young = Too early: the story is { $age } old, it must be { $least }.
basis-rising = It speeds up: { $last } in the last third of its life, { $before } in the one before.
basis-fading = It slows down: { $last } in the last third of its life, { $before } in the one before.
basis-silent = No post for { $name }.
basis-night = Its audience sleeps now, or wakes soon.
basis-evening = Its audience will soon sleep.
basis-loud =
    { $n ->
        [one] Whoever began has one follower.
       *[other] Whoever began has { $n } followers.
    }
basis-copies = { $name } of the posts are copies.
chance-title = Will it reach leading media?
chance-day = Within 24 hours: { $name }.
chance-week = Within 7 days: { $name }.
chance-least = less than 1%
chance-factors = What this rests on
factor-weighed = { $factor }: odds × { $times }
factor-rung = Highest rung so far: { $name }
factor-sources =
    { $n ->
        [one] One source that does not merely copy
       *[other] { $n } sources that do not merely copy
    }
factor-speed = In a day { $name } times as large as now
factor-agency =
    { $n ->
        [one] One copy by professionals or trade media
       *[other] { $n } copies by professionals or trade media
    }
factor-high = { $name } of the posts come from professionals and trade media

assessment = Assessment
assess-machine = The machine says:
assess-none = Not assessed yet.
assess-rung = It stands on the rung: { $name }.
assess-danger =
    { $n ->
        [one] Dangers, recalls, leaks or crimes are spoken of in one post.
       *[other] Dangers, recalls, leaks or crimes are spoken of in { $n } posts.
    }
assess-claim =
    { $n ->
        [one] One post claims facts that can be checked.
       *[other] { $n } posts claim facts that can be checked.
    }
assess-call =
    { $n ->
        [one] One post calls upon others to act.
       *[other] { $n } posts call upon others to act.
    }
assess-abuse =
    { $n ->
        [one] One post insults or threatens people.
       *[other] { $n } posts insult or threaten people.
    }
assess-tone = { $name } of the posts whose tone is known sound negative.
assess-reach =
    { $n ->
        [one] Its sources have one follower.
       *[other] Its sources have { $n } followers together.
    }
assess-speed = It comes fast: { $seen } posts in the last hour, { $usual } are usual.
assess-growth =
    { $n ->
        [one] One more post is expected within a day.
       *[other] { $n } more posts are expected within a day.
    }
assess-crossing = It reaches leading media within a week with a probability of { $name }.
assess-similar = People judged { $stories } stories like it, half of them at least: { $severity }.
assess-few =
    { $n ->
        [one] Only one source speaks so far.
       *[other] Only { $n } sources speak so far.
    }
assess-praise =
    { $n ->
        [one] It is mostly praise: one post.
       *[other] It is mostly praise: { $n } posts.
    }
assess-unknown =
    { $n ->
        [one] Of one source it is not known where it stands; the worse is assumed.
       *[other] Of { $n } sources it is not known where they stand; the worse is assumed.
    }
desk = Should be owned by
desk-communication = Press office
desk-support = Customer support
desk-product = Product
desk-safety = Safety, security and law
desk-community = Community management
engagement = How much to engage
engagement-observe = Observe: watch and say nothing
engagement-answer = Answer: answer who asks
engagement-converse = Converse: take part in the talk
engagement-host = Host: speak first, with a place of our own for questions
story-said = said { $name }, { $age }.
severity-say = How grave is it really?
severity-text = What you say counts. What the machine says stays beside it.
severity-note = Why?
severity-set = Set severity

story-what = What is said
story-phrase = Most telling words:
story-headline = The post that speaks for it
story-claims = Claims that can be checked
story-questions = Questions asked
story-all-of-kind = All of these
story-mentions = All mentions of this story
story-news =
    { $n ->
        [0] Nothing new since you last looked { $age }.
        [one] One new post since you last looked { $age }.
       *[other] { $n } new posts since you last looked { $age }.
    }
story-news-show = Show
voices = Voices that weigh most
voice-reach = Followers
voice-first = First post
paths = Who took it from whom
paths-text = A copy, a quote, an answer or a link shows the way. Likeness alone proves nothing.
paths-cut = Only the newest posts are looked at.
paths-none = No way is known: every post stands for itself.
path-who = Who
path-how = How
path-from = From
path-proof = Proof
path-earlier = an earlier post
path-proven = proven
path-unproven = unproven
path-copy = same text
path-repost = passed on
path-quote = quoted
path-reply = answered
path-link = linked
path-words = like words
path-meaning = like meaning

mend = Put it right
mend-text = What you do here holds: the machine learns from it and never undoes it.
story-name = Name
mend-join = Merge with another story, or keep apart
mend-pick = Another story
mend-number = or its number
mend-do-merge = Merge: both are the same
mend-do-apart = Not the same: never join them
mend-take = Take posts out
mend-posts = Which posts do not belong here?
mend-into = Where to?
mend-new = into a new story
mend-do-take = Take out
mend-do-close = Close
mend-do-open = Open again
mend-close-text = A closed story takes nothing more.
mend-history = What people did
mend-merge = { $name } merged this story with another one:
mend-went = { $name } merged this story into another one:
mend-split =
    { $n ->
        [one] { $name } took one post out into a new story:
       *[other] { $name } took { $n } posts out into a new story:
    }
mend-move =
    { $n ->
        [one] { $name } moved one post to another story:
       *[other] { $name } moved { $n } posts to another story:
    }
mend-came =
    { $n ->
        [one] { $name } brought one post here from another story:
       *[other] { $name } brought { $n } posts here from another story:
    }
mend-apart = { $name } said that this is not the same:
mend-close = { $name } closed this story.
mend-open = { $name } opened this story again.
done-story-named = The name is saved.
done-story-severity = Noted. What you say counts from now on.
done-story-merged = The two stories are one now.
done-story-apart = Noted: these two are never joined.
done-story-taken = The posts have their new place.
done-story-closed = Closed: this story takes nothing more.
done-story-opened = Open: this story takes posts again.
filter-story = Story

calibration-link = How good the forecasts were
title-calibration = How good the forecasts were
calibration-text = Every forecast is kept and held against what came. From finished stories Horch learns how its own forecasts err in this house.
calibration-none-title = No forecast is over yet
calibration-none-text = As soon as the first hour that was foretold is over, you see here how near the forecasts were.
calibration-sizes = Sizes
calibration-sizes-text = Of the interval it is said that it holds eight times of ten.
calibration-count = Forecasts
calibration-error = Error, half of them below
calibration-within = Within the interval
calibration-label =
    { $n ->
        [one] One forecast against what came; on the line it was right
       *[other] { $n } forecasts against what came; on the line they were right
    }
calibration-x = Posts expected
calibration-y = Posts that came
calibration-chances = Leading media within a week
calibration-chances-text = Where it was said with 20%, it should have come in one of five stories.
calibration-chances-none = No story with a known rung has its week behind it.
calibration-range = Said with
calibration-said = Said on average
calibration-came = Came

names-title = Names and numbers in the text
name-person = person
name-organisation = organisation
name-place = place
name-product = product
name-number = number
name-unknown = name
name-guess = { $name }, a guess
filter-copies = Copies
copies-no = without copies
copies-only = copies alone
copy-of = copy of an earlier post
copy-of-gone = copy
copy-about = This text was there before, in another post.
copy-first = To the earlier post
