#!/bin/sh
# Boots systemd: boot.sh <folder> <name> <debian> <plain folders> <script or nothing>. PID 1 of PID, mount, IPC, UTS and
# cgroup namespaces of its own, whose root is <folder>/upper over <debian>; the plain folders are not on that overlay.
# When the process that runs this dies, systemd dies with all that is in it, and the mounts go with the namespace.
set -eu
folder=$1 name=$2 debian=$3 plain=$4 prepare=$5

cgroup_mounts() { awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5, $(i + 1), $(i + 3) }' /proc/self/mountinfo; }

if [ "${6:-}" != inside ]; then
  cgroup_mounts | while read -r mount type _; do
    mkdir -p "$mount/$name"
    for file in cpuset.cpus cpuset.mems; do
      if [ "$type" = cgroup ] && [ -e "$mount/$file" ]; then cat "$mount/$file" >"$mount/$name/$file"; fi
    done
    # The groups that systemd makes need processors and memory too.
    if [ -e "$mount/$name/cgroup.clone_children" ]; then echo 1 >"$mount/$name/cgroup.clone_children"; fi
    echo $$ >"$mount/$name/cgroup.procs"
  done
  exec unshare --mount --pid --fork --kill-child=KILL --ipc --uts --cgroup --propagation private sh "$0" "$@" inside
fi

root=$folder/root
mount -t overlay overlay -o "lowerdir=$debian,upperdir=$folder/upper,workdir=$folder/work" "$root"
for path in $plain; do
  mkdir -p "$folder/plain$path" "$root$path"
  mount --bind "$folder/plain$path" "$root$path"
done
mount -t proc proc "$root/proc"
# systemd sets kernel parameters where it can, and the kernel is the machine's.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
# Without cgroup2 beside the old hierarchies: systemd then keeps its own books in the one named after it.
cgroup_mounts | while read -r mount type options; do
  if [ "$type" = cgroup2 ] && [ "$mount" != /sys/fs/cgroup ]; then continue; fi
  mkdir -p "$root$mount"
  if [ "$type" = cgroup2 ]; then mount -t cgroup2 cgroup2 "$root$mount"; else mount -t cgroup -o "${options#rw,}" cgroup "$root$mount"; fi
done
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
for device in null zero full random urandom tty fuse; do
  if [ -e "/dev/$device" ]; then cp -a "/dev/$device" "$root/dev/"; fi
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
if [ -n "$prepare" ]; then sh "$prepare" "$root"; fi
hostname "$name"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
mount --make-rshared /
# `container` tells systemd that hardware and kernel are somebody else's.
exec env -i container=test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --log-target=console --show-status=false
