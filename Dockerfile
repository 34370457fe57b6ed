# The jar, built as on any machine.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/repository \
    ./mvnw -q -B -Dmaven.repo.local=/repository -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcheckstyle.skip=true \
    -Djacoco.skip=true -Dlicense.skipAddThirdParty=true package

# What runs: glibc, because the embedded PostgreSQL needs it, and an ordinary user, for the same
# reason.
FROM eclipse-temurin:25-jre-noble
RUN useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin ferry \
    && install -d -o ferry -g ferry -m 0700 /data
COPY --from=build /src/target/ferry.jar /opt/ferry/ferry.jar
COPY LICENSE NOTICE /opt/ferry/
COPY --chmod=0755 deploy/health.sh /opt/ferry/health.sh

USER ferry
WORKDIR /data
VOLUME /data
ENV XDG_CACHE_HOME=/data/cache
EXPOSE 29380 29381
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["/opt/ferry/health.sh"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", \
    "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/ferry/ferry.jar"]
CMD ["run"]
