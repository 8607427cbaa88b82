# Search, the archive, trying a query, versions, other tools' queries, lists and saved queries.
nav-search = Search
title-search = Search
search = Search
search-example = "your brand" AND (broken OR recall*)
search-watch = Save as a watch
search-none = No post in the archive matches.
search-stopped = The search stopped after its time was up. Older matches may be missing: narrow the time range, or go on with “Older”.
search-long = This query is too long for an address. Put it into a watch and test it there, or ask on the command line.
found-title = Newest matches
looked-at =
    { $n ->
        [one] looked at one post
       *[other] looked at { $n } posts
    }
looked-proposed =
    { $n ->
        [one] looked at one post that the index proposed
       *[other] looked at { $n } posts that the index proposed
    }
hours-title = Per hour
hours-show = Count per hour
hours-days = Count per day
hours-posts =
    { $n ->
        [one] post
       *[other] posts
    }
hours-exact = exact
hours-estimated =
    { $n ->
        [one] estimated from a sample of one post
       *[other] estimated from a sample of { $n } posts
    }
hours-most =
    { $n ->
        [one] at most one in an hour
       *[other] at most { $n } in an hour
    }
hours-label =
    { $n ->
        [one] One post from { $from } to { $to }; at most { $most } in an hour
       *[other] { $n } posts from { $from } to { $to }; at most { $most } in an hour
    }
about = about { $name }
day = Day
posts-word = Posts
archive-title = The archive
archive-text = Every post that was heard is kept for a while, whether a watch matched it or not. What the platform deletes disappears here too.
archive-short =
    { $n ->
        [0] The archive is empty.
        [one] one post since { $since }
       *[other] { $n } posts since { $since }
    }
archive-posts = Posts
archive-oldest = Oldest
archive-newest = Newest
archive-size = Space for the index
archive-post-size = Space for the posts
archive-behind = Waiting to be indexed
archive-days = Days kept
archive-behind-none = nothing
missed = misses:
which-branches = Which branches?

help-sentence = In one sentence; PARAGRAPH: in one paragraph.
help-stem = Every form of the word; the word inside a compound such as S-Bahn-Chaos.
help-range = By tone, followers, reach or time.
help-quorum = At least two of these.
help-saved = Source lists and saved queries by their names.

import-paste = Take over a query from another tool
import-text = Paste it as it is. Next to it you see how Horch understood it, fully bracketed, and what was converted.
import-original = Original
import-native = As Horch understands it
import-notes = Notes
import-no-notes = Everything has a counterpart here.
import-translate = Translate
import-take = Use this query
dialect = Written for
try-title = Try it
test-archive = Test on the archive
test-result = In the archive
test-newest = Newest matches
test-near = Near misses
test-near-text = Posts that fail in a single branch: if they belong here, the query is too narrow.
test-near-none = None found.
why-post = Does it match this post? Its address:
why-ask = Why? Why not?
why-matches = This post matches
why-not = This post does not match
why-failed = It would match if this held:
why-tree = Branch by branch
why-unknown = No post with this address is kept. Paste the address of a post that was heard, or choose one from a list.
branch-hit = holds
branch-missed = does not hold
cost-exact = its words tell alone
cost-indexed = found by its words, then checked
cost-broad = brings up many posts
cost-unindexed = every post is looked at
versions-compare = Compare versions
title-versions = Versions of “{ $name }”
version-old = From
version-new = To
diff-text = The text
diff-words = In words
diff-same = Both say the same.
diff-effect = In the archive
diff-effect-show = What it gains and loses
diff-gained = Gained
diff-lost = Lost
diff-none = no post
filling-running =
    { $n ->
        [one] Being filled from the archive: { $looked } of { $of } posts looked at, one found.
       *[other] Being filled from the archive: { $looked } of { $of } posts looked at, { $n } found.
    }
filling-done =
    { $n ->
        [0] Filled from the archive: none of { $of } posts matched.
        [one] Filled from the archive: { $of } posts looked at, one found.
       *[other] Filled from the archive: { $of } posts looked at, { $n } found.
    }

watch-find = Find by name or text
watch-sort = Order
watch-sort-name = Name
watch-sort-mentions = Mentions
watch-sort-cost = Work
watch-cost = Work
watch-share = { $name } of the time
watch-count =
    { $n ->
        [one] one watch
       *[other] { $n } watches
    }
watch-troubled =
    { $n ->
        [one] one watch is not matched
       *[other] { $n } watches are not matched
    }
watch-none-found = No watch fits.
watch-next = Next page
watch-first = First page
watch-refused = Refused
watch-refused-text = This query is not matched:
watch-import = Import queries
title-watch-import = Import queries
watch-import-text = A file or a text with one query a line: a name, a tab, the query; or the query alone, which is then its own name. Lines that begin with # are passed over.
watch-import-file = File
watch-import-lines = or paste lines
watch-import-check = Only check
watch-import-add = Add watches
watch-import-result =
    { $n ->
        [0] No watch was added.
        [one] One watch was added.
       *[other] { $n } watches were added.
    }
watch-import-checked =
    { $n ->
        [0] No line can be added.
        [one] One line can be added.
       *[other] { $n } lines can be added.
    }
watch-import-refused =
    { $n ->
        [one] One line was refused:
       *[other] { $n } lines were refused:
    }
watch-import-noted =
    { $n ->
        [one] One line was read with a note:
       *[other] { $n } lines were read with notes:
    }
watch-import-more =
    { $n ->
        [one] and one more
       *[other] and { $n } more
    }
watch-import-empty = There are no lines to import.
line-number = Line { $n }

saved-title = Lists and saved queries
title-saved = Lists and saved queries
lists = Source lists
lists-text = Places and voices under one name: list:"Trade press" in a query means any of them.
lists-none = No list yet.
list-new = New list
list-entries = Sources
list-hint = One a line: a site (example.org), an account (@name@server.example) or a source’s key.
list-count =
    { $n ->
        [0] no source
        [one] one source
       *[other] { $n } sources
    }
queries = Saved queries
queries-text = A part that many queries share: query:"Our names" in a query means what stands here.
queries-none = No saved query yet.
query-new = New saved query
used-by = Used by
used-by-none = nothing yet
title-list = List “{ $name }”
title-query = Saved query “{ $name }”
saved-name-taken = There is one called “{ $name }” already.
saved-entries-bad = The list needs at least one source, and at most { $n }.
saved-remove-text = It is used by: { $name }. They match nothing until they are changed.
saved-remove-free = Nothing refers to it. This cannot be undone.
saved-remove-title = Remove “{ $name }”?
done-list-saved = The list is saved.
done-list-removed = The list is removed.
done-query-saved = The query is saved.
done-query-removed = The query is removed.
fail-busy = Many searches are running. Please try again in a moment.
refused-json = Programs ask here in JSON: Content-Type must be application/json.
fail-malformed = The question cannot be read.
