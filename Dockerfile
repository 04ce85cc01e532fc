# One image for both services: the command chooses which, by its configuration file.

FROM debian:bookworm-slim AS build
WORKDIR /source
COPY scripts/install-packages.sh scripts/
RUN scripts/install-packages.sh build
COPY . .
RUN scripts/build.sh release kube-credential issuance verification unit-tests \
    && build/release/bin/unit-tests \
    && DESTDIR=/image cmake --install build/release --prefix /usr --strip

FROM debian:bookworm-slim
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kube-credential" \
      org.opencontainers.image.description="Issues credentials once, and tells anyone whether one is genuine" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpocodatapostgresql80 libpocodatasqlite80 libpocojson80 libpoconet80 libpocoutil80 \
        libpq5 libprometheus-cpp-core1.0 libssl3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*.log /var/log/apt \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        kube-credential
COPY --from=build /image/ /
COPY config/*.properties /etc/kube-credential/
COPY aws/certificates/ /etc/kube-credential/certificates/

USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/usr/bin/kube-credential", "--healthcheck"]
ENTRYPOINT ["/usr/bin/kube-credential"]
CMD ["--config=/etc/kube-credential/issuance.properties"]
