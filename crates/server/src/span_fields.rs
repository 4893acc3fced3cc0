//! The fields of spans as JSON, written straight away: every request has a span, and hardly any of them is ever read.

use std::fmt::{self, Write};

use tracing::{
    field::{Field, Visit},
    span::Record,
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FormattedFields,
        format::{FormatFields, Writer},
    },
};

/// Writes the fields of a span as a JSON object.
#[derive(Debug)]
pub struct SpanFields;

impl<'w> FormatFields<'w> for SpanFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        writer.write_char('{')?;
        let mut members = Members { writer: &mut writer, first: true, outcome: Ok(()) };
        fields.record(&mut members);
        members.outcome?;
        writer.write_char('}')
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let written = &mut current.fields;
        if written.pop().is_none() {
            written.push('{');
        }
        let first = written == "{";
        let mut members = Members { writer: &mut *written, first, outcome: Ok(()) };
        fields.record(&mut members);
        members.outcome?;
        written.push('}');
        Ok(())
    }
}

struct Members<'a> {
    writer: &'a mut dyn Write,
    first: bool,
    outcome: fmt::Result,
}

impl Members<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        if self.outcome.is_err() {
            return;
        }
        let comma = if std::mem::take(&mut self.first) { "" } else { "," };
        let name = field.name();
        self.outcome = write!(self.writer, "{comma}\"{}\":", name.strip_prefix("r#").unwrap_or(name))
            .and_then(|()| value(self.writer));
    }

    fn text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.member(field, |writer| {
            writer.write_char('"')?;
            Escaped(writer).write_fmt(value)?;
            writer.write_char('"')
        });
    }
}

impl Visit for Members<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |writer| write!(writer, "{value}"));
    }
}

/// The inside of a JSON string (RFC 8259 section 7).
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\u{1f}')) {
            let (plain, from) = rest.split_at(at);
            let mut after = from.chars();
            let special = after.next().map_or(0, u32::from);
            self.0.write_str(plain)?;
            write!(self.0, "\\u{special:04x}")?;
            rest = after.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Sink {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn every_line_is_json_whatever_a_stranger_asked_for() {
        let sink = Sink::default();
        let format = tracing_subscriber::fmt::format().json().flatten_event(true).with_span_list(false);
        let layer =
            tracing_subscriber::fmt::layer().fmt_fields(SpanFields).event_format(format).with_writer(sink.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let path = "/\"\\\n\u{1}é";
            let span = tracing::info_span!("request", id = %7, path, size = 3, late = tracing::field::Empty);
            span.record("late", true);
            span.in_scope(|| tracing::info!(reason = "x", "refused"));
            tracing::info_span!("bare").in_scope(|| tracing::info!("plain"));
        });
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let span = json!({ "name": "request", "id": "7", "path": "/\"\\\n\u{1}é", "size": 3, "late": true });
        assert_eq!(lines[0]["span"], span);
        assert_eq!((&lines[0]["message"], &lines[0]["reason"]), (&json!("refused"), &json!("x")));
        assert_eq!(lines[1]["span"], json!({ "name": "bare" }));
    }
}
