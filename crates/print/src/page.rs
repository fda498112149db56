//! One A4 page, measured in millimetres from the upper left corner.

use crate::PrintError;
use krilla::Document;
use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use zeroize::Zeroizing;

/// A4, mm.
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// See `fonts/README.md`.
const SANS: &[u8] = include_bytes!("../fonts/DejaVuSans-Letters.ttf");

/// Draws on the page.
pub(crate) struct Page<'a> {
    surface: Surface<'a>,
    font: Font,
}

/// One A4 page as PDF. The title says nothing of who it is for.
pub(crate) fn a4(title: &str, draw: impl FnOnce(&mut Page<'_>)) -> Result<Zeroizing<Vec<u8>>, PrintError> {
    let font = Font::new(SANS.into(), 0).ok_or(PrintError::Font)?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()));
    let settings = PageSettings::from_wh(WIDTH * POINTS, HEIGHT * POINTS).ok_or(PrintError::Font)?;
    {
        let mut sheet = document.start_page_with(settings);
        draw(&mut Page { surface: sheet.surface(), font });
    }
    document.finish().map(Zeroizing::new).map_err(|error| PrintError::Pdf(format!("{error:?}")))
}

impl Page<'_> {
    /// A line of text whose baseline begins here; `size` in points.
    pub(crate) fn text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        self.ink(0);
        let at = Point::from_xy(x * POINTS, y * POINTS);
        self.surface.draw_text(at, self.font.clone(), size, text, false, TextDirection::LeftToRight);
    }

    /// Lines below each other; the baseline of the next one.
    pub(crate) fn lines<'t>(
        &mut self,
        x: f32,
        y: f32,
        size: f32,
        lines: impl IntoIterator<Item = &'t str>,
    ) -> f32 {
        let mut at = y;
        for line in lines {
            self.text(x, at, size, line);
            at += size * 1.35 / POINTS;
        }
        at
    }

    /// A frame of thin lines.
    pub(crate) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let mut path = PathBuilder::new();
        path.move_to(x * POINTS, y * POINTS);
        path.line_to((x + width) * POINTS, y * POINTS);
        path.line_to((x + width) * POINTS, (y + height) * POINTS);
        path.line_to(x * POINTS, (y + height) * POINTS);
        path.close();
        self.draw(path.finish(), 0.6);
    }

    /// A thin line.
    pub(crate) fn rule(&mut self, x: f32, y: f32, width: f32) {
        let mut path = PathBuilder::new();
        path.move_to(x * POINTS, y * POINTS);
        path.line_to((x + width) * POINTS, y * POINTS);
        self.draw(path.finish(), 0.3);
    }

    /// A short mark at both edges where the sheet is folded.
    pub(crate) fn fold(&mut self, y: f32) {
        for (from, to) in [(4.0, 9.0), (WIDTH - 9.0, WIDTH - 4.0)] {
            let mut path = PathBuilder::new();
            path.move_to(from * POINTS, y * POINTS);
            path.line_to(to * POINTS, y * POINTS);
            self.draw(path.finish(), 0.4);
        }
    }

    /// Crossed lines so close that what lies behind the paper cannot be read against the light.
    pub(crate) fn hatch(&mut self, x: f32, y: f32, width: f32, height: f32) {
        const STEP: f32 = 1.1;
        let mut path = PathBuilder::new();
        let mut at = 0.0;
        while at <= width + height {
            let (down, across) = ((at - width).max(0.0), at.min(width));
            let (end_down, end_across) = (at.min(height), (at - height).max(0.0));
            for mirrored in [false, true] {
                let column = |across: f32| if mirrored { x + width - across } else { x + across };
                path.move_to(column(across) * POINTS, (y + down) * POINTS);
                path.line_to(column(end_across) * POINTS, (y + end_down) * POINTS);
            }
            at += STEP;
        }
        self.draw(path.finish(), 0.9);
    }

    fn draw(&mut self, path: Option<Path>, width: f32) {
        let Some(path) = path else { return };
        self.surface.set_fill(None);
        let stroke = Stroke { paint: luma::Color::new(0).into(), width, ..Stroke::default() };
        self.surface.set_stroke(Some(stroke));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }

    fn ink(&mut self, grey: u8) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: luma::Color::new(grey).into(),
            opacity: NormalizedF32::ONE,
            rule: krilla::paint::FillRule::default(),
        }));
    }
}
