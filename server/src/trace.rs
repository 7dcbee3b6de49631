//! The span of a request. With the feature `otel` it is a part of a trace: it takes the place that a trusted proxy gives it
//! (W3C Trace Context), and says of the request which route it took and how it was answered. Nothing that a caller wrote.

use std::net::IpAddr;

use axum::extract::Request;
use tracing::Span;

/// The span in which a request is served. Everything that is logged about it carries its id.
#[cfg(not(feature = "otel"))]
pub(crate) fn span(id: &str, _: &Request, _: Option<&str>, _: &[IpAddr]) -> Span {
    tracing::error_span!("request", id)
}

/// The span in which a request is served. Everything that is logged about it carries its id.
#[cfg(feature = "otel")]
pub(crate) fn span(id: &str, request: &Request, route: Option<&str>, trusted: &[IpAddr]) -> Span {
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    let span = tracing::error_span!("request", id, otel.kind = "server");
    let method = request.method().as_str().to_owned();
    let route = route.unwrap_or("none").to_owned();
    span.set_attribute("http.request.method", method);
    span.set_attribute("http.route", route);
    if let Some(parent) = parent::of(request, trusted) {
        // Refused only where nobody collects traces.
        let _ = span.set_parent(parent);
    }
    span
}

/// Says how the request was answered, in whose span this is called.
#[cfg(feature = "otel")]
pub(crate) fn answered(status: http::StatusCode) {
    use opentelemetry::trace::Status;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    let span = Span::current();
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

/// Without traces there is nobody to say it to.
#[cfg(not(feature = "otel"))]
pub(crate) fn answered(_: http::StatusCode) {}

#[cfg(feature = "otel")]
mod parent {
    //! `traceparent` (W3C Trace Context §3.2), version 00. From anybody but a trusted proxy it is left alone: a stranger must
    //! not choose what is recorded, nor under which trace.

    use std::net::IpAddr;

    use axum::extract::Request;
    use opentelemetry::Context;
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};

    use crate::address::Peer;

    pub(super) fn of(request: &Request, trusted: &[IpAddr]) -> Option<Context> {
        let is_trusted = match request.extensions().get::<Peer>()? {
            Peer::Owner => true,
            Peer::Network(address) => trusted.contains(&address.ip().to_canonical()),
        };
        let mut values = request.headers().get_all("traceparent").iter();
        let value = values.next().filter(|_| is_trusted)?;
        let parsed = parse(value.to_str().ok()?).filter(|_| values.next().is_none())?;
        Some(Context::new().with_remote_span_context(parsed))
    }

    fn parse(text: &str) -> Option<SpanContext> {
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let parts: Vec<_> = text.split('-').collect();
        let [version, trace, span, flags] = parts.as_slice() else { return None };
        if *version != "00" || !hex(trace, 32) || !hex(span, 16) || !hex(flags, 2) {
            return None;
        }
        let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        context.is_valid().then_some(context)
    }

    #[cfg(test)]
    mod tests {
        use super::parse;

        #[test]
        fn only_what_the_standard_writes_is_read() {
            let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            assert!(parse(good).is_some_and(|context| context.is_sampled() && context.is_remote()));
            for wrong in [
                "",
                "00",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ] {
                assert!(parse(wrong).is_none(), "{wrong}");
            }
        }
    }
}
