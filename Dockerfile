# The sidecar as a Native AOT binary on an image without shell or package manager.
#   docker build -t sidecar:0.1.0 .

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
# Native AOT links with clang.
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY conf conf
COPY src/Sidecar src/Sidecar
RUN dotnet publish src/Sidecar -c Release -o /app \
    && rm -f /app/*.dbg

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
LABEL org.opencontainers.image.title="Sidecar" \
      org.opencontainers.image.description="Account recovery in front of an app that stays as it is" \
      org.opencontainers.image.licenses="MIT"
# The default folder of settings, ./conf, is found from here.
WORKDIR /app
COPY --from=build /app /app
# The base image sets it; ports are the settings' business alone.
ENV ASPNETCORE_HTTP_PORTS=
# A number, because Kubernetes' runAsNonRoot cannot judge a name. It is the `app` user of the base image.
USER 1654
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/app/sidecar", "health"]
ENTRYPOINT ["/app/sidecar"]
