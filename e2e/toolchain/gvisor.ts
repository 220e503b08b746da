import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasSysResource } from './capabilities';
import { build, CACHE, moduleFiles, pinnedVersion } from './go-program';

const MODULE = 'gvisor.dev/gvisor';
/** The release that the pinned commit of the module stands for. */
export const GVISOR_RELEASE = '20260905.0';
/** What the same source is told to be, for upgrades. */
export const GVISOR_NEXT_RELEASE = '20260906.0';

export interface GVisorPrograms {
  readonly runsc: string;
  readonly shim: string;
}

/** runsc and its containerd shim. `release` is what `runsc --version` says: the same source, told to be another release. */
export async function gvisor(release: string = GVISOR_RELEASE): Promise<GVisorPrograms> {
  const variables = { [`${MODULE}/runsc/version.version`]: `release-${release}` };
  return {
    runsc: await build({ module: 'gvisor', main: `${MODULE}/runsc`, name: 'runsc', variables }),
    shim: await build({ module: 'gvisor', main: `${MODULE}/shim`, name: 'containerd-shim-runsc-v1', modFile: shimModFile() }),
  };
}

/**
 * The shim insists on lowering its OOM score to -999, which needs CAP_SYS_RESOURCE: where the machine lacks it, the shim
 * is built from a copy of the module that asks for 0 instead. Nothing else differs.
 */
function shimModFile(): string | undefined {
  if (hasSysResource()) return undefined;
  const version = pinnedVersion('gvisor', MODULE);
  const folder = join(CACHE, `gvisor-oom-score-${version}`);
  const { goMod, goSum } = moduleFiles('gvisor');
  const modFile = join(folder, 'go.mod');
  if (!existsSync(modFile)) {
    const scratch = `${folder}.${process.pid}`;
    mkdirSync(scratch, { recursive: true });
    const { Dir } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${version}`], { encoding: 'utf8' }));
    cpSync(Dir, join(scratch, 'module'), { recursive: true });
    execFileSync('chmod', ['-R', 'u+w', scratch]);
    const file = join(scratch, 'module', 'pkg', 'shim', 'v1', 'manager.go');
    const source = readFileSync(file, 'utf8');
    const patched = source.replace('oomScoreMax = -999', 'oomScoreMax = 0');
    if (patched === source) throw new Error(`${MODULE} ${version} has no "oomScoreMax = -999" in pkg/shim/v1/manager.go any more: look at the patch again`);
    writeFileSync(file, patched);
    writeFileSync(join(scratch, 'go.mod'), `${readFileSync(goMod, 'utf8')}\nreplace ${MODULE} => ${join(folder, 'module')}\n`);
    writeFileSync(join(scratch, 'go.sum'), readFileSync(goSum));
    try {
      renameSync(scratch, folder);
    } catch (error) {
      // Another run was faster.
      rmSync(scratch, { recursive: true, force: true });
      if (!existsSync(modFile)) throw error;
    }
  }
  return modFile;
}
