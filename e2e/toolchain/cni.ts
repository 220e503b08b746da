import { build } from './go-program';

/** CNI plugins that give Pods addresses on a bridge. */
export async function cniPlugins(): Promise<string[]> {
  const plugins: string[] = [];
  for (const path of ['main/bridge', 'main/loopback', 'ipam/host-local']) {
    plugins.push(await build({ module: 'cni', main: `github.com/containernetworking/plugins/plugins/${path}`, name: path.split('/')[1] }));
  }
  return plugins;
}
