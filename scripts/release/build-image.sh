#!/usr/bin/env bash
# Builds the operator's image for every platform, with SBOM and provenance. `npm run release` sets the variables; a run by
# hand needs IMAGE alone:
#   IMAGE=registry.example.com/infusionsoft-connector-operator:0.1.0 OUTPUT=type=registry bash scripts/release/build-image.sh
# BUILD_IMAGE and RUNTIME_IMAGE pin the bases by digest, as docs/how-to/build-the-image.md shows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

: "${IMAGE:?Set IMAGE, such as registry.example.com/infusionsoft-connector-operator:0.1.0}"
VERSION=${VERSION:-$(node -p 'require("./package.json").version')}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
PLATFORMS=${PLATFORMS:-linux/amd64,linux/arm64}
OUTPUT=${OUTPUT:-type=oci,dest=image.oci.tar}
METADATA=${METADATA:-image.json}

arguments=(
  --build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH"
  --build-arg "VERSION=$VERSION"
  --build-arg "REVISION=$(git rev-parse HEAD)"
)
[ -z "${BUILD_IMAGE:-}" ] || arguments+=(--build-arg "BUILD_IMAGE=$BUILD_IMAGE")
[ -z "${RUNTIME_IMAGE:-}" ] || arguments+=(--build-arg "RUNTIME_IMAGE=$RUNTIME_IMAGE")

docker buildx build "${arguments[@]}" \
  --platform "$PLATFORMS" \
  --provenance=mode=max --sbom=true \
  --tag "$IMAGE" \
  --output "$OUTPUT,rewrite-timestamp=true" \
  --metadata-file "$METADATA" \
  .
