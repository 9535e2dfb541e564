#!/usr/bin/env bash
# Publishes what `npm run release` built: pushes the chart, signs image, chart and checksums without keys, attaches the list
# of components to the image, and creates the release. DRY_RUN=1 prints the commands instead.
#   REGISTRY=ghcr.io/owner bash scripts/release/publish.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

: "${REGISTRY:?Set REGISTRY, such as ghcr.io/owner}"
OUT=${OUT:-out}
NAME=infusionsoft-connector-operator
VERSION=$(node -p 'require("./package.json").version')

run() {
  if [ -n "${DRY_RUN:-}" ]; then
    echo "$*"
  else
    "$@"
  fi
}

(cd "$OUT" && sha256sum --check --quiet SHA256SUMS)
image=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))["containerimage.digest"]' "$OUT/image.json")
case $image in
  sha256:*) ;;
  *) echo "$OUT/image.json names no digest" >&2; exit 1 ;;
esac

# helm writes "Digest: sha256:..." to one of its streams.
if [ -n "${DRY_RUN:-}" ]; then
  echo "helm push $OUT/$NAME-$VERSION.tgz oci://$REGISTRY/charts"
  chart=sha256:CHART
else
  pushed=$(helm push "$OUT/$NAME-$VERSION.tgz" "oci://$REGISTRY/charts" 2>&1)
  echo "$pushed"
  chart=$(sed -n 's/^Digest: *//p' <<<"$pushed")
  [ -n "$chart" ]
fi

run cosign sign --yes "$REGISTRY/$NAME@$image"
run cosign sign --yes "$REGISTRY/charts/$NAME@$chart"
run cosign attest --yes --type cyclonedx --predicate "$OUT/sbom.cdx.json" "$REGISTRY/$NAME@$image"
run cosign sign-blob --yes --bundle "$OUT/SHA256SUMS.sigstore.json" "$OUT/SHA256SUMS"

mapfile -t files < <(sed "s|^[0-9a-f]*  |$OUT/|" "$OUT/SHA256SUMS")
run gh release create "v$VERSION" --verify-tag --title "v$VERSION" --notes-file "$OUT/RELEASE_NOTES.md" \
  "${files[@]}" "$OUT/SHA256SUMS" "$OUT/SHA256SUMS.sigstore.json"
