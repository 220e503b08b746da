import * as toml from '@iarna/toml';
import { CONTAINERD_TABLES } from './containerd-tables';

export { CONTAINERD_TABLES };

/** One entry of containerd's `runtimes`, see the `Runtime` struct in containerd's internal/cri/config/config.go. */
export interface ContainerdRuntimeTable {
  readonly handler: string;
  readonly runtimeType: string;
  readonly runtimePath: string;
  readonly configPath: string;
  readonly typeUrl: string;
  readonly podAnnotations: readonly string[];
}

/**
 * The runtime table of one handler, without a `version` line: a drop-in with one is refused or silently dropped by
 * some containerd releases when the main file has another version.
 */
export function renderContainerdTable(section: keyof typeof CONTAINERD_TABLES, table: ContainerdRuntimeTable): string {
  return toml.stringify({
    plugins: {
      [CONTAINERD_TABLES[section]]: {
        containerd: {
          runtimes: {
            [table.handler]: {
              runtime_type: table.runtimeType,
              runtime_path: table.runtimePath,
              privileged_without_host_devices: true,
              ...(table.podAnnotations.length ? { pod_annotations: [...table.podAnnotations] } : {}),
              options: { TypeUrl: table.typeUrl, ConfigPath: table.configPath },
            },
          },
        },
      },
    },
  });
}
