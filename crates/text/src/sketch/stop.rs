//! Words that tell nothing of what a text is about: articles, prepositions, pronouns, auxiliary
//! verbs, and what headlines begin with. Folded, without accents.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Short words of several languages; a word that is one of them in one language and none in
/// another is left out where it tells much there.
const WORDS: &str = "
a an and are as at be been but by can could did do does for from had has have he her his how i if
in into is it its may more most new no not of off on one or out over our said say says she should
so than that the their them there they this those to up us was we were what when where which who
why will with would you your after before about against amid during between also just now first
der die das den dem des ein eine einen einem einer eines und oder aber als am an auf aus bei bis
da dass durch er es fur gegen hat haben ich ihr im in ist kann mit nach nicht noch nur ob ohne
sein sich sie sind so soll um unter vom von vor war was wer werden wie wird wir wurde zu zum zur
uber nun mehr neue neuer neues
el la los las un una unos unas y o u e de del al a en por para con sin sobre tras entre hasta desde
que se su sus lo le les es son fue ser ha han como mas pero si no ya este esta estos estas ese esa
esto hay muy cuando donde quien cual contra ante durante
o os as um uma uns umas da das do dos em na nas no nos ao aos pela pelas pelo pelos com sem sob
seu sua seus suas foi sao esta estao tem tera mas nao ja como quando onde quem apos ate entre
veja saiba
le les des du au aux et ou dans sur pour par avec sans sous chez vers entre depuis apres avant
pendant ce cet cette ces son sa ses leur leurs il elle ils elles on nous vous qui que quoi dont ou
est sont ete etre a ont avait fait ne pas plus se d l s n c j qu y en
il lo la i gli le un uno una di del dello della dei degli delle al allo alla ai agli alle da dal
dalla nel nella nei nelle su sul sulla con per tra fra e ed o ma se che chi non piu anche come
sono ha hanno si suo sua
и в во не на он она они что с со а как то все но из за от до по к ко у о об при для или же бы ли
это этот эта его ее их был была были быть будет после перед над под без между через уже еще так
также который которая которые чтобы стал стала стали
in je se na v za da so ki ne pa po z s k h o ob od do pri pred med bo bodo bi bil bila bili kot
tudi ali ter s kaj ko
i je se na u za da su sa od do o po s k iz pri ne nije kako sto koji koja koje
de het een en van in op te met voor aan uit bij dat die niet is was zijn om ook naar over na
w z na i do nie sie o od po przez dla jest za przed jak ale ze to
och i att det som en pa ar av for med till den har de inte om ett
في من على الى عن مع هذا هذه التي الذي ان بعد قبل بين كما لا ما لم او قد كان كانت ثم حول ضد خلال
";

static STOP: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| WORDS.split_whitespace().collect());

/// Whether a word (folded, without accents) tells nothing.
pub(super) fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}
