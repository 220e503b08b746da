#!/bin/sh
# Stands in for a kubelet: reads arguments and drop-ins as one does, ends where one would, and says what it has taken.
set -eu
timeout=2m
for argument; do
  case $argument in
    --config=*) test -r "${argument#*=}" ;;
    --config-dir=*)
      for file in "${argument#*=}"/*.conf; do
        if [ ! -e "$file" ]; then continue; fi
        grep -q '^apiVersion: kubelet.config.k8s.io/v1beta1$' "$file"
        grep -q '^kind: KubeletConfiguration$' "$file"
        timeout=$(sed -n 's/^runtimeRequestTimeout: //p' "$file")
      done ;;
    --runtime-request-timeout=*) timeout=${argument#*=} ;;
    *) echo "unknown flag: $argument" >&2; exit 1 ;;
  esac
done
case $timeout in
  [1-9]*[0-9][smh] | [1-9][smh]) ;;
  *) echo "invalid duration: $timeout" >&2; exit 1 ;;
esac
echo "$timeout" >/run/kubelet-timeout
exec sleep 2147483647
