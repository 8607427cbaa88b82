//! What can go wrong.

/// Why a question to the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A name is taken.
    #[error("the name {0:?} is taken")]
    Taken(String),
    /// There is no such row.
    #[error("there is no {0}")]
    Missing(String),
    /// The file belongs to a newer Horch, or is no database.
    #[error("{0}")]
    Unusable(String),
    /// The disk is full or the file is locked.
    #[error("database: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for StoreError {
    /// Tells a damaged file, which no second try mends, from everything else.
    fn from(error: sqlx::Error) -> StoreError {
        let code = error.as_database_error().and_then(|e| e.code()?.parse().ok());
        of_sqlite(code, error)
    }
}

impl From<rusqlite::Error> for StoreError {
    /// As from sqlx's.
    fn from(error: rusqlite::Error) -> StoreError {
        of_sqlite(error.sqlite_error().map(|e| e.extended_code), error)
    }
}

/// `code` is SQLite's own.
fn of_sqlite(
    code: Option<i32>,
    error: impl std::error::Error + Send + Sync + 'static,
) -> StoreError {
    const CORRUPT: i32 = 11;
    const NOT_A_DATABASE: i32 = 26;
    // The low byte is the kind, the rest says more.
    match code.map(|code| code & 0xff) {
        Some(CORRUPT) => StoreError::Unusable(format!("the database is damaged: {error}")),
        Some(NOT_A_DATABASE) => StoreError::Unusable("the file is no database".into()),
        _ => StoreError::Database(Box::new(error)),
    }
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, StoreError>;
