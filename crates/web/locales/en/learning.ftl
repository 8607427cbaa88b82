# What people say of tones, and what is learnt from it.
tone-said = Said { $age } by { $name }; the machine had said: { $was }.
tone-person-outranks = What a person says outranks the machine
tone-by-person = by a person
tone-made = Without these words it would be less sure:
tone-quick = It had a quick look only, since very much came in, and will read the post again more closely.
tone-ask = How does it sound towards what this watch is about?
tone-take-back = Take back what was said
tone-teaches = Your word counts at once, and Horch learns from it. Confirm what is right, too: from errors alone it learns to err the other way.
title-learning = What Horch has learnt
learning-about = Horch learns from what people here say of mentions: how they sound, what they are, and whether they are about what the watch is about.
learning-open = What it brought, and which version judges
learning-text = Everyone who says on a mention how it sounds or what it is teaches a small model of this house, on top of the one that Horch comes with. It learns within seconds and judges from then on, if it judges better. A watch with enough verdicts of its own gets its own; what is off topic there, it learns from its own alone. The models hold no texts, and nothing leaves this house.
learning-said =
    { $n ->
        [0] Nobody has said anything yet.
        [one] One verdict so far.
       *[other] { $n } verdicts so far.
    }
learning-missing =
    { $n ->
        [one] One more is needed before anything can be learnt.
       *[other] { $n } more are needed before anything can be learnt.
    }
learning-house = The whole house
learning-newest-used = The newest version judges.
learning-version-used = A version that somebody chose judges.
learning-none-chosen = Switched off by choice.
learning-not-better = Not in use: it does not judge better beyond doubt.
learning-brought = What the verdicts brought
learning-judge = Judge
learning-right = Right
learning-bar = as a bar
learning-recall = Right per answer, on average
learning-before = Without them
learning-with =
    { $n ->
        [one] with one verdict
       *[other] with { $n } verdicts
    }
learning-how = Every verdict was judged by a model that had learnt from others only (cross-validation in five parts).
learning-one-sided = Only { $name } of the verdicts confirm the machine. Where people speak up only when it errs, these shares say little about all mentions, and the model learns to err the other way. Confirm a few that are right.
learning-versions = Versions
learning-made = Made
learning-lessons = Verdicts
learning-before-short = Right before
learning-after-short = Right after
learning-in-use = judges
learning-no-better = not better
learning-use = Use this one
learning-use-newest = Use the newest, if it is better
learning-use-shipped = Use what Horch comes with
learning-use-house = Use the house's
learning-use-nothing = Use none of these
done-tone = Noted.
done-learning = Chosen. It counts from the next post on.
haste =
    { $n ->
        [10000] Very much is coming in: 10,000 mentions and more had a quick look only. Their tone is judged again more closely as soon as there is time.
       *[other] Very much is coming in: { $n } mentions had a quick look only. Their tone is judged again more closely as soon as there is time.
    }
# What posts are.
kind = Kind
filter-kind = Kind
filter-without = Without
kind-complaint = complaint
kind-complaint-about = dissatisfied with something that somebody answers for
kind-question = question
kind-question-about = asks for an answer or for help
kind-praise = praise
kind-praise-about = satisfied with something, or thanks for it
kind-call = call to act
kind-call-about = calls on others: sign, share, come, stay away
kind-claim = claim
kind-claim-about = says as a fact, or passes on, what can be checked
kind-crisis = danger
kind-crisis-about = danger to people, recall, leak, crime, insolvency
kind-abuse = abuse
kind-abuse-about = insults or threatens people
kind-offtopic = off topic
kind-offtopic-about = the words fit, but it is about something else than this watch; what is surely so raises no alert
kind-offtopic-say = Off topic for this watch
kind-none = none of these
kind-ask = What is it? Tick all that is true of it
kind-say = This is what it is
kind-made = Because of
kind-right = Of 100 told so, about { $n } are.
kind-unmeasured = Not measured in this language.
kind-learnt = Judged by what this house has taught.
