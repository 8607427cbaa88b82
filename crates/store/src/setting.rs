//! Settings: JSON texts by name.

use crate::{Result, Store};

impl Store {
    /// A setting's JSON text. Names: `connector.<name>`, `general`, `secret.<name>`,
    /// `story.lessons`.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let value = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?")
            .bind(name)
            .fetch_optional(self.readers())
            .await?;
        Ok(value)
    }

    /// Sets it.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES (?, ?) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(write.conn())
        .await?;
        write.numbers.settings += 1;
        write.commit().await
    }

    /// Sets it only where nothing is set yet and returns what counts.
    pub async fn setting_or(&self, name: &str, value: &str) -> Result<String> {
        if let Some(set) = self.setting(name).await? {
            return Ok(set);
        }
        let mut write = self.write().await?;
        let added = sqlx::query(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .execute(write.conn())
        .await?
        .rows_affected();
        write.numbers.settings += i64::from(added > 0);
        let counts = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?")
            .bind(name)
            .fetch_one(write.conn())
            .await?;
        write.commit().await?;
        Ok(counts)
    }
}
