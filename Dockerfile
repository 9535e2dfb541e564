# The operator's image: `docker build -t infusionsoft-connector-operator:0.1.0 .`
# docs/how-to/build-the-image.md says how to pin the bases, to get the same image twice, and to sign it.

# Both bases are public. Pin them by digest in a release, e.g.
#   --build-arg BUILD_IMAGE=node:24-slim@sha256:... --build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:...
ARG BUILD_IMAGE=node:24-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# The output is JavaScript alone, the same for every platform, so it is built once, on the builder's own.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# No package needs its install script here: the bundler comes as a plain binary, and Node is the image's. The
# workspaces are for development and not part of the operator.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund --workspaces=false
COPY scripts/build.ts scripts/build.ts
COPY scripts/build scripts/build
COPY src src
# What runs: the bundled operator, without the kubectl plugin. Its source maps lie beside it.
RUN node scripts/build.ts \
    && mkdir -p /out/app/dist \
    && mv dist/main.js dist/main.js.map dist/main-chunks dist/LICENSES.txt dist/package.json /out/app/dist/
# Every file gets the time that the caller names, and rights that do not depend on the builder's umask.
ARG SOURCE_DATE_EPOCH=0
RUN find /out -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} + \
    && chmod -R u=rwX,go=rX /out

# The simulator of Open Connectors, a development tool that no operator image contains:
#   docker build --target simulator -t open-connectors-simulator:0.1.0 .
# Node runs its TypeScript as it is, so nothing is compiled.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS simulator-build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY packages/open-connectors-simulator/package.json packages/open-connectors-simulator/package.json
COPY packages/test-kit/package.json packages/test-kit/package.json
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund --omit=dev \
      --workspace=open-connectors-simulator \
    && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete \
    && rm -f node_modules/.package-lock.json \
    && find node_modules -depth -type d -empty -delete
COPY packages/open-connectors-simulator/src packages/open-connectors-simulator/src
COPY packages/test-kit/src packages/test-kit/src
ARG SOURCE_DATE_EPOCH=0
RUN mkdir -p /out/app \
    && mv node_modules packages /out/app/ \
    && find /out -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} + \
    && chmod -R u=rwX,go=rX /out

FROM ${RUNTIME_IMAGE} AS simulator
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="open-connectors-simulator" \
      org.opencontainers.image.description="Simulator of SAP Open Connectors and of the authorization server of Keap" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
COPY --from=simulator-build /out/ /
WORKDIR /app
USER 65532:65532
EXPOSE 9443
ENTRYPOINT ["/nodejs/bin/node", "/app/packages/open-connectors-simulator/src/main.ts"]

# The last stage is the one that a build without --target gives: the operator.
FROM ${RUNTIME_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="infusionsoft-connector-operator" \
      org.opencontainers.image.description="Kubernetes operator that keeps InfusionsoftConnector resources and SAP Open Connectors instances equal" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
COPY --from=build /out/ /
WORKDIR /app
# A number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 65532:65532
# Metrics, health, consent pages.
EXPOSE 8080 8081 8082
# The operator handles SIGTERM itself and starts no processes, so it is fit to be process 1.
# A small young generation: the operator allocates little at a time, and memory counts more than pauses of 1 ms. The heap
# grows by half before it is collected again; without a limit V8 would let it grow to three times what is used.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=2", "--heap-growing-percent=50", "/app/dist/main.js"]
