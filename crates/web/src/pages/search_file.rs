//! What a search found as a file, streamed: `/search.csv`, `/search.jsonl`, `/search.parquet`.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::Post;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
use store::Ask;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::ask::Asked;
use crate::fail::Fail;
use crate::pages::search::file;
use crate::records::{Format, Records};

/// Posts on their way from the archive into the file.
const AHEAD: usize = 256;
/// A piece of the file is sent when it is so large, in bytes.
const PIECE: usize = 64 * 1024;

/// `GET /search.csv?q=…&since=…&until=…`
pub async fn csv(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    file(app, query, Format::Csv).await
}

/// `GET /search.jsonl?q=…`
pub async fn lines(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    file(app, query, Format::Lines).await
}

/// `GET /search.parquet?q=…`
pub async fn parquet(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fail> {
    file(app, query, Format::Parquet).await
}

/// The file, made while it is read: whoever stops reading stops the search.
pub async fn stream(app: App, asked: Asked, ask: Ask, format: Format) -> Result<Response, Fail> {
    let turn = app.turn().await?;
    let (into, posts) = mpsc::channel(AHEAD);
    let archive = app.archive().clone();
    let ask = Ask { before: None, limit: usize::MAX, ..ask };
    let search = tokio::spawn(async move {
        let _turn = turn;
        archive.each(&asked.query.ast, ask, asked.decide(), into).await
    });
    let records =
        Records::begin(format).map_err(|e| Fail::Store(format!("a file could not begin: {e}")))?;
    let making = Making { records, posts, search };
    let pieces = unfold(Some(making), |making| async move {
        let mut making = making?;
        match making.piece().await {
            Ok((piece, true)) => Some((Ok(Bytes::from(piece)), None)),
            Ok((piece, false)) => Some((Ok(Bytes::from(piece)), Some(making))),
            // The connection is cut: nobody takes half a file for a whole one.
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    let name = format!("attachment; filename=\"horch-search.{}\"", format.ending());
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// A file in the making.
struct Making {
    records: Records,
    posts: mpsc::Receiver<Post>,
    search: JoinHandle<store::Result<u64>>,
}

impl Making {
    /// The next piece, and whether it is the last.
    async fn piece(&mut self) -> io::Result<(Vec<u8>, bool)> {
        let mut piece = self.records.take();
        while let Some(post) = self.posts.recv().await {
            self.records.add(post)?;
            piece.append(&mut self.records.take());
            if piece.len() >= PIECE {
                return Ok((piece, false));
            }
        }
        (&mut self.search).await.map_err(io::Error::other)?.map_err(io::Error::other)?;
        piece.append(&mut self.records.finish()?);
        Ok((piece, true))
    }
}
