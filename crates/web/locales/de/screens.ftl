# Jetzt, Erwähnungen, eine Erwähnung, Namen aus der Domäne.
alerts = Offene Alarme
no-alerts = Keine offenen Alarme.
acknowledge = Quittieren
acknowledge-all = Alle quittieren
alert-acknowledged = quittiert von { $name }, { $age }
alert-mention = Neue Erwähnung
alert-negative = Negative Erwähnung
alert-crossing = Das Thema hat die Leitmedien erreicht
alert-rise =
    { $n ->
        [one] Eine Erwähnung in der letzten Stunde, üblich sind { $expected }
       *[other] { $n } Erwähnungen in der letzten Stunde, üblich sind { $expected }
    }
alert-rise-new = { $n } Erwähnungen in der letzten Stunde; was üblich ist, ist noch nicht bekannt
alert-dip =
    { $n ->
        [0] Keine Erwähnung in der letzten Stunde, üblich sind { $expected }
        [one] Nur eine Erwähnung in der letzten Stunde, üblich sind { $expected }
       *[other] Nur { $n } Erwähnungen in der letzten Stunde, üblich sind { $expected }
    }
more-alerts =
    { $n ->
        [one] ein weiterer offener Alarm
       *[other] { $n } weitere offene Alarme
    }
reason-mention = neue Erwähnung
reason-negative = negative Erwähnung
reason-rise = Anstieg
reason-dip = Einbruch
reason-crossing = in den Leitmedien
newest-mentions = Neueste Erwähnungen
all-mentions = Alle Erwähnungen
to-mentions = Zu den Erwähnungen
no-mentions-yet = Noch ist nichts zu hören. Neue Erwähnungen erscheinen hier von selbst.
no-mentions-filter = Keine Erwähnung passt zu diesem Filter.
new-one = 1 neue Erwähnung
new-many = {"{n}"} neue Erwähnungen
volume = Letzte 24 Stunden
volume-from = vor 24 Stunden
volume-to = jetzt
volume-all = alle Erwähnungen
volume-label =
    { $n ->
        [one] { $name }: eine Erwähnung in den letzten 24 Stunden, davon { $negative } negativ; höchstens { $most } in einer Stunde
       *[other] { $name }: { $n } Erwähnungen in den letzten 24 Stunden, davon { $negative } negativ; höchstens { $most } in einer Stunde
    }
more-watches =
    { $n ->
        [one] ein weiterer Suchauftrag
       *[other] { $n } weitere Suchaufträge
    }
heard-nothing = Kein Kanal ist eingeschaltet: Es ist nichts zu hören.
heard-starting = Die Kanäle starten gerade: Noch ist nichts zu hören.
heard-all =
    { $n ->
        [one] Der eine Strom ist gut zu hören.
       *[other] Alle { $n } Ströme sind gut zu hören.
    }
heard-not-all =
    { $n ->
        [one] { $n } von { $all } Strömen ist nicht so zu hören, wie er sollte.
       *[other] { $n } von { $all } Strömen sind nicht so zu hören, wie sie sollten.
    }
no-watch-title = Noch weiß Horch nicht, worauf es horchen soll
no-watch-text = Ein Suchauftrag ist eine gespeicherte Abfrage samt dem, was bei einem Treffer geschehen soll. Beginnen Sie mit einem Namen, einem Produkt oder einem Thema.

mentions-count =
    { $n ->
        [0] keine
        [one] eine Erwähnung
       *[other] { $n } Erwähnungen
    }
filters = Filter
filters-active = Gesetzte Filter
filters-clear = Alle entfernen
filter-remove = diesen Filter entfernen
filter-apply = Anzeigen
filter-words = Im Text suchen
filter-watch = Suchauftrag
filter-platform = Plattform
filter-channel = Kanal
filter-lang = Sprache
filter-tone = Tonlage
filter-tier = Stufe
filter-source = Quelle
filter-time = Veröffentlicht
filter-since = Von
filter-until = Bis
older = Ältere
to-newest = Neueste
export = Herunterladen als

tone = Tonlage
tone-negative = negativ
tone-neutral = neutral
tone-positive = positiv
tone-unknown = Tonlage unbekannt
tone-unsure = { $name }?
tone-why = Das Modell hält diese Tonlage mit { $name } Wahrscheinlichkeit für zutreffend. Geurteilt hat eine Maschine, kein Mensch.
tone-why-unsure = Das Modell hält diese Tonlage für die wahrscheinlichste, gibt ihr aber nur { $name }: Unter 50 % wird wegen einer negativen Tonlage kein Alarm ausgelöst. Geurteilt hat eine Maschine, kein Mensch.
tone-unknown-why = Für die Sprache dieses Beitrags gibt es kein Modell, deshalb wird nichts behauptet.
confidence = Wahrscheinlichkeit, die das Modell dieser Tonlage gibt
why = Treffer:
fact-why = Treffer
why-title = Warum steht das hier?
details = Details
open-post = Beitrag öffnen
more-of-source = Mehr von dieser Quelle
edited-times =
    { $n ->
        [one] einmal bearbeitet
       *[other] { $n }-mal bearbeitet
    }
known-after = erkannt nach { $name }
followers =
    { $n ->
        [one] ein Follower
       *[other] { $n } Follower
    }
relation-reply = Antwort
relation-repost = Weiterverbreitung
relation-quote = Zitat

title-mention = { $name }
version = Fassung { $n }
versions-title =
    { $n ->
        [one] Fassungen des Beitrags
       *[other] Fassungen des Beitrags ({ $n })
    }
never-edited = Seit er zum ersten Mal gehört wurde, ist der Beitrag nicht bearbeitet worden.
also-matched = Auch ein Treffer für
moments-title = Von gesagt bis gemeldet
moment = Zeitpunkt
moment-published = Veröffentlicht
moment-received = Empfangen
moment-matched = Erkannt
moment-told = Gemeldet
at = Am
age = Alter
after-published = Nach Veröffentlichung
not-told-yet = Noch wurde niemandem Bescheid gegeben.
facts-title = Was bekannt ist
fact-watch = Suchauftrag
fact-query = Abfrage
fact-source = Quelle
fact-author = Autor
fact-key = Auf der Plattform bekannt als
fact-tier = Stufe
fact-tier-unknown = nicht bekannt
fact-followers = Follower
fact-country = Land
fact-verified = Von der Plattform bestätigt
fact-bot = Automatisiert
fact-platform = Plattform
fact-channel = Kanal
fact-site = Website
fact-lang = Sprache
fact-likes = Gefällt mir
fact-reposts = Weiterverbreitet
fact-replies = Antworten
fact-views = Aufrufe
fact-hashtags = Hashtags
fact-native = Kennung der Plattform
fact-link = Link
media-image = Bild
media-video = Video
media-audio = Ton

platform-web = Blogs und Nachrichten
platform-bluesky = Bluesky
platform-mastodon = Mastodon
platform-hackernews = Hacker News
platform-twitter = Twitter
channel-blog = Blog
channel-forum = Forum
channel-microblog = Microblog
channel-social = Soziales Netzwerk
channel-photovideo = Foto und Video
channel-news = Nachrichten
channel-mail = Mail und Usenet
channel-own = Eigener Kanal
tier-own = Eigene Stimme
tier-private = Privatperson
tier-community = Community
tier-professional = Profi
tier-trade = Fachmedium
tier-leading = Leitmedium
lang-de = Deutsch
lang-en = Englisch
lang-fr = Französisch
lang-es = Spanisch
lang-it = Italienisch
lang-nl = Niederländisch
lang-pl = Polnisch
lang-pt = Portugiesisch
lang-tr = Türkisch
lang-ja = Japanisch
lang-ru = Russisch
lang-uk = Ukrainisch
