# Was um jede Seite herum steht, Fehler, Anmeldung, Einrichtung, Zeiten.
nav = Hauptnavigation
nav-now = Jetzt
nav-mentions = Erwähnungen
nav-watches = Suchaufträge
nav-channels = Kanäle
nav-settings = Einstellungen
title-now = Jetzt
title-mentions = Erwähnungen
title-watches = Suchaufträge
title-channels = Kanäle
title-settings = Einstellungen
title-sign-in = Anmelden
title-setup = Horch einrichten
title-words = Worauf sollen wir horchen?
title-error = Das hat nicht geklappt
skip = Zum Inhalt springen
sign-out = Abmelden
demo-banner = Vorführung: Alles hier ist erfunden, und die Zeit läuft { $name }-mal so schnell wie auf der Uhr an der Wand.
somebody-here = jemand an diesem Rechner
open-alerts =
    { $n ->
        [one] offener Alarm
       *[other] offene Alarme
    }
live-on = Live
live-off = Verbindung unterbrochen, neuer Versuch läuft
to-now = Zu „Jetzt“
save = Speichern
cancel = Abbrechen
remove = Löschen
next = Weiter
yes = Ja
no = Nein
name = Name
password = Passwort
language = Sprache
required = Pflichtfeld

age-now = gerade eben
age-ago-second = vor { $n } Sek.
age-ago-minute = vor { $n } Min.
age-ago-hour = vor { $n } Std.
age-ago-day =
    { $n ->
        [one] vor { $n } Tag
       *[other] vor { $n } Tagen
    }
age-in-second = in { $n } Sek.
age-in-minute = in { $n } Min.
age-in-hour = in { $n } Std.
age-in-day =
    { $n ->
        [one] in { $n } Tag
       *[other] in { $n } Tagen
    }
took-second = { $n } s
took-minute = { $n } min
took-hour = { $n } h
after-day = { $n } Tagen
took-day =
    { $n ->
        [one] { $n } Tag
       *[other] { $n } Tage
    }

fail-not-found = Unter dieser Adresse gibt es nichts. Vielleicht wurde es gelöscht.
fail-no-pdf = Dieses Horch wurde ohne PDF gebaut. Drucken lässt sich die Seite trotzdem, im Browser; ein Bau mit „--features pdf“ kann beides.
fail-method = So lässt sich diese Adresse nicht verwenden.
fail-sign-in = Bitte melden Sie sich zuerst an.
fail-too-often = Zu viele Versuche. Bitte warten Sie eine Viertelstunde.
fail-too-many = Es sind zu viele Seiten geöffnet. Bitte schließen Sie einige und versuchen Sie es in einer Minute noch einmal.
fail-too-large = Das ist zu viel auf einmal. Eine Abfrage darf 64 KiB lang sein.
fail-slow = Das hat zu lange gedauert. Bitte versuchen Sie es gleich noch einmal.
fail-ours = Bei uns ist etwas schiefgegangen. Der Fehler steht im Protokoll; bitte versuchen Sie es noch einmal.
refused-visit = So ist diese Adresse nicht zu erreichen.
refused-origin = Dieses Formular stammt nicht von einer Seite dieses Horch. Es wurde nichts geändert.
refused-proof = Die Seite ist veraltet, oder Cookies sind gesperrt. Bitte gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal. Es wurde nichts geändert.
refused-demo = Eine Vorführung lässt sich nur an ihrem eigenen Rechner ändern.
refused-setup = Dieser Link ist ungültig oder wurde schon benutzt. Solange noch niemand eingerichtet ist, gibt Horch bei jedem Start einen neuen aus.

done-watch-saved = Der Suchauftrag ist gespeichert.
done-watch-removed = Der Suchauftrag ist gelöscht, mitsamt seinen Erwähnungen und Alarmen.
done-saved = Gespeichert.
done-way-saved = Gespeichert. Schicken Sie eine Probemeldung, um sicherzugehen, dass sie ankommt.
done-way-removed = Gelöscht.
done-password = Das Passwort ist geändert. Alle anderen Sitzungen dieses Kontos wurden beendet.

sign-in = Anmelden
sign-in-wrong = Name oder Passwort ist falsch.
not-set-up = Horch ist noch nicht eingerichtet. Öffnen Sie den Einmal-Link, den Horch beim Start ausgegeben hat.
password-short =
    { $n ->
        [one] Das Passwort braucht mindestens ein Zeichen.
       *[other] Das Passwort braucht mindestens { $n } Zeichen.
    }
password-long = Das Passwort ist zu lang: höchstens 200 Byte.
password-hint =
    { $n ->
        [one] mindestens ein Zeichen
       *[other] mindestens { $n } Zeichen
    }
password-wrong = Das bisherige Passwort stimmt nicht. Es wurde nichts geändert.
password-change = Passwort ändern
password-old = Bisheriges Passwort
password-new = Neues Passwort
name-bad =
    { $n ->
        [one] Der Name braucht ein Zeichen.
       *[other] Der Name braucht 1 bis { $n } Zeichen.
    }

setup-step-1 = Schritt 1 von 2
setup-step-2 = Schritt 2 von 2
setup-welcome = Willkommen bei Horch
setup-text = Horch hört öffentliche Kanäle mit und sagt Ihnen innerhalb von Sekunden, wenn etwas fällt, das für Sie zählt. Dazu muss es wissen, wem es Bescheid geben soll.
setup-words = Worauf sollen wir horchen?
setup-words-text = Ein Name, ein Produkt, ein Thema. Darunter sehen Sie, was zuletzt darüber gesagt wurde; neue Treffer erscheinen von selbst. Verfeinern können Sie alles später.
words-to-listen = Wörter
words-example = "Ihre Marke" OR IhrProdukt
listen = Horchen
later = Später
