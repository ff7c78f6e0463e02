# The sidecar as a Native AOT binary on an image without shell or package manager.
#   docker build -t sidecar:0.1.0 .
# For another architecture build on it, or have an emulator: docker buildx build --platform linux/arm64 -t sidecar:0.1.0-arm64 .

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
# Native AOT links with clang.
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY conf conf
COPY deploy/image deploy/image
COPY src/Sidecar src/Sidecar
RUN dotnet publish src/Sidecar -c Release -o /app \
    && rm -f /app/*.dbg \
    && dotnet run deploy/image/sbom.cs -- src/Sidecar/obj/project.assets.json /app/sbom.cdx.json

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
ARG VERSION=0.1.0
# Of the build: --build-arg REVISION=$(git rev-parse HEAD) --build-arg SOURCE=$(git remote get-url origin)
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="Sidecar" \
      org.opencontainers.image.description="Account recovery in front of an app that stays as it is" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"
# The default folder of settings, ./conf, is found from here; SIDECAR_CONFIG names another, for the server and for HEALTHCHECK.
WORKDIR /app
COPY --from=build /app /app
# The base image sets it; ports are the settings' business alone.
ENV ASPNETCORE_HTTP_PORTS=
# A number, because Kubernetes' runAsNonRoot cannot judge a name. It is the `app` user of the base image.
USER 1654
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/app/sidecar", "health"]
ENTRYPOINT ["/app/sidecar"]
