import { renderContainerdTable, type ContainerdRuntimeTable } from './containerd-config';
import { renderCrioDropIn, type CrioRuntimeTable } from './crio-config';
import { renderDockerRuntime, type DockerRuntimeEntry } from './docker-config';
import type { PlatformPlan, TableFormat } from '../installer/install-plan';

/** What a container runtime has to know of a handler, whichever it is. */
export type HandlerTable = ContainerdRuntimeTable & CrioRuntimeTable & DockerRuntimeEntry;

/** The tables of a handler as the container runtime of a platform reads them: their keys by format, and the files by key. */
export interface RenderedTables {
  readonly tables: { readonly [format in TableFormat]?: string };
  readonly files: { readonly [key: string]: string };
}

export function renderHandlerTables(platform: PlatformPlan, table: HandlerTable): RenderedTables {
  const { handler } = table;
  switch (platform.kind) {
    case undefined: {
      const [v2, v3] = [`${handler}.containerd-v2.toml`, `${handler}.containerd-v3.toml`];
      return { tables: { v2, v3 }, files: { [v2]: renderContainerdTable('v2', table), [v3]: renderContainerdTable('v3', table) } };
    }
    case 'crio': {
      const key = `${handler}.crio.conf`;
      return { tables: { crio: key }, files: { [key]: renderCrioDropIn(table) } };
    }
    case 'docker': {
      const key = `${handler}.docker.json`;
      return { tables: { docker: key }, files: { [key]: renderDockerRuntime(table) } };
    }
  }
}
