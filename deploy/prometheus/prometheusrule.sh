#!/bin/sh
# Prints the rules as the Prometheus operator takes them: deploy/prometheus/prometheusrule.sh > deploy/prometheus/prometheusrule.yaml
set -eu
cat <<'YAML'
# Made by prometheusrule.sh from sidecar.rules.yaml; change that.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: sidecar
spec:
YAML
sed 's/^\(.\)/  \1/' "$(dirname "$0")/sidecar.rules.yaml"
