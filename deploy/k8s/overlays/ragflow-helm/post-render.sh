#!/bin/sh
# For `helm install|upgrade --post-renderer`: RAGFlow's manifests come in, the same with the sidecar in front go out.
# Needs kubectl 1.27 or newer (or set KUSTOMIZE to the command that builds, such as "kustomize build").
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# kustomize reads nothing outside of its folders, and several may render at once: so in a copy.
cp -R "$here/../.." "$work/k8s"
overlay=$work/k8s/overlays/ragflow-helm
cat > "$overlay/rendered/manifests.yaml"

# A `redis` of RAGFlow's own settings counts more than the Secret's, for RAGFlow and so for the sidecar.
if awk '/^---/ { config = 0 } /^  name: ragflow-service-config$/ { config = 1 } config && /^    redis:/ { found = 1 } END { exit !found }' "$overlay/rendered/manifests.yaml"; then
  sed '/^  - redis$/d' "$here/kustomization.yaml" > "$overlay/kustomization.yaml"
fi
${KUSTOMIZE:-kubectl kustomize} "$overlay"
