# What stands around every page, errors, signing in, setting up, times.
nav = Main navigation
nav-now = Now
nav-mentions = Mentions
nav-watches = Watches
nav-channels = Channels
nav-settings = Settings
title-now = Now
title-mentions = Mentions
title-watches = Watches
title-channels = Channels
title-settings = Settings
title-sign-in = Sign in
title-setup = Set up Horch
title-words = What shall we listen for?
title-error = That did not work
skip = Skip to content
sign-out = Sign out
demo-banner = Demonstration: everything here is made up, and time runs { $name } times as fast as the clock on the wall.
somebody-here = somebody at this machine
open-alerts =
    { $n ->
        [one] open alert
       *[other] open alerts
    }
live-on = Live
live-off = Connection lost, trying again
to-now = To Now
save = Save
cancel = Cancel
remove = Remove
next = Next
yes = Yes
no = No
name = Name
password = Password
language = Language
required = required

age-now = just now
age-ago-second = { $n } sec. ago
age-ago-minute = { $n } min. ago
age-ago-hour = { $n } hr. ago
age-ago-day =
    { $n ->
        [one] { $n } day ago
       *[other] { $n } days ago
    }
age-in-second = in { $n } sec.
age-in-minute = in { $n } min.
age-in-hour = in { $n } hr.
age-in-day =
    { $n ->
        [one] in { $n } day
       *[other] in { $n } days
    }
took-second = { $n } s
took-minute = { $n } min
took-hour = { $n } h
after-day = { $n } d
took-day = { $n } d

fail-not-found = There is nothing at this address. Perhaps it was removed.
fail-no-pdf = This Horch was built without PDF. The page can be printed by the browser all the same; a build with “--features pdf” does both.
fail-method = This address cannot be used like that.
fail-sign-in = Please sign in first.
fail-too-often = Too many tries. Please wait a quarter of an hour.
fail-too-many = Too many pages are open. Please close some and try again in a minute.
fail-too-large = That is too much at once. A query may have 64 KiB.
fail-slow = It took too long. Please try again in a moment.
fail-ours = Something went wrong on our side. It was logged; please try again.
refused-visit = This address cannot be reached like that.
refused-origin = This form does not come from a page of this Horch, so nothing was changed.
refused-proof = This page has grown old, or cookies are blocked. Please go back, reload it and try again. Nothing was changed.
refused-demo = A demonstration can only be changed at its own machine.
refused-setup = This link is not valid, or it was used already. Horch prints a fresh one whenever it starts, as long as nobody has been set up.

done-watch-saved = The watch is saved.
done-watch-removed = The watch is gone, with its mentions and alerts.
done-saved = Saved.
done-way-saved = Saved. Send a test to be sure that it reaches you.
done-way-removed = Removed.
done-password = The password is changed. Everybody else with this account was signed out.

sign-in = Sign in
sign-in-wrong = Name or password is wrong.
not-set-up = Nobody has been set up yet. Open the one-time link that Horch printed when it started.
password-short =
    { $n ->
        [one] The password needs at least one character.
       *[other] The password needs at least { $n } characters.
    }
password-long = The password is too long: 200 bytes at most.
password-hint =
    { $n ->
        [one] at least one character
       *[other] at least { $n } characters
    }
password-wrong = The present password is wrong. Nothing was changed.
password-change = Change password
password-old = Present password
password-new = New password
name-bad =
    { $n ->
        [one] The name needs one character.
       *[other] The name needs between 1 and { $n } characters.
    }

setup-step-1 = Step 1 of 2
setup-step-2 = Step 2 of 2
setup-welcome = Welcome to Horch
setup-text = Horch listens to public channels and tells you within seconds when something is said that matters to you. It needs somebody it can tell.
setup-words = What shall we listen for?
setup-words-text = A name, a product, a topic. Below you see what people said about it lately; new matches appear by themselves. You can refine everything later.
words-to-listen = Words
words-example = "your brand" OR yourproduct
listen = Listen
later = Later
