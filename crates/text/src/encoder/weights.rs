//! The encoder's weight file. Its tables stay in the bytes they were read from.
//!
//! All numbers little-endian. Header of 128 bytes: magic `HORCHENC` (8), version, pieces, score of
//! an unknown character (4 each, signed), temperature of the encoder's tone (4), weights of the
//! encoder's and of the linear model's scores where both judge, in English, in German, and in the
//! languages of the second linear model (6 times 4), 8 reserved bytes, the 16 values of the
//! embedding's code (64), checksum of everything behind the header (8). Then:
//! 1. where each piece begins in 2., and where the last ends: pieces + 1 numbers of 4 bytes;
//! 2. the pieces, in UTF-8, sorted, the first three empty (unknown, begin, end); zeros up to a
//!    multiple of 4;
//! 3. their scores in steps of 1/1024 of a logarithm: 2 bytes each;
//! 4. the embedding's scales, [`GROUPS`] of 4 bytes a piece;
//! 5. the embedding, half a byte a number (an index into the code), the lower half first;
//! 6. the layers in the order of [`Layers`]: of a [`Dense`] one scale per output (4 bytes each),
//!    then per output a row of signed bytes; of a vector 4 bytes a number.

use std::array::from_fn;

pub use crate::model::Broken;
use crate::model::word;

/// The first bytes of a weight file.
pub const MAGIC: [u8; 8] = *b"HORCHENC";

/// Version of the file and of what the encoder reads.
pub const VERSION: u32 = 2;

/// Numbers of an embedding, of a piece or of a text.
pub const WIDE: usize = 512;

/// Numbers of one order of n-grams.
pub(super) const PART: usize = 256;

/// Numbers that the convolutions leave of a piece: its embedding and three orders.
pub(super) const SEEN: usize = WIDE + 3 * PART;

/// Scales per embedding.
pub(super) const GROUPS: usize = 4;

/// For each order of n-grams its length, and how many pieces before the own one it sees.
pub(super) const ORDERS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];

/// What the tone is read from: the text's embedding and the mean of what was seen.
pub(super) const READ: usize = WIDE + SEEN;

const HEADER: usize = 128;
const HIDDEN: usize = 320;

/// One dense layer: an output's weights are its row times its scale.
#[derive(Clone, Debug)]
pub(super) struct Dense<'a> {
    pub inputs: usize,
    pub scales: Vec<f32>,
    /// Signed bytes.
    pub rows: &'a [u8],
}

/// One convolution and what it adds to.
#[derive(Clone, Debug)]
pub(super) struct Convolution<'a> {
    pub weights: Dense<'a>,
    pub biases: Vec<f32>,
}

/// Everything behind the embedding.
#[derive(Clone, Debug)]
pub(super) struct Layers<'a> {
    pub project: Convolution<'a>,
    /// Gain and shift of the first normalisation, over all orders at once.
    pub first_norm: [Vec<f32>; 2],
    /// Per order the first and the second convolution.
    pub orders: [[Convolution<'a>; 2]; 3],
    /// Gain and shift of the second normalisation.
    pub second_norm: [Vec<f32>; 2],
    pub gather: Convolution<'a>,
    pub d0: Dense<'a>,
    pub p1: Dense<'a>,
    pub d1: Dense<'a>,
    pub d2: Dense<'a>,
    pub p3: Dense<'a>,
    pub d3: Dense<'a>,
    /// Three rows over what the tone is read from, and three biases.
    pub tone: Vec<f32>,
    pub tone_biases: Vec<f32>,
}

/// A weight file that has been read.
#[derive(Clone, Debug)]
pub(super) struct Weights<'a> {
    pub pieces: usize,
    pub unknown_score: i32,
    pub temperature: f32,
    /// What the scores of the encoder and of a linear model count where both judge: in English, in
    /// German, in the other languages.
    pub both: [[f32; 2]; 3],
    code: [f32; 16],
    begins: &'a [u8],
    letters: &'a [u8],
    scores: &'a [u8],
    scales: &'a [u8],
    embedding: &'a [u8],
    pub layers: Layers<'a>,
}

impl<'a> Weights<'a> {
    /// Reads a weight file, all but its checksum (see [`verify`]): what is not used is not touched.
    ///
    /// # Errors
    /// [`Broken`] says what is wrong with it.
    pub fn read(file: &'a [u8]) -> Result<Weights<'a>, Broken> {
        let (header, rest) = file.split_at_checked(HEADER).ok_or(Broken::Length)?;
        if header[..8] != MAGIC {
            return Err(Broken::Magic);
        }
        if word(header, 8) != VERSION {
            return Err(Broken::Version);
        }
        let pieces = word(header, 12) as usize;
        let float = |at| f32::from_bits(word(header, at));
        let temperature = float(20);
        let both: [[f32; 2]; 3] = from_fn(|i| [float(24 + 8 * i), float(28 + 8 * i)]);
        let code: [f32; 16] = from_fn(|i| float(56 + 4 * i));
        let sound = (4..=1 << 20).contains(&pieces)
            && temperature > 0.0
            && code
                .iter()
                .chain(both.as_flattened())
                .chain([&temperature])
                .all(|number| number.is_finite());
        if !sound {
            return Err(Broken::Header);
        }
        let mut rest = Rest(rest);
        let begins = rest.take(4 * (pieces + 1))?;
        let last = word(begins, 4 * pieces) as usize;
        let letters = rest.take(last)?;
        rest.take(last.next_multiple_of(4) - last)?;
        let ascending = begins.chunks_exact(4).zip(begins[4..].chunks_exact(4));
        if !ascending.into_iter().all(|(a, b)| word(a, 0) <= word(b, 0)) {
            return Err(Broken::Header);
        }
        let weights = Weights {
            pieces,
            unknown_score: word(header, 16) as i32,
            temperature,
            both,
            code,
            begins,
            letters,
            scores: rest.take(2 * pieces)?,
            scales: rest.take(4 * GROUPS * pieces)?,
            embedding: rest.take(WIDE / 2 * pieces)?,
            layers: Layers::read(&mut rest)?,
        };
        if rest.0.is_empty() { Ok(weights) } else { Err(Broken::Length) }
    }

    /// The letters of a piece; a word begins with a space.
    pub fn piece(&self, id: usize) -> &'a [u8] {
        let at = |i: usize| word(self.begins, 4 * i) as usize;
        self.letters.get(at(id)..at(id + 1)).unwrap_or_default()
    }

    /// The score of a piece, in steps.
    pub fn score(&self, id: usize) -> i32 {
        i32::from(i16::from_le_bytes([self.scores[2 * id], self.scores[2 * id + 1]]))
    }

    /// Writes the embedding of a piece, [`WIDE`] numbers.
    pub fn embed(&self, id: usize, out: &mut [f32]) {
        let bytes = &self.embedding[id * WIDE / 2..(id + 1) * WIDE / 2];
        let size = WIDE / GROUPS;
        for (group, (out, bytes)) in
            out.chunks_exact_mut(size).zip(bytes.chunks_exact(size / 2)).enumerate()
        {
            let scale = f32::from_bits(word(self.scales, 4 * (id * GROUPS + group)));
            for (two, byte) in out.chunks_exact_mut(2).zip(bytes) {
                two[0] = self.code[usize::from(byte & 15)] * scale;
                two[1] = self.code[usize::from(byte >> 4)] * scale;
            }
        }
    }
}

impl<'a> Layers<'a> {
    fn read(rest: &mut Rest<'a>) -> Result<Layers<'a>, Broken> {
        let project = rest.convolution(WIDE, 3 * PART)?;
        let first_norm = [rest.vector(3 * PART)?, rest.vector(3 * PART)?];
        let mut order = |(length, _): (usize, usize)| -> Result<_, Broken> {
            Ok([rest.convolution(length * PART, PART)?, rest.convolution(length * PART, PART)?])
        };
        let orders = [order(ORDERS[0])?, order(ORDERS[1])?, order(ORDERS[2])?];
        Ok(Layers {
            project,
            first_norm,
            orders,
            second_norm: [rest.vector(SEEN)?, rest.vector(SEEN)?],
            gather: rest.convolution(SEEN, WIDE)?,
            d0: rest.dense(WIDE, HIDDEN)?,
            p1: rest.dense(WIDE, HIDDEN)?,
            d1: rest.dense(HIDDEN, HIDDEN)?,
            d2: rest.dense(HIDDEN, WIDE)?,
            p3: rest.dense(HIDDEN, WIDE)?,
            d3: rest.dense(WIDE, WIDE)?,
            tone: rest.vector(3 * READ)?,
            tone_biases: rest.vector(3)?,
        })
    }
}

/// What is left of a file.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Broken> {
        let (taken, left) = self.0.split_at_checked(bytes).ok_or(Broken::Length)?;
        self.0 = left;
        Ok(taken)
    }

    fn vector(&mut self, numbers: usize) -> Result<Vec<f32>, Broken> {
        let bytes = self.take(4 * numbers)?;
        Ok(bytes.chunks_exact(4).map(|four| f32::from_bits(word(four, 0))).collect())
    }

    fn dense(&mut self, inputs: usize, outputs: usize) -> Result<Dense<'a>, Broken> {
        let scales = self.vector(outputs)?;
        Ok(Dense { inputs, scales, rows: self.take(inputs * outputs)? })
    }

    fn convolution(&mut self, inputs: usize, outputs: usize) -> Result<Convolution<'a>, Broken> {
        Ok(Convolution { weights: self.dense(inputs, outputs)?, biases: self.vector(outputs)? })
    }
}

/// Whether the bytes behind the header are those that were written: reads all of the file.
///
/// # Errors
/// [`Broken::Checksum`], or whatever else is wrong with it.
pub fn verify(file: &[u8]) -> Result<(), Broken> {
    Weights::read(file)?;
    let (header, rest) = file.split_at_checked(HEADER).ok_or(Broken::Length)?;
    if header[HEADER - 8..] == checksum(rest).to_le_bytes() {
        Ok(())
    } else {
        Err(Broken::Checksum)
    }
}

/// FNV-1a over eight bytes at a time, the last ones filled up with zeros.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(eight)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
