import { writeToml } from './toml';

/**
 * A handler of CRI-O, `[crio.runtime.runtimes.<handler>]`. There is nothing that keeps Pod annotations from the runtime:
 * CRI-O hands on all of them, and its `allowed_annotations` are about CRI-O's own.
 *
 * @see https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md#crioruntimeruntimes-table
 */
export interface CrioRuntimeTable {
  readonly handler: string;
  /** The shim. CRI-O takes no other name than `containerd-shim-<name>-<version>`. */
  readonly runtimePath: string;
  readonly configPath: string;
  /** Folder for the state of running containers. */
  readonly runtimeRoot: string;
  /** Images are pulled by the guest. */
  readonly pullsInGuest: boolean;
  /** The runtime cannot start containers that are labelled for SELinux. CRI-O has one switch for all handlers. */
  readonly disablesSelinux: boolean;
}

/** The drop-in of one handler. A handler in a later file replaces one of the same name as a whole, so it is complete. */
export function renderCrioDropIn(table: CrioRuntimeTable): string {
  return writeToml({
    crio: {
      runtime: {
        ...(table.disablesSelinux ? { selinux: false } : {}),
        runtimes: {
          [table.handler]: {
            runtime_path: table.runtimePath,
            runtime_type: 'vm',
            runtime_root: table.runtimeRoot,
            runtime_config_path: table.configPath,
            privileged_without_host_devices: true,
            ...(table.pullsInGuest ? { runtime_pull_image: true } : {}),
          },
        },
      },
    },
  });
}
