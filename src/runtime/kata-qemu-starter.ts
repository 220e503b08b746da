import { isQemu, qemuBuild } from './kata-components';
import type { KataShim } from './kata-shim';

/**
 * Program that starts QEMU with the firmware of its own release. Kata's QEMU looks for firmware in `/opt/kata` alone (it
 * is built with `--disable-relocatable`), and Kata's configuration has no setting for another folder.
 *
 * @returns undefined for shims without QEMU
 * @param directory absolute path of the unpacked release
 */
export function qemuStarter(shim: KataShim, directory: string): string | undefined {
  const component = shim._facts.components.find(isQemu);
  if (!component) {
    return undefined;
  }
  const { programs, firmware } = qemuBuild(component);
  return [
    '#!/bin/sh',
    `for qemu in ${programs.join(' ')}; do`,
    `  if [ -x ${directory}/$qemu ]; then`,
    `    exec ${directory}/$qemu "$@" -L ${directory}/${firmware}`,
    '  fi',
    'done',
    `echo "no QEMU in ${directory}/bin" >&2`,
    'exit 127',
    '',
  ].join('\n');
}
