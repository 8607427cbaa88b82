//! The forecast of sizes, by cross-validation over repost cascades.

mod elsewhere;

use std::path::Path;

use domain::forecast::horizon;
use domain::forecast::model::{Growth, MOMENTS, Model};

use super::Figures;
use crate::train::forecast::{Cascade, Fitted, Row, cascades, folds, rows, widen};

/// So many reposts until then must a cascade have for the figures with goals. On these the
/// log-linear model comes to the error beside which the goals were set; what is said of cascades
/// with fewer is told, too.
const MEASURED: usize = 10;

/// Measures the forecast.
///
/// # Errors
/// Data that are missing or unreadable.
pub(super) fn forecast(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let cascades = cascades(folder)?;
    println!("# Forecast: {} cascades, cross-validated by cascade\n", cascades.len());
    let open = rows(&cascades, false);
    let models = calibrated(&open)?;
    sizes(&cascades, &open, &models, figures);
    shipped(&cascades, &open, figures);
    horizons(&open, &models, figures);
    elsewhere::news(folder, figures)?;
    let deep = rows(&cascades, true);
    let with = folds(&deep)?;
    println!("\nWith who reposted whom (the product does not have it):");
    for age in [1.0, 6.0] {
        let mut seen = finals(&cascades, &deep, &|r| with[r.fold].model(), age);
        seen.retain(|f| f.reposts >= MEASURED);
        let error = median(seen.iter().map(|s| s.error).collect());
        println!("after {age} h: median error of the final size {error:.3}");
        let name = format!("forecast_error_after_{age}h_with_structure");
        figures.told(&name, error, "share");
    }
    Ok(())
}

/// A model per fold whose corrections come from what the other folds' models said of their own
/// held-out rows: nothing of a fold is in what judges it.
fn calibrated(rows: &[Row]) -> anyhow::Result<Vec<Fitted>> {
    let mut models = folds(rows)?;
    let said: Vec<(&Row, [Growth; MOMENTS])> =
        rows.iter().filter(|r| !r.hidden).map(|r| (r, models[r.fold].model().raw(&r.x))).collect();
    let corrections: Vec<_> = (0..models.len())
        .map(|fold| {
            let others: Vec<_> = said.iter().filter(|(r, _)| r.fold != fold).copied().collect();
            widen(&others)
        })
        .collect();
    models.iter_mut().zip(corrections).for_each(|(model, widen)| model.widen = widen);
    Ok(models)
}

/// A cascade's final size, as said and as it came.
struct Final {
    reposts: usize,
    error: f64,
    said: f64,
    high: f64,
    came: f64,
    held: bool,
}

fn finals<'a>(
    cascades: &[Cascade],
    rows: &[Row],
    model: &dyn Fn(&Row) -> Model<'a>,
    age: f64,
) -> Vec<Final> {
    let of = |row: &Row| {
        let growth = model(row).growth(&row.x, row.age)[MOMENTS - 1];
        let said = horizon(0, row.size as u64, growth);
        // Reposts, as in other people's figures: the first post is not one.
        let came = cascades[row.cascade].seconds.len() as f64;
        let [low, mid, high] = [said.low, said.expected, said.high].map(|n| n as f64 - 1.0);
        let held = low <= came && came <= high;
        Final {
            reposts: row.size - 1,
            error: (mid - came).abs() / came,
            said: mid,
            high,
            came,
            held,
        }
    };
    let at_age = rows.iter().filter(|r| r.age == age && !r.hidden);
    at_age.map(of).collect()
}

fn sizes(cascades: &[Cascade], rows: &[Row], models: &[Fitted], figures: &mut Figures) {
    println!("final size  cascades  median error  largest tenth found  by upper end  80 % holds");
    for (age, goal) in [(1.0, 0.26), (6.0, 0.19)] {
        let all = finals(cascades, rows, &|r| models[r.fold].model(), age);
        let every = median(all.iter().map(|s| s.error).collect());
        let seen: Vec<Final> = all.into_iter().filter(|f| f.reposts >= MEASURED).collect();
        let error = median(seen.iter().map(|s| s.error).collect());
        let top = |rank: &dyn Fn(&Final) -> f64| largest_found(&seen, rank);
        let (found, upper) = (top(&|s| s.said), top(&|s| s.high));
        let held = seen.iter().filter(|s| s.held).count() as f64 / seen.len().max(1) as f64;
        println!(
            "after {age} h {:11} {error:13.3} {found:20.3} {upper:13.3} {held:11.3}",
            seen.len()
        );
        let line = log_linear(cascades, rows, age);
        println!("  log-linear model (Szabo & Huberman 2010): {line:.3}");
        figures.told(&format!("forecast_log_linear_error_after_{age}h"), line, "share");
        for (from, to) in [(10, 20), (20, 50), (50, 100), (100, 1000)] {
            let some = seen.iter().filter(|s| (from..to).contains(&s.reposts));
            let some: Vec<f64> = some.map(|s| s.error).collect();
            println!("  {from}-{to} reposts: {} cascades, {:.3}", some.len(), median(some.clone()));
        }
        println!("  everything that is said, from 4 reposts: {every:.3}");
        figures.told(&format!("forecast_error_after_{age}h_from_4_reposts"), every, "share");
        figures.at_most(&format!("forecast_error_after_{age}h"), error, "share", goal);
        figures.at_least(&format!("forecast_largest_tenth_after_{age}h"), found, "share", 0.55);
        figures.at_least(&format!("forecast_interval_after_{age}h_least"), held, "share", 0.78);
        figures.at_most(&format!("forecast_interval_after_{age}h_most"), held, "share", 0.82);
    }
}

/// The error of a straight line through logarithms of sizes then and in the end, by the same folds.
fn log_linear(cascades: &[Cascade], rows: &[Row], age: f64) -> f64 {
    let at_age = rows.iter().filter(|r| r.age == age && !r.hidden && r.size > MEASURED);
    let points: Vec<(usize, f64, f64)> = at_age
        .map(|r| (r.fold, (r.size as f64).ln(), (cascades[r.cascade].seconds.len() as f64).ln()))
        .collect();
    let error = |&(fold, x, y): &(usize, f64, f64)| {
        let others: Vec<_> = points.iter().filter(|p| p.0 != fold).collect();
        let n = others.len().max(1) as f64;
        let (mx, my) = (
            others.iter().map(|p| p.1).sum::<f64>() / n,
            others.iter().map(|p| p.2).sum::<f64>() / n,
        );
        let across = others.iter().map(|p| (p.1 - mx) * (p.2 - my)).sum::<f64>();
        let slope = across / others.iter().map(|p| (p.1 - mx).powi(2)).sum::<f64>().max(1e-9);
        ((my + slope * (x - mx) - y).exp() - 1.0).abs()
    };
    median(points.iter().map(error).collect())
}

/// The shipped numbers on this file. They were fitted to the file of `docs/accuracy.md`, so only
/// on other cascades does this tell something.
fn shipped(cascades: &[Cascade], rows: &[Row], figures: &mut Figures) {
    let model = Model::shipped();
    println!("\nShipped numbers on this file (fitted to the file of docs/accuracy.md):");
    for age in [1.0, 6.0] {
        let mut seen = finals(cascades, rows, &|_| model, age);
        seen.retain(|f| f.reposts >= MEASURED);
        let error = median(seen.iter().map(|s| s.error).collect());
        let held = seen.iter().filter(|s| s.held).count() as f64 / seen.len().max(1) as f64;
        println!("after {age} h: median error {error:.3}, 80 % holds {held:.3}");
        figures.told(&format!("forecast_shipped_error_after_{age}h"), error, "share");
        figures.told(&format!("forecast_shipped_interval_after_{age}h"), held, "share");
    }
}

/// The product's own horizons: errors and coverage by age, over everything that is said.
fn horizons(rows: &[Row], models: &[Fitted], figures: &mut Figures) {
    println!("\nage     rows  median error at +1 h, +6 h, +24 h, +7 d   80 % holds at the same");
    let mut held = [0_usize; 4];
    let mut all = 0_usize;
    for age in crate::train::forecast::AGES {
        let here: Vec<&Row> = rows.iter().filter(|r| r.age == age && !r.hidden).collect();
        let said = here.iter().map(|r| models[r.fold].model().growth(&r.x, r.age));
        let said: Vec<[Growth; MOMENTS]> = said.collect();
        let mut line = [(0.0, 0.0); 4];
        for (m, cell) in line.iter_mut().enumerate() {
            let error = |(r, g): (&&Row, &[Growth; MOMENTS])| {
                f64::from((g[m].expected - r.y[m]).exp_m1().abs())
            };
            let holds = |(r, g): &(&&Row, &[Growth; MOMENTS])| holds(r, g[m], m);
            let inside = here.iter().zip(&said).filter(holds).count();
            held[m] += inside;
            let errors = here.iter().zip(&said).map(error).collect();
            *cell = (median(errors), inside as f64 / here.len().max(1) as f64);
        }
        all += here.len();
        let errors = line.map(|(e, _)| format!("{e:.3}")).join(" ");
        let inside = line.map(|(_, h)| format!("{h:.3}")).join(" ");
        println!("{age:5} {:6}  {errors}   {inside}", here.len());
    }
    for (count, name) in held.into_iter().zip(["1h", "6h", "24h", "7d"]) {
        let share = count as f64 / all.max(1) as f64;
        figures.at_least(&format!("forecast_interval_plus_{name}_least"), share, "share", 0.78);
        figures.at_most(&format!("forecast_interval_plus_{name}_most"), share, "share", 0.82);
    }
}

/// Whether the size that came lies within the whole numbers that are said.
fn holds(row: &Row, said: Growth, moment: usize) -> bool {
    let came = (row.size as f64 * f64::from(row.y[moment]).exp()).round() as u64;
    let said = horizon(0, row.size as u64, said);
    said.low <= came && came <= said.high
}

/// Of the tenth with the largest final sizes, the share among the tenth ranked highest.
fn largest_found(seen: &[Final], rank: &dyn Fn(&Final) -> f64) -> f64 {
    let tenth = seen.len() / 10;
    let best = |key: &dyn Fn(&Final) -> f64| {
        let mut order: Vec<usize> = (0..seen.len()).collect();
        order.sort_by(|&a, &b| key(&seen[b]).total_cmp(&key(&seen[a])));
        order.truncate(tenth);
        order
    };
    let (came, said) = (best(&|s| s.came), best(rank));
    came.iter().filter(|i| said.contains(i)).count() as f64 / tenth.max(1) as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
