#!/bin/sh
# What a kubelet needs of a node that is a container: prepare-kubelet.sh <root>.
set -eu
root=$1
# It watches the kernel's messages.
: >"$root/dev/kmsg"
mount --bind /dev/kmsg "$root/dev/kmsg"
# It sets kernel parameters, which are the machine's: it gets files instead.
while read -r parameter value; do
  file="$root/run/kernel-parameters/$parameter"
  mkdir -p "${file%/*}"
  echo "$value" >"$file"
  mount --bind "$file" "$root/proc/sys/$parameter"
done <<EOF
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
EOF
