//! People who may sign in, and their sessions.

use domain::Time;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::rows::fold;
use crate::{Result, Store, StoreError, User};

fn user_from(row: &SqliteRow) -> Result<User> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        lang: row.try_get("lang")?,
    })
}

impl Store {
    /// Adds a person; [`StoreError::Taken`] when the name is.
    pub async fn add_user(&self, name: &str, password_hash: &str, lang: &str) -> Result<User> {
        let mut write = self.write().await?;
        let taken = sqlx::query("SELECT id FROM users WHERE folded = ?")
            .bind(fold(name))
            .fetch_optional(write.conn())
            .await?;
        if taken.is_some() {
            return Err(StoreError::Taken(name.to_owned()));
        }
        let row = sqlx::query(
            "INSERT INTO users (name, folded, password_hash, lang) VALUES (?, ?, ?, ?) \
             RETURNING id, name, password_hash, lang",
        )
        .bind(name.trim())
        .bind(fold(name))
        .bind(password_hash)
        .bind(lang)
        .fetch_one(write.conn())
        .await?;
        let user = user_from(&row)?;
        write.commit().await?;
        Ok(user)
    }

    /// All people, by name.
    pub async fn users(&self) -> Result<Vec<User>> {
        let rows =
            sqlx::query("SELECT * FROM users ORDER BY folded").fetch_all(self.readers()).await?;
        rows.iter().map(user_from).collect()
    }

    /// One by sign-in name, case aside.
    pub async fn user_named(&self, name: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM users WHERE folded = ?")
            .bind(fold(name))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(user_from).transpose()
    }

    /// Changes password hash or language; [`StoreError::Missing`] when there is no such person.
    pub async fn change_user(&self, user: &User) -> Result<()> {
        let mut write = self.write().await?;
        let changed = sqlx::query("UPDATE users SET password_hash = ?, lang = ? WHERE id = ?")
            .bind(&user.password_hash)
            .bind(&user.lang)
            .bind(user.id)
            .execute(write.conn())
            .await?
            .rows_affected();
        if changed == 0 {
            return Err(StoreError::Missing(format!("person {}", user.id)));
        }
        write.commit().await
    }

    /// Opens a session under the SHA-256 of its token; [`StoreError::Missing`] without the person.
    pub async fn add_session(&self, token_hash: &[u8; 32], user: i64, until: Time) -> Result<()> {
        let mut write = self.write().await?;
        let known = sqlx::query("SELECT id FROM users WHERE id = ?")
            .bind(user)
            .fetch_optional(write.conn())
            .await?;
        if known.is_none() {
            return Err(StoreError::Missing(format!("person {user}")));
        }
        sqlx::query(
            "INSERT INTO sessions (token_hash, person, until) VALUES (?, ?, ?) \
             ON CONFLICT (token_hash) DO UPDATE SET person = excluded.person, \
             until = excluded.until",
        )
        .bind(token_hash.to_vec())
        .bind(user)
        .bind(until.0)
        .execute(write.conn())
        .await?;
        write.commit().await
    }

    /// The person of a session that has not ended.
    pub async fn session(&self, token_hash: &[u8; 32], now: Time) -> Result<Option<User>> {
        let row = sqlx::query(
            "SELECT u.* FROM sessions s JOIN users u ON u.id = s.person \
             WHERE s.token_hash = ? AND s.until > ?",
        )
        .bind(token_hash.to_vec())
        .bind(now.0)
        .fetch_optional(self.readers())
        .await?;
        row.as_ref().map(user_from).transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE token_hash = ?")
            .bind(token_hash.to_vec())
            .execute(write.conn())
            .await?;
        write.commit().await
    }

    /// Ends all sessions of a person.
    pub async fn end_sessions(&self, user: i64) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE person = ?")
            .bind(user)
            .execute(write.conn())
            .await?;
        write.commit().await
    }
}
