#!/bin/sh
# Boots a node: boot.sh <folder> <name> <daemon>. PID 1 of a PID, mount, IPC, UTS and cgroup namespace of its own whose root is
# <folder>/root plus the machine's /usr (read-only, but for /usr/local), and which supervises the daemon.
# When the process that runs this dies, the node dies with all that is in it.
set -eu
folder=$1 name=$2 daemon=$3

cgroup_mounts() { awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5, $(i + 1), $(i + 3) }' /proc/self/mountinfo; }

if [ "${4:-}" != inside ]; then
  cgroup_mounts | while read -r mount type _; do
    mkdir -p "$mount/$name"
    for file in cpuset.cpus cpuset.mems; do
      if [ "$type" = cgroup ] && [ -e "$mount/$file" ]; then cat "$mount/$file" >"$mount/$name/$file"; fi
    done
    echo $$ >"$mount/$name/cgroup.procs"
  done
  exec unshare --mount --pid --fork --kill-child=KILL --ipc --uts --cgroup --propagation private sh "$0" "$folder" "$name" "$daemon" inside
fi

root=$folder/root
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
cgroup_mounts | while read -r mount type options; do
  mkdir -p "$root$mount"
  if [ "$type" = cgroup2 ]; then mount -t cgroup2 cgroup2 "$root$mount"; else mount -t cgroup -o "${options#rw,}" cgroup "$root$mount"; fi
done
mount --rbind /dev "$root/dev"
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
mount --bind "$folder/usr-local" "$root/usr/local"
hostname "$name"
cd "$root"
mkdir -p .old
pivot_root . .old
cd /
umount -l /.old
# In a pure cgroup v2 a group with processes cannot have groups with controllers below it.
if grep -q '^0::/' /proc/self/cgroup && [ -e /sys/fs/cgroup/cgroup.procs ]; then
  mkdir -p /sys/fs/cgroup/node
  echo 1 >/sys/fs/cgroup/node/cgroup.procs
fi

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p "/run/$daemon"
while :; do
  "/usr/local/bin/$daemon" >>"/var/log/$daemon.log" 2>&1 &
  echo $! >"/run/$daemon/.$daemon.pid"
  mv "/run/$daemon/.$daemon.pid" "/run/$daemon/$daemon.pid"
  wait $! || true
  sleep 0.1
done
