#!/bin/sh
# Runs the suites one after the other, as often as docs/reliability.md asks for, and prints what belongs into its last block:
#   sh e2e/record-figures.sh [agent|node|cluster|soak]... >figures.txt
# All of them where none is named; what the suites say goes to stderr. Takes some hours on 2 cores, most of it for soak.
set -u
cd "$(dirname "$0")/.."
jest() { node agent/node-24/run.js node_modules/jest/bin/jest.js --ci "$@" 2>&1; }

agent() { SOAK=1 jest --config test/agent/jest.config.json; }
node_suite() { jest --runInBand --config e2e/jest.config.json; }
cluster() {
  CLUSTER_RERUNS=100 CLUSTER_PROOFS=200 CLUSTER_PROOF_KILLS=20 CLUSTER_ROLLOUTS=20 CLUSTER_UPGRADES=5 CLUSTER_DOWNGRADES=1 \
    CLUSTER_UNINSTALLS=50 CLUSTER_PODS=50 jest --runInBand --config e2e/jest.cluster.config.json
}
soak() { jest --runInBand --config e2e/jest.soak.config.json; }

echo "$(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD), Linux $(uname -r), $(nproc) cores, $(awk '/MemTotal/ { print int($2 / 1048576) " GiB" }' /proc/meminfo)"
npx projen bundle >&2
result=0
for suite in ${*:-agent node cluster soak}; do
  case $suite in
    agent | cluster | soak) run=$suite ;;
    node) run=node_suite ;;
    *) echo "unknown suite $suite: agent, node, cluster or soak" >&2; exit 2 ;;
  esac
  echo
  echo "$suite"
  log=$(mktemp)
  $run | tee "$log" >&2
  grep -E '^figure: |^[0-9]+ passed, |^Tests: ' "$log" | sed 's/^figure: /  /; s/^\([0-9T]\)/  \1/'
  if ! grep -qE '^Tests: +([0-9]+ skipped, )?[0-9]+ passed' "$log"; then result=1; fi
  rm -f "$log"
done
exit $result
