//! The sounds of a name: its consonants in classes that alphabets share, so that `Белодед` and
//! `Bilodid`, `رينر` and `Riner` are one. Vowels are left out, since Arabic does not write them and
//! others write them each in their own way (after the idea of Soundex, Russell 1918).

/// Shorter names have too little to be known by.
const LEAST: usize = 3;

/// The consonants of a word (folded, without accents) as classes; `None` where there are fewer
/// than three, or the alphabet is another one.
pub(super) fn of(word: &str) -> Option<String> {
    let word = word.strip_prefix("ال").unwrap_or(word);
    let mut out = String::with_capacity(8);
    let mut letters = word.chars().peekable();
    let mut last = ' ';
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let class = match (letter, next) {
            ('s' | 'c' | 'k' | 'p' | 'z' | 't', 'h') => {
                letters.next();
                match letter {
                    'k' => 'k',
                    'p' => 'f',
                    't' => 't',
                    _ => 's',
                }
            }
            ('д', 'ж') => {
                letters.next();
                's'
            }
            ('c', 'e' | 'i' | 'y') => 's',
            _ => class(letter)?,
        };
        if class != ' ' && class != last {
            out.push(class);
        }
        last = class;
    }
    (out.len() >= LEAST).then_some(out)
}

/// The class of a letter; a space for vowels and what is not heard everywhere.
fn class(letter: char) -> Option<char> {
    Some(match letter {
        'b' | 'p' | 'б' | 'п' | 'ب' | 'پ' => 'b',
        'f' | 'v' | 'w' | 'ф' | 'в' | 'ف' | 'ڤ' => 'f',
        'd' | 't' | 'д' | 'т' | 'د' | 'ت' | 'ط' | 'ض' | 'ث' | 'ذ' => 't',
        'k' | 'c' | 'q' | 'g' | 'к' | 'г' | 'х' | 'ґ' | 'ك' | 'ق' | 'غ' | 'خ' | 'ک' | 'گ' => {
            'k'
        }
        's' | 'z' | 'j' | 'с' | 'з' | 'ц' | 'ш' | 'щ' | 'ж' | 'ч' | 'س' | 'ص' | 'ز' | 'ش' | 'ظ'
        | 'ج' | 'چ' => 's',
        'x' => 'k',
        'l' | 'л' | 'ل' => 'l',
        'm' | 'м' | 'م' => 'm',
        'n' | 'н' | 'ن' => 'n',
        'r' | 'р' | 'ر' => 'r',
        'a'..='z' | 'а'..='я' | 'і' | 'ї' | 'є' | 'ё' | '\u{621}'..='\u{64a}' | '\'' => ' ',
        _ => return None,
    })
}
