import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Installation } from '../../test/agent/installation';

/**
 * `install` as a process of its own, on a host whose daemons only remember. Arguments: a folder that is the process's
 * alone, in which `host` leads to the host, and a file with the mounted ConfigMaps.
 */
async function main([folder, bundle]: readonly string[]): Promise<number> {
  const node = new Installation(folder);
  const daemons = `${node.root}/daemons.json`;
  if (existsSync(daemons)) Object.assign(node.daemons, JSON.parse(readFileSync(daemons, 'utf8')));
  const { code } = await node.run(JSON.parse(readFileSync(bundle, 'utf8')));
  writeFileSync(daemons, JSON.stringify(node.daemons));
  return code;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
