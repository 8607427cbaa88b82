# Was Menschen über Tonlagen sagen, und was daraus gelernt wird.
tone-said = { $age } gesagt von { $name }; die Maschine hatte gesagt: { $was }.
tone-person-outranks = Was ein Mensch sagt, geht der Maschine vor
tone-by-person = von einem Menschen
tone-made = Ohne diese Wörter wäre das Urteil weniger sicher:
tone-quick = Weil gerade sehr viel hereinkam, hat sie nur flüchtig hingesehen; sie liest den Beitrag noch einmal genauer.
tone-ask = Wie klingt das gegenüber dem, worum es in diesem Suchauftrag geht?
tone-take-back = Gesagtes zurücknehmen
tone-teaches = Ihr Wort gilt sofort, und Horch lernt daraus. Bestätigen Sie auch, was stimmt: Aus Fehlern allein lernt es, sich in die andere Richtung zu irren.
title-learning = Was Horch gelernt hat
learning-about = Horch lernt aus dem, was Menschen hier über Erwähnungen sagen: wie sie klingen, was sie sind, und ob gemeint ist, worum es dem Suchauftrag geht.
learning-open = Was es gebracht hat, und welche Fassung urteilt
learning-text = Wer bei einer Erwähnung sagt, wie sie klingt oder was sie ist, schult ein kleines Modell dieses Hauses, das auf dem mitgelieferten aufsetzt. Es lernt binnen Sekunden und urteilt von da an, wenn es besser urteilt. Ein Suchauftrag mit genug eigenen Urteilen bekommt sein eigenes; was dort nicht gemeint ist, lernt er nur aus seinen eigenen. Die Modelle enthalten keine Texte, und nichts verlässt das Haus.
learning-said =
    { $n ->
        [0] Noch hat niemand etwas gesagt.
        [one] Bisher ein Urteil.
       *[other] Bisher { $n } Urteile.
    }
learning-missing =
    { $n ->
        [one] Ein weiteres ist nötig, bevor sich etwas lernen lässt.
       *[other] { $n } weitere sind nötig, bevor sich etwas lernen lässt.
    }
learning-house = Das ganze Haus
learning-newest-used = Die neueste Fassung urteilt.
learning-version-used = Eine Fassung urteilt, die jemand gewählt hat.
learning-none-chosen = Auf Wunsch abgeschaltet.
learning-not-better = Nicht in Gebrauch: Es urteilt nicht zweifelsfrei besser.
learning-brought = Was die Urteile gebracht haben
learning-judge = Wer urteilt
learning-right = Richtig
learning-bar = als Balken
learning-recall = Richtig je Antwort, im Mittel
learning-before = Ohne sie
learning-with =
    { $n ->
        [one] mit einem Urteil
       *[other] mit { $n } Urteilen
    }
learning-how = Über jedes Urteil hat ein Modell befunden, das nur aus anderen gelernt hatte (Kreuzvalidierung in fünf Teilen).
learning-one-sided = Nur { $name } der Urteile bestätigen die Maschine. Wo Menschen sich nur bei Fehlern melden, sagen diese Anteile wenig über alle Erwähnungen, und das Modell lernt, sich in die andere Richtung zu irren. Bestätigen Sie einige, die stimmen.
learning-versions = Fassungen
learning-made = Entstanden
learning-lessons = Urteile
learning-before-short = Vorher richtig
learning-after-short = Nachher richtig
learning-in-use = urteilt
learning-no-better = nicht besser
learning-use = Diese verwenden
learning-use-newest = Die neueste verwenden, wenn sie besser ist
learning-use-shipped = Das mitgelieferte Modell verwenden
learning-use-house = Das Modell des Hauses verwenden
learning-use-nothing = Nichts davon verwenden
done-tone = Notiert.
done-learning = Gewählt. Es gilt ab dem nächsten Beitrag.
haste =
    { $n ->
        [10000] Es kommt sehr viel herein: Mindestens 10.000 Erwähnungen sind nur flüchtig gelesen. Ihre Tonlage wird genauer beurteilt, sobald Zeit ist.
       *[other] Es kommt sehr viel herein: { $n } Erwähnungen sind nur flüchtig gelesen. Ihre Tonlage wird genauer beurteilt, sobald Zeit ist.
    }
# What posts are.
kind = Art
filter-kind = Art
filter-without = Ohne
kind-complaint = Beschwerde
kind-complaint-about = unzufrieden mit etwas, wofür jemand geradesteht
kind-question = Frage
kind-question-about = bittet um Antwort oder Hilfe
kind-praise = Lob
kind-praise-about = zufrieden mit etwas oder dankbar dafür
kind-call = Aufruf
kind-call-about = ruft andere auf: unterschreiben, teilen, kommen, fernbleiben
kind-claim = Behauptung
kind-claim-about = sagt als Tatsache oder gibt weiter, was sich prüfen lässt
kind-crisis = Gefahr
kind-crisis-about = Gefahr für Menschen, Rückruf, Datenleck, Straftat, Insolvenz
kind-abuse = Anfeindung
kind-abuse-about = beleidigt oder bedroht Menschen
kind-offtopic = nicht gemeint
kind-offtopic-about = die Wörter passen, aber es geht um etwas anderes als in diesem Suchauftrag; steht das sicher fest, gibt es keinen Alarm
kind-offtopic-say = Für diesen Suchauftrag nicht gemeint
kind-none = nichts davon
kind-ask = Was ist das? Haken Sie alles an, was zutrifft
kind-say = Das ist es
kind-made = Wegen
kind-right = Von 100 so genannten sind es etwa { $n }.
kind-unmeasured = In dieser Sprache nicht gemessen.
kind-learnt = Beurteilt nach dem, was dieses Haus gelehrt hat.
