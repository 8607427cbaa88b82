//! A linear model over hashed features, one signed byte a weight, and its file.
//!
//! A model knows the features that it met often enough in training and leaves out all others:
//! rare ones teach little and would fall on rows of the table that others need.
//!
//! File, all numbers little-endian: magic `HORCHLIN` (8 bytes), version, classes, bits, filter
//! bits, temperature (4 bytes each), zero (4 bytes), FNV-1a checksum of everything behind it (8
//! bytes); then per class a name (8 bytes, padded with zeros), a scale and a bias (4 bytes each);
//! then the filter, 2^(filter bits) bits; then 2^bits rows of one signed byte per class.

use std::borrow::Cow;

use crate::features::{Bag, Take};

/// The first bytes of a weight file.
pub const MAGIC: [u8; 8] = *b"HORCHLIN";

/// Version of the file and of the features it was trained with.
pub const VERSION: u32 = 1;

/// Most classes a file may have.
pub const MAX_CLASSES: usize = 64;

const HEADER: usize = 40;
const PER_CLASS: usize = 16;

/// A trained linear model. Its weights stay in the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// Class names, in the order of the scores.
    pub names: Vec<&'a str>,
    /// The table has 2^bits rows.
    pub bits: u32,
    /// What scores are divided by so that their softmax is calibrated; above 0.
    pub temperature: f32,
    scales: Vec<f32>,
    biases: Vec<f32>,
    filter: Filter<'a>,
    weights: Cow<'a, [u8]>,
}

/// The features that a model knows: one bit per value of their hashes' upper bits, so that a few
/// strangers pass.
#[derive(Clone, Debug)]
pub struct Filter<'a> {
    bits: u32,
    set: Cow<'a, [u8]>,
}

impl Filter<'_> {
    /// The filter of 2^bits bits (`bits` from 3 to 24) that lets `hashes` pass.
    pub fn of(bits: u32, hashes: impl IntoIterator<Item = u32>) -> Filter<'static> {
        let mut set = vec![0u8; 1 << (bits - 3)];
        for hash in hashes {
            let at = (hash >> (32 - bits)) as usize;
            set[at / 8] |= 1 << (at % 8);
        }
        Filter { bits, set: set.into() }
    }

    /// Whether a feature passes.
    #[must_use]
    pub fn holds(&self, hash: u32) -> bool {
        let at = (hash >> (32 - self.bits)) as usize;
        self.set[at / 8] >> (at % 8) & 1 == 1
    }
}

/// Why bytes are not a weight file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Shorter or longer than its header says.
    Length,
    /// Does not begin with the magic bytes of its kind.
    Magic,
    /// Of another version.
    Version,
    /// A number or a name of the header is out of range.
    Header,
    /// The checksum differs.
    Checksum,
}

impl<'a> Model<'a> {
    /// Reads a weight file.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with it.
    pub fn read(file: &'a [u8]) -> Result<Model<'a>, Broken> {
        let (header, rest) = file.split_at_checked(HEADER).ok_or(Broken::Length)?;
        if header[..8] != MAGIC {
            return Err(Broken::Magic);
        }
        if word(header, 8) != VERSION {
            return Err(Broken::Version);
        }
        let classes = word(header, 12) as usize;
        let bits = word(header, 16);
        let filter_bits = word(header, 20);
        let temperature = f32::from_bits(word(header, 24));
        let sound = (2..=MAX_CLASSES).contains(&classes)
            && (1..=24).contains(&bits)
            && (3..=24).contains(&filter_bits)
            && temperature.is_finite()
            && temperature > 0.0;
        if !sound {
            return Err(Broken::Header);
        }
        let filter_bytes = 1usize << (filter_bits - 3);
        if rest.len() != classes * PER_CLASS + filter_bytes + (classes << bits) {
            return Err(Broken::Length);
        }
        if header[32..] != fnv(rest).to_le_bytes() {
            return Err(Broken::Checksum);
        }
        let (table, rest) = rest.split_at(classes * PER_CLASS);
        let (filter, weights) = rest.split_at(filter_bytes);
        let names = table
            .chunks_exact(PER_CLASS)
            .map(|row| std::str::from_utf8(&row[..8]).map(|n| n.trim_end_matches('\0')))
            .collect::<Result<_, _>>()
            .map_err(|_| Broken::Header)?;
        let float = |at| move |row: &[u8]| f32::from_bits(word(row, at));
        Ok(Model {
            names,
            bits,
            temperature,
            scales: table.chunks_exact(PER_CLASS).map(float(8)).collect(),
            biases: table.chunks_exact(PER_CLASS).map(float(12)).collect(),
            filter: Filter { bits: filter_bits, set: filter.into() },
            weights: weights.into(),
        })
    }

    /// The same, holding its own bytes; classes get `names` of the program.
    #[must_use]
    pub fn owned(self, names: Vec<&'static str>) -> Model<'static> {
        let set = Cow::Owned(self.filter.set.into_owned());
        Model {
            names,
            bits: self.bits,
            temperature: self.temperature,
            scales: self.scales,
            biases: self.biases,
            filter: Filter { bits: self.filter.bits, set },
            weights: Cow::Owned(self.weights.into_owned()),
        }
    }

    /// The weight file it was read from.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let classes = self.names.iter().zip(self.scales.iter().zip(&self.biases));
        let classes = classes.map(|(name, (scale, bias))| (*name, *scale, *bias)).collect();
        assemble(classes, self.bits, &self.filter, self.temperature, &self.weights)
    }

    /// Log-odds per class, before the temperature; as many as there are [`Model::names`].
    ///
    /// Each of the two groups of a bag has length one, however many known features it holds. Sums are
    /// whole numbers, so that their order does not matter.
    #[must_use]
    pub fn scores(&self, bag: &Bag) -> Vec<f32> {
        let mut sums = self.sums();
        bag.words.iter().for_each(|&hash| sums.word(hash));
        bag.chars.iter().for_each(|&hash| sums.chars(hash));
        sums.scores()
    }

    /// Adds up the weights of a text's features as they are told.
    #[must_use]
    pub fn sums(&self) -> Sums<'_, 'a> {
        Sums { model: self, words: Group::default(), chars: Group::default() }
    }

    fn row(&self, hash: u32) -> &[u8] {
        let classes = self.names.len();
        let start = bucket(hash, self.bits) * classes;
        &self.weights[start..start + classes]
    }
}

/// The scores of one text in the making, see [`Model::sums`].
pub struct Sums<'m, 'a> {
    model: &'m Model<'a>,
    words: Group,
    chars: Group,
}

impl Sums<'_, '_> {
    /// As [`Model::scores`] of a bag of the same features.
    #[must_use]
    pub fn scores(mut self) -> Vec<f32> {
        let mut scores = self.model.biases.clone();
        for group in [&mut self.words, &mut self.chars] {
            group.add_up(self.model);
            let share = length_factor(group.met.len);
            for (class, score) in scores.iter_mut().enumerate() {
                *score += group.sums[class] as f32 * self.model.scales[class] * share;
            }
        }
        scores
    }
}

impl Take for Sums<'_, '_> {
    fn word(&mut self, hash: u32) {
        self.words.add(self.model, hash);
    }

    fn chars(&mut self, hash: u32) {
        self.chars.add(self.model, hash);
    }
}

/// Features that are added up at once. So many signed bytes fit a sum of 16 bits.
const BATCH: usize = 256;

/// The table is larger than what is nearest to the processor, and which of its rows come next is
/// chance. So known features are gathered first; then their rows are fetched side by side, since no
/// fetch waits for a guess about the one before; then they are added up.
struct Group {
    met: Seen,
    sums: [i32; MAX_CLASSES],
    /// Known features that wait.
    waiting: [u32; BATCH],
    count: usize,
}

impl Default for Group {
    fn default() -> Group {
        Group { met: Seen::default(), sums: [0; MAX_CLASSES], waiting: [0; BATCH], count: 0 }
    }
}

impl Group {
    #[inline]
    fn add(&mut self, model: &Model<'_>, hash: u32) {
        // Written in any case and counted only if known: nothing to guess.
        self.waiting[self.count] = hash;
        self.count += usize::from(model.filter.holds(hash));
        if self.count == BATCH {
            self.add_up(model);
        }
    }

    fn add_up(&mut self, model: &Model<'_>) {
        let mut fresh = 0;
        for at in 0..self.count {
            let hash = self.waiting[at];
            self.waiting[fresh] = hash;
            fresh += usize::from(self.met.insert(hash));
        }
        self.count = 0;
        let fresh = &self.waiting[..fresh];
        let ends = |hash: &u32| -> u8 {
            let row = model.row(*hash);
            row[0] ^ row[row.len() - 1]
        };
        std::hint::black_box(fresh.iter().map(ends).fold(0, |sum, byte| sum ^ byte));
        let mut sums = [0_i16; MAX_CLASSES];
        for hash in fresh {
            add_row(&mut sums, model.row(*hash));
        }
        for (whole, sum) in self.sums.iter_mut().zip(sums) {
            *whole += i32::from(sum);
        }
    }
}

/// Sixteen classes at a time: what the compiler makes a few instructions of.
#[inline]
fn add_row(sums: &mut [i16; MAX_CLASSES], row: &[u8]) {
    let (sixteens, rest) = row.as_chunks::<16>();
    let (into, into_rest) = sums.split_at_mut(16 * sixteens.len());
    let add = |sum: &mut i16, weight: u8| *sum += i16::from(weight as i8);
    for (sums, weights) in into.as_chunks_mut::<16>().0.iter_mut().zip(sixteens) {
        sums.iter_mut().zip(*weights).for_each(|(sum, weight)| add(sum, weight));
    }
    into_rest.iter_mut().zip(rest).for_each(|(sum, weight)| add(sum, *weight));
}

/// Hashes met so far: an open table, at most half full. 0 marks an empty slot, and is itself held
/// to be met once it came.
#[derive(Default)]
struct Seen {
    table: Vec<u32>,
    len: usize,
    zero: bool,
}

impl Seen {
    /// Whether the hash is new.
    fn insert(&mut self, hash: u32) -> bool {
        let new = if hash == 0 { !std::mem::replace(&mut self.zero, true) } else { self.put(hash) };
        self.len += usize::from(new);
        new
    }

    fn put(&mut self, hash: u32) -> bool {
        if 2 * self.len >= self.table.len() {
            self.grow();
        }
        let mask = self.table.len() - 1;
        // The lowest bits choose the row of weights: other bits spread better here.
        let mut at = (hash >> 7) as usize & mask;
        while self.table[at] != 0 {
            if self.table[at] == hash {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.table[at] = hash;
        true
    }

    fn grow(&mut self) {
        let size = (4 * self.table.len()).max(1_024);
        let old = std::mem::replace(&mut self.table, vec![0; size]);
        for hash in old.into_iter().filter(|&hash| hash != 0) {
            let mut at = (hash >> 7) as usize & (size - 1);
            while self.table[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = hash;
        }
    }
}

/// The row of a hash in a table of 2^bits rows.
#[must_use]
pub fn bucket(hash: u32, bits: u32) -> usize {
    (hash & ((1u32 << bits) - 1)) as usize
}

/// The value of each of `features` binary features in a group of Euclidean length one.
#[must_use]
pub fn length_factor(features: usize) -> f32 {
    if features == 0 { 0.0 } else { 1.0 / (features as f32).sqrt() }
}

/// Probabilities of the scores at a temperature, rounded to thousandths so that machines whose
/// `exp` differs in the last bit agree. Scores of minus infinity get 0.
#[must_use]
pub fn probabilities(scores: &[f32], temperature: f32) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exps: Vec<f32> = scores.iter().map(|s| ((s - top) / temperature).exp()).collect();
    let sum: f32 = exps.iter().sum();
    exps.iter().map(|e| (e / sum * 1000.0).round() / 1000.0).collect()
}

/// Writes a weight file: `weights`, trained on features that pass the `filter`, are 2^bits rows of one number per name; each class is scaled
/// so that its largest weight fits a signed byte. Names have at most 8 bytes.
#[must_use]
pub fn write(
    names: &[&str],
    bits: u32,
    filter: &Filter<'_>,
    temperature: f32,
    biases: &[f32],
    weights: &[f32],
) -> Vec<u8> {
    let classes = names.len();
    let scales: Vec<f32> = (0..classes).map(|c| scale_of(weights, classes, c)).collect();
    let quantised = |row: &[f32]| -> Vec<u8> {
        row.iter().zip(&scales).map(|(w, s)| (w / s).round() as i8 as u8).collect()
    };
    let rows: Vec<u8> = weights.chunks_exact(classes).flat_map(quantised).collect();
    let classes = names.iter().zip(scales.iter().zip(biases));
    let classes = classes.map(|(name, (scale, bias))| (*name, *scale, *bias)).collect();
    assemble(classes, bits, filter, temperature, &rows)
}

/// A file from its parts: name, scale and bias per class, and the rows as they stand in it.
fn assemble(
    classes: Vec<(&str, f32, f32)>,
    bits: u32,
    filter: &Filter<'_>,
    temperature: f32,
    rows: &[u8],
) -> Vec<u8> {
    let mut body = Vec::with_capacity(classes.len() * PER_CLASS + filter.set.len() + rows.len());
    for (name, scale, bias) in &classes {
        let mut padded = [0u8; 8];
        padded[..name.len()].copy_from_slice(name.as_bytes());
        body.extend(padded);
        body.extend(scale.to_le_bytes());
        body.extend(bias.to_le_bytes());
    }
    body.extend(filter.set.iter());
    body.extend(rows);
    let mut file = Vec::with_capacity(HEADER + body.len());
    file.extend(MAGIC);
    file.extend(VERSION.to_le_bytes());
    file.extend((classes.len() as u32).to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(filter.bits.to_le_bytes());
    file.extend(temperature.to_le_bytes());
    file.extend([0; 4]);
    file.extend(fnv(&body).to_le_bytes());
    file.extend(body);
    file
}

fn scale_of(weights: &[f32], classes: usize, class: usize) -> f32 {
    let column = weights.iter().skip(class).step_by(classes);
    let largest = column.fold(0f32, |top, w| top.max(w.abs()));
    if largest == 0.0 { 1.0 } else { largest / 127.0 }
}

/// The little-endian number of four bytes there.
pub(crate) fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vec<u8> {
        let weights = [1.0, -2.0, 0.0, 0.5, 0.0, 0.0, 0.25, 0.0];
        let filter = Filter::of(4, [4, 8]);
        write(&["a", "b"], 2, &filter, 1.5, &[0.1, -0.1], &weights)
    }

    #[test]
    fn what_is_written_is_read() {
        let file = small();
        let model = Model::read(&file).unwrap();
        assert_eq!(model.names, ["a", "b"]);
        assert_eq!(model.file(), file);
        assert_eq!(model.clone().owned(vec!["a", "b"]).file(), file);
        assert_eq!((model.bits, model.temperature), (2, 1.5));
        let scores = model.scores(&Bag { words: vec![4, 8], chars: vec![] });
        let two = 2.0 / 2f32.sqrt();
        assert!((scores[0] - (0.1 + two)).abs() < 0.02, "{scores:?}");
        assert!((scores[1] - (-0.1 - 2.0 * two)).abs() < 0.04, "{scores:?}");
        assert_eq!(model.scores(&Bag::default()), [0.1, -0.1]);
        let twice = model.scores(&Bag { words: vec![4, 8, 4, 8, 4], chars: vec![] });
        assert_eq!(twice, scores);
        let with_stranger = Bag { words: vec![4, 8, 5 << 28], chars: vec![] };
        assert_eq!(model.scores(&with_stranger), scores);
    }

    #[test]
    fn a_hash_is_new_once() {
        let mut seen = Seen::default();
        let hashes = || (0..5_000_u32).map(|n| n.wrapping_mul(0x9e37_79b1));
        assert_eq!(hashes().filter(|&hash| seen.insert(hash)).count(), 5_000);
        assert_eq!(hashes().filter(|&hash| seen.insert(hash)).count(), 0);
        assert_eq!(seen.len, 5_000);
    }

    #[test]
    fn broken_files_are_refused() {
        let check = |change: &dyn Fn(&mut Vec<u8>), expect: Broken| {
            let mut file = small();
            change(&mut file);
            assert_eq!(Model::read(&file).err(), Some(expect));
        };
        check(&|f| f.truncate(10), Broken::Length);
        check(&|f| f.truncate(f.len() - 1), Broken::Length);
        check(&|f| f[0] = b'x', Broken::Magic);
        check(&|f| f[8] = 9, Broken::Version);
        check(&|f| f[12] = 1, Broken::Header);
        check(&|f| f[16] = 200, Broken::Header);
        check(&|f| f[20] = 2, Broken::Header);
        check(&|f| f[27] = 0x80, Broken::Header);
        check(&|f| *f.last_mut().unwrap() ^= 1, Broken::Checksum);
    }

    #[test]
    fn probabilities_sum_to_one() {
        let p = probabilities(&[1.0, 1.0, f32::NEG_INFINITY], 2.0);
        assert_eq!(p, [0.5, 0.5, 0.0]);
        assert_eq!(probabilities(&[900.0, -900.0], 1.0), [1.0, 0.0]);
    }
}
