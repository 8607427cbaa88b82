# Suchaufträge, Kanäle, Einstellungen.
watch-new = Neuer Suchauftrag
title-watch = Suchauftrag „{ $name }“
watch-name = Name
watch-query = Abfrage
watch-day = 24 Stunden
watch-all = Insgesamt
watch-alerts = Alarme
watch-state = Zustand
watch-listening = horcht
watch-paused = pausiert
watch-pause = Anhalten
watch-resume = Fortsetzen
watch-pause-long = Pausiert: Neues wird nicht abgeglichen
watch-mentions =
    { $n ->
        [one] eine Erwähnung
       *[other] { $n } Erwähnungen
    }
watch-versions = Fassungen der Abfrage
watch-name-bad = Der Name braucht 1 bis { $n } Zeichen.
watch-name-taken = Einen Suchauftrag „{ $name }“ gibt es schon.
watch-query-bad = So lässt sich die Abfrage nicht speichern; die Stelle ist darunter gezeigt.
watch-remove-title = Suchauftrag „{ $name }“ löschen?
watch-remove-text =
    { $n ->
        [0] Er hat keine Erwähnungen. Das lässt sich nicht rückgängig machen.
        [one] Seine Erwähnung und seine Alarme werden mitgelöscht. Das lässt sich nicht rückgängig machen.
       *[other] Seine { $n } Erwähnungen und seine Alarme werden mitgelöscht. Das lässt sich nicht rückgängig machen.
    }
rule-negative = bei jeder negativen Erwähnung
rule-rise = bei einem Anstieg oder Einbruch gegenüber der eigenen Vergangenheit
rule-crossing = wenn ein Thema die Leitmedien erreicht
rule-every = bei jeder Erwähnung
rule-negative-short = negative
rule-rise-short = Anstieg
rule-crossing-short = Leitmedien
rule-every-short = jede Erwähnung
rule-none-short = keine
query-help = So schreibt man eine Abfrage
help-and = Nebeneinander heißt: beides. Groß- und Kleinschreibung spielt keine Rolle.
help-or = OR heißt: eins davon; ein Minuszeichen schließt aus.
help-phrase = Genau diese Wörter in dieser Reihenfolge.
help-prefix = Jedes Wort, das so beginnt.
help-near = Nahe beieinander: höchstens fünf Wörter dazwischen.
help-tag = Hashtags und Namen.
help-field = Nur in einem Feld: title, author, site, lang, channel, platform, link.

preview = Vorschau
preview-empty = Hier erscheint, was die Abfrage gefunden hätte.
preview-matched =
    { $n ->
        [one] Treffer
       *[other] Treffer
    }
preview-of =
    { $n ->
        [one] im einzigen jüngsten Beitrag
       *[other] unter den { $n } jüngsten Beiträgen
    }
preview-since = die ältesten
preview-none = Keiner der jüngsten Beiträge passt. Das kann richtig sein: Der Suchauftrag horcht weiter.
preview-reading = So liest Horch die Abfrage
line = Zeile { $n }:

channel-settings = Einstellungen
channel-on = Diese Plattform mithören
keyless = ohne Konto nutzbar
platform-docs = Dokumentation der Plattform
condition = Zustand
condition-starting = läuft an
condition-well = gut zu hören
condition-limping = mit Störungen zu hören
condition-down = nicht zu hören
condition-off = aus
heard-count = Gehörte Beiträge
broken-count = Unlesbar, verworfen
last-ok = Letzte gute Antwort
newest-post = Neuester Beitrag
next-try = nächster Versuch
errors =
    { $n ->
        [one] seitdem ein Fehler
       *[other] seitdem { $n } Fehler
    }
stream = Strom
streams = Ströme
streams-well =
    { $n ->
        [one] { $well } von einem Strom ist gut zu hören.
       *[other] { $well } von { $n } Strömen sind gut zu hören.
    }
more-streams =
    { $n ->
        [one] und ein weiterer, dem es nicht schlechter geht
       *[other] und { $n } weitere, denen es nicht schlechter geht
    }
latency-title = Wie schnell wissen wir es?
latency-text =
    { $n ->
        [one] Von der Veröffentlichung bis zum Treffer, über den letzten Tag. Beiträge, die schon alt waren, als wir sie zum ersten Mal hörten, zählen nicht mit.
       *[other] Von der Veröffentlichung bis zum Treffer, über die letzten { $n } Tage. Beiträge, die schon alt waren, als wir sie zum ersten Mal hörten, zählen nicht mit.
    }
latency-none = Noch gibt es keine Erwähnung, an der sich das messen ließe.
within-five = Binnen 5 Minuten bekannt
median = Die Hälfte binnen
p99 = 99 von 100 binnen
told-median = Die Hälfte gemeldet binnen
gaps-title = Was haben wir nicht gehört?
gaps-text = Jede Zeitspanne, in der ein Strom für uns stumm war, und ob sie nachgeholt wurde.
gaps-none = Es sind keine Lücken bekannt.
gap-from = Von
gap-until = Bis
gap-long = Dauer
gap-why = Warum
gap-made-up = Nachgeholt
gap-lasts = dauert an
gap-stopped = Horch lief nicht
gap-unreachable = nicht erreichbar
gap-rate-limited = die Plattform hat uns gebremst
gap-too-late = die Plattform hatte es nicht mehr
gap-overflow = mehr, als ein Abruf holen darf
gap-broken = zu kaputt zum Lesen

ways = Meldewege
ways-text = Alarme stehen immer unter „Jetzt“. Hier legen Sie fest, wohin sie außerdem gehen.
way-name = Name
way-kind = Art
way-all = alle
way-on = an
way-new = Neuer Meldeweg: { $name }
title-way = Meldeweg „{ $name }“
way-lang = Sprache der Meldungen
way-watches = Nur für diese Suchaufträge
way-watches-all = Ohne Häkchen: für alle Suchaufträge.
way-pause = Pausiert: Es wird nichts verschickt
way-try = Probemeldung schicken
way-tried = Die Probemeldung wurde angenommen:
way-remove-title = „{ $name }“ löschen?
way-remove-text = Das Versandprotokoll dieses Meldewegs wird mitgelöscht. Das lässt sich nicht rückgängig machen.
secret-kept = gespeichert; leer lassen, um es zu behalten
secret-forget = den gespeicherten Wert vergessen
field-required = „{ $name }“ muss ausgefüllt sein.
field-number = „{ $name }“ muss eine ganze Zahl im erlaubten Bereich sein.
field-long = „{ $name }“ ist zu lang.
delivery-log = Was verschickt wurde
delivery-none = Bisher wurde nichts verschickt.
delivery-what = Alarm
delivery-way = Über
delivery-raised = Ausgelöst
delivery-answer = Antwort
delivery-waiting = wartet
delivery-delivered = zugestellt
delivery-failed = gescheitert
tries =
    { $n ->
        [one] ein Versuch
       *[other] { $n } Versuche
    }
account = Konto „{ $name }“
general = Über dieses Horch
public-address = Adresse
kept-posts = Aufbewahrte Beiträge
kept-mentions = Aufbewahrte Erwähnungen
version-of = Version
