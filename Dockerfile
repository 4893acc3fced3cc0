# syntax=docker/dockerfile:1
# Two stages: the toolchain stays behind, the image holds one binary and the system's certificates.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches belong to the builder, so the binary is copied out of the mounted target folder.
# SQLX_OFFLINE: queries are checked against .sqlx, not against a database.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    SQLX_OFFLINE=true cargo build --release --locked --package chancery \
    && install -D -m 755 target/release/chancery /out/chancery

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 chancery \
    && useradd --system --uid 10001 --gid chancery --home-dir /nonexistent --shell /usr/sbin/nologin chancery
COPY --from=build /out/chancery /usr/local/bin/chancery
# A number, so that Kubernetes' runAsNonRoot can tell.
USER 10001:10001
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["chancery", "health"]
ENTRYPOINT ["chancery"]
CMD ["serve"]
