//! `horch query`, `horch archive`, `horch list`: what people ask on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `horch query …`. A query is given as text, or `-` reads it from standard input.
#[derive(Subcommand, Debug)]
pub enum QueryCommand {
    /// Say whether a query is understood, and how
    #[command(after_help = "\
Example:
  horch query parse '\"windows 7\" AND (crash* OR broken) -sale'")]
    Parse {
        /// The query; - reads it from standard input
        query: String,
        /// Lower-case operators count too
        #[arg(long)]
        lenient: bool,
        /// The tree, the warnings and the work it means, as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a query fully bracketed, as Horch understands it
    Print {
        /// The query; - reads it from standard input
        query: String,
    },
    /// Say a query in words, branch by branch, with the work each branch means
    #[command(after_help = "\
Examples:
  horch query explain '(recall OR rückruf) NEAR/8 lamp'
  horch query explain 'lamp SENTENCE fire' --post https://blog.example/1")]
    Explain {
        /// The query; - reads it from standard input
        query: String,
        /// Say which branches hit in this post: its address or its id
        #[arg(long, value_name = "POST")]
        post: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Read queries of another tool and print them as Horch understands them, with notes
    ///
    /// The native text goes to standard output, notes and errors to standard error. Ends with an
    /// error when a query cannot be read.
    #[command(after_help = "\
Examples:
  horch query import --dialect brandwatch boolean.txt
  echo 'lamp NEAR/3 (fire OR burns)' | horch query import --dialect talkwalker -
  horch query import --dialect lucene --lines queries.tsv --json")]
    Import {
        /// The tool the queries were written for
        #[arg(long, value_enum)]
        dialect: Dialect,
        /// The file; - reads standard input
        file: PathBuf,
        /// The file holds one query a line (`query` or `name<TAB>query`) instead of one query
        #[arg(long)]
        lines: bool,
        /// One JSON object a query
        #[arg(long)]
        json: bool,
    },
    /// Say which branches a post fails
    #[command(
        name = "why-not",
        after_help = "\
Example:
  horch query why-not 'lamp AND fire' --post https://blog.example/1"
    )]
    WhyNot {
        /// The query; - reads it from standard input
        query: String,
        /// The post: its address or its id
        #[arg(long, value_name = "POST")]
        post: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what changed between two queries, in words and on the archive
    #[command(after_help = "\
Example:
  horch query diff 'lamp AND fire' 'lamp AND (fire OR burn*)'")]
    Diff {
        /// The old query
        old: String,
        /// The new query
        new: String,
        /// Posts shown that it gains and loses
        #[arg(long, default_value_t = 3)]
        limit: usize,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Try a query on the archive: count per day, newest matches, near misses
    Test(Ask),
    /// Search the archive, newest first
    #[command(after_help = "\
Examples:
  horch query search 'lamp AND fire' --since 2026-11-01
  horch query search lang:de --json --limit 1000000 > german.jsonl")]
    Search(Ask),
}

/// What is asked of the archive.
#[derive(Args, Debug)]
pub struct Ask {
    /// The query; - reads it from standard input
    pub query: String,
    /// Published from this moment on (2026-11-24 or 2026-11-24T07:15)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Published before this moment; a bare date includes that day
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Newest matches shown
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    /// One JSON object a post
    #[arg(long)]
    pub json: bool,
}

/// Whose query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Horch's own
    Native,
    /// Brandwatch
    Brandwatch,
    /// Talkwalker
    Talkwalker,
    /// Meltwater
    Meltwater,
    /// Lucene and Elasticsearch query_string
    Lucene,
    /// Rules of X (Twitter)
    X,
    /// Manticore and Sphinx
    Manticore,
}

/// `horch archive …`
#[derive(Subcommand, Debug)]
pub enum ArchiveCommand {
    /// Say what the archive holds and how far its index is behind
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Build the index anew from the stored posts
    Rebuild,
    /// The same as `horch query search`
    Search(Ask),
    /// Write every post that matches into a file
    #[command(after_help = "\
Examples:
  horch archive export 'lamp AND fire' lamp.csv
  horch archive export 'lang:de' german.parquet --since 2026-11-01
  horch archive export 'lamp' - --format jsonl | head")]
    Export(Export),
}

/// `horch archive export`.
#[derive(Args, Debug)]
pub struct Export {
    /// The query; - reads it from standard input
    pub query: String,
    /// The file; - writes to standard output
    pub file: PathBuf,
    /// Its format [default: by the file's ending]
    #[arg(long, value_enum)]
    pub format: Option<FileFormat>,
    /// Published from this moment on (2026-11-24 or 2026-11-24T07:15)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Published before this moment; a bare date includes that day
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
}

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// Comma-separated, safe for spreadsheets
    Csv,
    /// One JSON object a line
    Jsonl,
    /// Apache Parquet
    Parquet,
}

/// `horch list …`: source lists and saved queries.
#[derive(Subcommand, Debug)]
pub enum ListCommand {
    /// Make a source list or replace its entries: list:"NAME" in a query means any of them
    #[command(after_help = "\
Example:
  horch list set 'Trade press' kuechentechnik.example @redaktion@social.example")]
    Set {
        /// Its name
        name: String,
        /// Sites, accounts or keys; - reads them from standard input, one a line
        #[arg(required = true)]
        entries: Vec<String>,
    },
    /// Save a query under a name: query:"NAME" in a query means what it says
    Save {
        /// Its name
        name: String,
        /// The query; - reads it from standard input
        query: String,
    },
    /// Show all lists and saved queries, and who refers to them
    Show {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Remove a list
    Remove {
        /// Its name
        name: String,
    },
    /// Remove a saved query
    Forget {
        /// Its name
        name: String,
    },
}

/// `horch learning …`: what was learnt from verdicts.
#[derive(Subcommand, Debug)]
pub enum LearningCommand {
    /// Show all versions, what each brought, and which one judges
    Show {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Choose which version judges, from the next post on
    #[command(after_help = "\
Examples:
  horch learning use newest
  horch learning use none --watch 'Our trains'
  horch learning use 12")]
    Use {
        /// A number that `horch learning show` lists; newest: the newest, if it is better; none:
        /// what lies below (the house's for a watch, the shipped model for the house)
        version: String,
        /// For the mentions of this watch instead of the whole house's
        #[arg(long, value_name = "NAME")]
        watch: Option<String>,
        /// What judges whether mentions are of this kind (complaint, question, praise, call, claim,
        /// crisis, abuse or offtopic) instead of their tone
        #[arg(long)]
        kind: Option<String>,
    },
}

/// `horch stories`.
#[derive(Args, Debug)]
pub struct Stories {
    /// Only this one, with the rungs it has reached
    pub number: Option<i64>,
    /// Only with mentions of this watch
    #[arg(long, value_name = "NAME")]
    pub watch: Option<String>,
    /// In which order
    #[arg(long, value_enum, default_value = "newest")]
    pub order: Order,
    /// With so many posts or more
    #[arg(long, default_value_t = 2)]
    pub least: u64,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// An order of stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// Whose newest post is newest
    Newest,
    /// Most posts
    Biggest,
    /// Gravest
    Gravest,
}
