# Now, Mentions, one mention, names of the domain.
alerts = Open alerts
no-alerts = No open alerts.
acknowledge = Acknowledge
acknowledge-all = Acknowledge all
alert-acknowledged = acknowledged by { $name }, { $age }
alert-mention = New mention
alert-negative = Negative mention
alert-crossing = The story has reached leading media
alert-rise =
    { $n ->
        [one] One mention in the last hour, { $expected } are usual
       *[other] { $n } mentions in the last hour, { $expected } are usual
    }
alert-rise-new = { $n } mentions in the last hour; what is usual is not known yet
alert-dip =
    { $n ->
        [0] No mention in the last hour, { $expected } are usual
        [one] Only one mention in the last hour, { $expected } are usual
       *[other] Only { $n } mentions in the last hour, { $expected } are usual
    }
more-alerts =
    { $n ->
        [one] one more open alert
       *[other] { $n } more open alerts
    }
reason-mention = new mention
reason-negative = negative mention
reason-rise = rise in volume
reason-dip = dip in volume
reason-crossing = reached leading media
newest-mentions = Newest mentions
all-mentions = All mentions
to-mentions = To the mentions
no-mentions-yet = Nothing has been heard yet. New mentions appear here by themselves.
no-mentions-filter = No mention fits this filter.
new-one = 1 new mention
new-many = {"{n}"} new mentions
volume = Last 24 hours
volume-from = 24 hours ago
volume-to = now
volume-all = all mentions
volume-label =
    { $n ->
        [one] { $name }: one mention in the last 24 hours, { $negative } negative; at most { $most } in an hour
       *[other] { $name }: { $n } mentions in the last 24 hours, { $negative } negative; at most { $most } in an hour
    }
more-watches =
    { $n ->
        [one] one more watch
       *[other] { $n } more watches
    }
heard-nothing = No channel is on: nothing is heard.
heard-starting = The channels are starting: nothing has been heard yet.
heard-all =
    { $n ->
        [one] The one stream is heard well.
       *[other] All { $n } streams are heard well.
    }
heard-not-all =
    { $n ->
        [one] { $n } of { $all } streams is not heard as it should be.
       *[other] { $n } of { $all } streams are not heard as they should be.
    }
no-watch-title = Nobody told Horch what to listen for
no-watch-text = A watch is a saved query and what to do when it matches. Start with a name, a product or a topic.

mentions-count =
    { $n ->
        [0] none
        [one] one mention
       *[other] { $n } mentions
    }
filters = Filters
filters-active = Filters that are on
filters-clear = Clear all
filter-remove = remove this filter
filter-apply = Show
filter-words = Search in the text
filter-watch = Watch
filter-platform = Platform
filter-channel = Channel
filter-lang = Language
filter-tone = Tone
filter-tier = Tier
filter-source = Source
filter-time = Published
filter-since = From
filter-until = Until
older = Older
to-newest = Newest
export = Download as

tone = Tone
tone-negative = negative
tone-neutral = neutral
tone-positive = positive
tone-unknown = tone unknown
tone-unsure = { $name }?
tone-why = The model gives this tone a probability of { $name }. A machine judged it, no person.
tone-why-unsure = The model holds this tone to be the most likely one but gives it only { $name }: below 50% no alert is raised for a negative tone. A machine judged it, no person.
tone-unknown-why = No model judges the language of this post, so nothing is claimed.
confidence = Probability that the model gives this tone
why = Matched:
fact-why = Matched
why-title = Why is this here?
details = Details
open-post = Open post
more-of-source = More from this source
edited-times =
    { $n ->
        [one] edited once
       *[other] edited { $n } times
    }
known-after = known after { $name }
followers =
    { $n ->
        [one] one follower
       *[other] { $n } followers
    }
relation-reply = reply
relation-repost = repost
relation-quote = quote

title-mention = { $name }
version = Version { $n }
versions-title =
    { $n ->
        [one] Versions of the post
       *[other] Versions of the post ({ $n })
    }
never-edited = The post was not edited since it was first heard.
also-matched = Also matched
moments-title = From said to told
moment = Moment
moment-published = Published
moment-received = Received
moment-matched = Matched
moment-told = Told
at = At
age = Age
after-published = After publication
not-told-yet = Nobody has been told yet.
facts-title = What is known
fact-watch = Watch
fact-query = Query
fact-source = Source
fact-author = Author
fact-key = Known to the platform as
fact-tier = Tier
fact-tier-unknown = not known
fact-followers = Followers
fact-country = Country
fact-verified = Verified by the platform
fact-bot = Automated
fact-platform = Platform
fact-channel = Channel
fact-site = Site
fact-lang = Language
fact-likes = Likes
fact-reposts = Reposts
fact-replies = Replies
fact-views = Views
fact-hashtags = Hashtags
fact-native = The platform’s id
fact-link = Link
media-image = Picture
media-video = Video
media-audio = Sound

platform-web = Blogs and news
platform-bluesky = Bluesky
platform-mastodon = Mastodon
platform-hackernews = Hacker News
platform-twitter = Twitter
channel-blog = Blog
channel-forum = Forum
channel-microblog = Microblog
channel-social = Social network
channel-photovideo = Photo and video
channel-news = News
channel-mail = Mail and Usenet
channel-own = Own channel
tier-own = Own voice
tier-private = Private voice
tier-community = Community
tier-professional = Professional
tier-trade = Trade media
tier-leading = Leading media
lang-de = German
lang-en = English
lang-fr = French
lang-es = Spanish
lang-it = Italian
lang-nl = Dutch
lang-pl = Polish
lang-pt = Portuguese
lang-tr = Turkish
lang-ja = Japanese
lang-ru = Russian
lang-uk = Ukrainian
